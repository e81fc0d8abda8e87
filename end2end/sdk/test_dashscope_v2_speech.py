"""Speech with the second surface of `dashscope`, `Client`: it is given the addresses and nothing else."""

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashscope import AsyncClient, Client
from dashscope.v2 import errors
from dashscope.v2.transport.ws_connection import WsConnection

KEY = "sk-test"
TEXT = "今天主要讨论三件事情。请大家准时。"


@pytest.fixture
def native(base_url: str) -> str:
    return base_url.replace("/compatible-mode/v1", "/api/v1")


@pytest.fixture
def sockets(base_url: str) -> str:
    return base_url.replace("http://", "ws://").replace("/compatible-mode/v1", "/api-ws/v1")


@pytest.fixture
def client(native: str) -> Iterator[Client]:
    with Client(api_key=KEY, base_url=native, max_retries=0) as client:
        yield client


@pytest.fixture
def spoken(client: Client, sockets: str) -> bytes:
    """`TEXT` as samples at 16 kHz."""
    return client.audio.tts.synthesize(
        TEXT,
        model="cosyvoice-v3-flash",
        voice="longanyang",
        format="pcm",
        sample_rate=16000,
        ws_url=f"{sockets}/inference",
    )


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def test_text_becomes_sound(client: Client, sockets: str, spoken: bytes) -> None:
    assert 3 < len(spoken) / 32000 < 5
    with client.audio.tts.connect(
        model="cosyvoice-v2", voice="longxiaochun_v2", format="mp3", rate=2.0, ws_url=f"{sockets}/inference"
    ) as session:
        session.send_text("今天主要讨论")
        session.flush()
        session.send_text("三件事情。")
        session.stop()
        sound = b"".join(session.audio_chunks())
        assert session.usage == {"characters": 21}
    assert sound.startswith(b"\xff")


def test_synthesis_is_called_off(client: Client, sockets: str) -> None:
    with client.audio.tts.connect(
        model="cosyvoice-v3-flash", voice="longanyang", ws_url=f"{sockets}/inference"
    ) as session:
        session.send_text("今天主要讨论")
        session.cancel()
        assert list(event for event in session.events() if isinstance(event, dict))[-1]["header"]["event"] == "task-finished"


def test_what_the_service_refuses_is_raised(client: Client, native: str, sockets: str) -> None:
    with pytest.raises(errors.DashScopeError, match="418"):
        client.audio.tts.synthesize(
            TEXT, model="cosyvoice-v3-flash", voice="longxiaochun_v2", ws_url=f"{sockets}/inference"
        )
    with pytest.raises(errors.BadRequestError):
        client.audio.tts.http.synthesize("", model="qwen3-tts-flash", voice="Cherry")
    with pytest.raises(errors.NotFoundError):
        client.audio.asr.transcribe(["https://example.com/a.mp3"], model="no-such-model")


def test_sound_becomes_text_on_a_connection_that_is_shared(client: Client, sockets: str, spoken: bytes) -> None:
    connection = WsConnection(url=f"{sockets}/inference", api_key=KEY)
    try:
        for _ in range(2):
            with client.audio.asr.recognize(model="fun-asr-realtime", connection=connection) as recognition:
                sending = threading.Thread(target=send, args=(recognition, spoken))
                sending.start()
                results = list(recognition.results())
                sending.join()
                whole = [result.get_sentence()["text"] for result in results if result.is_sentence_end()]
                assert "".join(whole) == TEXT
                assert recognition.usage["duration"] == 4
    finally:
        connection.close()


def send(recognition, sound: bytes) -> None:
    for at in range(0, len(sound), 3200):
        recognition.send_audio_frame(sound[at : at + 3200])
    recognition.stop()


def test_a_local_file_is_recognised(client: Client, sockets: str, spoken: bytes, tmp_path: Path) -> None:
    path = tmp_path / "spoken.pcm"
    path.write_bytes(spoken)
    events = client.audio.asr.recognize_file(str(path), model="paraformer-realtime-v2", ws_url=f"{sockets}/inference")
    sentences = [event["payload"]["output"].get("sentence", {}) for event in events]
    assert "".join(one["text"] for one in sentences if one.get("sentence_end")) == TEXT


def test_recordings_are_written_down(client: Client, native: str) -> None:
    spoken = client.audio.tts.http.synthesize(TEXT, model="qwen3-tts-flash", voice="Cherry")
    assert spoken.usage == {"characters": 32}
    job = client.audio.asr.transcribe([spoken.audio_url], poll_interval=0.05)
    [result] = job.output["results"]
    assert json.loads(fetch(result["transcription_url"]))["transcripts"][0]["text"] == TEXT

    async def ask():
        other = AsyncClient(api_key=KEY, base_url=native, max_retries=0)
        try:
            return await other.audio.asr.transcribe([spoken.audio_url], model="paraformer-v2", poll_interval=0.05)
        finally:
            await other.aclose()

    assert asyncio.run(ask()).output["task_status"] == "SUCCEEDED"


@pytest.mark.parametrize(("model", "voice"), [("qwen3-tts-flash", "Cherry"), ("cosyvoice-v3-flash", "longanyang")])
def test_sound_comes_over_http_as_a_stream(client: Client, model: str, voice: str) -> None:
    chunks = list(client.audio.tts.http.stream(TEXT, model=model, voice=voice))
    assert chunks[-1].is_final and chunks[-1].audio_url and chunks[-1].usage == {"characters": 32}
    assert sum(len(chunk.audio or b"") for chunk in chunks) > 10_000


def test_hot_words_and_voices_are_kept(client: Client) -> None:
    words = [{"text": "炼台", "weight": 4}]
    made = client.audio.vocabularies.create(target_model="fun-asr", prefix="two", vocabulary=words)
    assert client.audio.vocabularies.get(made.vocabulary_id).vocabulary == words
    assert len(client.audio.vocabularies.list(prefix="two").vocabularies) == 1
    client.audio.vocabularies.update(made.vocabulary_id, vocabulary=[{"text": "听悟"}])
    client.audio.vocabularies.delete(made.vocabulary_id)
    with pytest.raises(errors.BadRequestError):
        client.audio.vocabularies.get(made.vocabulary_id)

    sample = client.audio.tts.http.synthesize(TEXT, model="qwen3-tts-flash", voice="Cherry").audio_url
    voice = client.audio.voices.create(target_model="cosyvoice-v3-flash", prefix="two", url=sample).voice_id
    assert client.audio.voices.get(voice).status == "OK"
    assert [one["voice_id"] for one in client.audio.voices.list(prefix="two").voices] == [voice]
    client.audio.voices.update(voice, url=sample)
    client.audio.voices.delete(voice)

    designed = client.audio.voice_design.create(
        target_model="qwen3-tts-vd-2026-01-26", voice_prompt="沉稳的中年男声", preview_text="你好", preferred_name="deep"
    )
    assert designed.preview_audio["data"]
    assert client.audio.voice_design.get(designed.voice).target_model == "qwen3-tts-vd-2026-01-26"
    assert client.audio.voice_design.list().voices
    said = client.audio.tts.http.synthesize(TEXT, model="qwen3-tts-vd-2026-01-26", voice=designed.voice)
    assert fetch(said.audio_url).startswith(b"RIFF")
    client.audio.voice_design.delete(designed.voice)


@pytest.mark.parametrize("model", ["qwen3-omni-flash-realtime", "qwen3.8-omni-flash-realtime"])
def test_a_conversation_is_held(client: Client, sockets: str, spoken: bytes, model: str) -> None:
    with client.audio.realtime.connect(model=model, ws_url=f"{sockets}/realtime") as session:
        session.update_session(["text", "audio"], voice="Cherry")
        session.append_audio(spoken + bytes(32000))
        events = []
        for event in session.events():
            events.append(event)
            if event["type"] == "response.done":
                session.end_session()
    kinds = [event["type"] for event in events]
    assert kinds[0] == "session.created" and kinds[-1] == "session.finished"
    transcripts = [event["transcript"] for event in events if event["type"].endswith("transcription.completed")]
    assert transcripts == [TEXT]
    assert session.last_first_audio_delay is not None


def test_a_session_says_what_is_wrong_and_goes_on(client: Client, sockets: str) -> None:
    with client.audio.realtime.connect(
        model="qwen3-omni-flash-realtime", ws_url=f"{sockets}/realtime"
    ) as session:
        assert session.recv_event()["type"] == "session.created"
        session.update_session(["audio"])
        with pytest.raises(errors.DashScopeError, match="Invalid modalities"):
            session.recv_event()
        session.update_session(["text"])
        assert session.recv_event()["type"] == "session.updated"


def test_tingwu_writes_down_what_is_said(client: Client, sockets: str, spoken: bytes) -> None:
    with client.tingwu.realtime(
        model="tingwu-meeting-realtime", app_id="tw_demo", ws_url=f"{sockets}/inference"
    ) as meeting:
        meeting.send_audio_frame(spoken)
        meeting.stop()
        outputs = [event["payload"]["output"] for event in meeting.events()]
    assert outputs[-1]["action"] == "speech-end"
    said = [one["transcription"] for one in outputs if "transcription" in one]
    assert "".join(one["text"] for one in said if one["sentenceEnd"]) == TEXT
