"""Pictures, films and speech with the `dashscope` package through the gateway: tasks, uploads, results and lines."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest
from dashscope import ImageSynthesis, MultiModalConversation, VideoSynthesis
from dashscope.audio.asr import Recognition, RecognitionCallback, Transcription
from dashscope.audio.http_tts import HttpSpeechSynthesizer
from dashscope.audio.qwen_tts import SpeechSynthesizer as QwenTts
from dashscope.audio.qwen_tts_realtime import QwenTtsRealtime, QwenTtsRealtimeCallback
from dashscope.audio.tts_v2 import AudioFormat, SpeechSynthesizer

from comparison import Twice
from conftest import Place
from outside import send

TEXT = "今天主要讨论三件事情。请大家准时。"
SMALL = {"size": "512*512", "n": 1, "seed": 7}
Bailian = Twice[str]


def download(url: str) -> bytes:
    found = send("GET", url)
    assert found.status == HTTPStatus.OK, found.body
    return found.body


def test_a_picture_is_asked_for_looked_after_and_fetched(dashscope_twice: Bailian) -> None:
    def draw(key: str) -> tuple[object, object, bytes]:
        asked = ImageSynthesis.async_call("wan2.2-t2i-flash", "雪山下的湖", **SMALL, api_key=key)
        done = ImageSynthesis.wait(asked, api_key=key)
        fetched = ImageSynthesis.fetch(asked, api_key=key)
        assert fetched.output.task_status == "SUCCEEDED"
        return asked, done, download(done.output.results[0].url)

    _, done, picture = dashscope_twice(draw)
    assert done.usage.image_count == 1
    assert picture.startswith(b"\x89PNG")


def test_a_local_picture_is_uploaded_and_edited(dashscope_twice: Bailian, tmp_path: Path) -> None:
    path = tmp_path / "lantern.png"

    def edit(key: str) -> bytes:
        drawn = ImageSynthesis.call("wan2.2-t2i-flash", "纸灯笼", **SMALL, api_key=key)
        path.write_bytes(download(drawn.output.results[0].url))
        content = [{"image": f"file://{path}"}, {"text": "换成夜里的颜色"}]
        edited = MultiModalConversation.call(
            "qwen-image-edit", [{"role": "user", "content": content}], api_key=key, seed=7
        )
        assert edited.status_code == HTTPStatus.OK, edited
        return download(edited.output.choices[0].message.content[0]["image"])

    assert dashscope_twice(edit)


def test_a_film_is_made(dashscope_twice: Bailian) -> None:
    def shoot(key: str) -> object:
        return VideoSynthesis.call("wan2.5-t2v-preview", prompt="a cat surfing", size="624*624", seed=7, api_key=key)

    assert dashscope_twice(shoot).output.task_status == "SUCCEEDED"


def test_a_task_of_one_person_another_does_not_find(
    dashscope_at: Callable[[Place], str], through: Place, stranger: Place
) -> None:
    asked = ImageSynthesis.async_call("wan2.2-t2i-flash", "纸灯笼", **SMALL, api_key=dashscope_at(through))
    other = dashscope_at(stranger)
    hidden, missing = ImageSynthesis.fetch(asked, api_key=other), ImageSynthesis.fetch("1111", api_key=other)
    assert hidden.output.task_status == missing.output.task_status == "UNKNOWN"
    assert ImageSynthesis.cancel(asked, api_key=other).status_code != HTTPStatus.OK
    listed = ImageSynthesis.list(api_key=other)
    assert asked.output.task_id not in str(listed)
    done = ImageSynthesis.wait(asked, api_key=dashscope_at(through))
    assert done.output.task_status == "SUCCEEDED"


def test_qwen_speaks(dashscope_twice: Bailian) -> None:
    asked = {"model": "qwen3-tts-flash", "text": TEXT, "voice": "Cherry"}
    spoken = dashscope_twice(lambda key: QwenTts.call(**asked, api_key=key))
    assert download(spoken.output.audio["url"]).startswith(b"RIFF")


def test_cosyvoice_speaks_over_http(dashscope_twice: Bailian) -> None:
    def speak(_: str) -> bytes:
        asked = {"model": "cosyvoice-v3-flash", "text": TEXT, "voice": "longanyang"}
        return download(HttpSpeechSynthesizer.call(**asked).audio_url)

    assert dashscope_twice(speak)


def test_recordings_are_written_down_by_a_task(dashscope_twice: Bailian) -> None:
    def write_down(key: str) -> tuple[object, bytes]:
        spoken = QwenTts.call(model="qwen3-tts-flash", text=TEXT, voice="Cherry", api_key=key)
        url = spoken.output.audio["url"]
        asked = Transcription.async_call(model="paraformer-v2", file_urls=[url], language_hints=["zh"], api_key=key)
        done = Transcription.wait(task=asked.output.task_id, api_key=key)
        return done, download(done.output.results[0]["transcription_url"]).replace(url.encode(), b"")

    done, text = dashscope_twice(write_down)
    assert done.output.task_status == "SUCCEEDED"
    assert TEXT.encode() in text


def said(form: AudioFormat) -> bytes:
    """The text as sound, of whichever place the package speaks to."""
    return SpeechSynthesizer(model="cosyvoice-v2", voice="longxiaochun_v2", format=form).call(TEXT)


def test_cosyvoice_speaks_over_a_line(dashscope_twice: Bailian) -> None:
    def cosyvoice(_: str) -> tuple[bytes, dict]:
        synthesizer = SpeechSynthesizer(
            model="cosyvoice-v2", voice="longxiaochun_v2", format=AudioFormat.WAV_24000HZ_MONO_16BIT
        )
        sound = synthesizer.call(TEXT)
        return sound, synthesizer.get_response()["payload"]["usage"]

    _, usage = dashscope_twice(cosyvoice)
    assert usage["characters"] == 32


def test_a_recording_is_recognised_over_a_line(dashscope_twice: Bailian, tmp_path: Path) -> None:
    path = tmp_path / "spoken.wav"

    def recognise(_: str) -> list[dict]:
        path.write_bytes(said(AudioFormat.WAV_16000HZ_MONO_16BIT))
        recognition = Recognition(model="paraformer-realtime-v2", callback=None, format="wav", sample_rate=16000)
        return recognition.call(str(path)).get_sentence()

    sentences = dashscope_twice(recognise)
    assert "".join(sentence["text"] for sentence in sentences) == TEXT


class Listener(RecognitionCallback):
    """Keeps the sentences that are whole."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def on_event(self, result: object) -> None:
        sentence = result.get_sentence()
        if result.is_sentence_end(sentence):
            self.texts.append(sentence["text"])


def test_sound_is_recognised_while_it_comes(dashscope_twice: Bailian) -> None:
    def recognise(_: str) -> list[str]:
        spoken = said(AudioFormat.PCM_16000HZ_MONO_16BIT)
        listener = Listener()
        recognition = Recognition(
            model="fun-asr-realtime",
            callback=listener,
            format="pcm",
            sample_rate=16000,
            semantic_punctuation_enabled=False,
        )
        recognition.start()
        for at in range(0, len(spoken), 3200):
            recognition.send_audio_frame(spoken[at : at + 3200])
        recognition.stop()
        return listener.texts

    assert "".join(dashscope_twice(recognise)) == TEXT


class Speech(QwenTtsRealtimeCallback):
    """Keeps the events, and tells when the session is over."""

    def __init__(self) -> None:
        self.events: list[dict] = []
        self.over = threading.Event()

    def on_event(self, event: dict) -> None:
        self.events.append(event)
        if event["type"] == "session.finished":
            self.over.set()


def test_qwen_speaks_in_realtime(dashscope_twice: Bailian, straight: Place, through: Place) -> None:
    places = {place.key: place.origin.replace("http://", "ws://") for place in (straight, through)}

    def speak(key: str) -> tuple[str, list[dict]]:
        speech = Speech()
        synthesizer = QwenTtsRealtime(
            model="qwen3-tts-flash-realtime", callback=speech, url=f"{places[key]}/api-ws/v1/realtime"
        )
        synthesizer.connect()
        synthesizer.update_session(voice="Cherry", mode="commit")
        synthesizer.append_text(TEXT)
        synthesizer.commit()
        synthesizer.finish()
        assert speech.over.wait(20), [event["type"] for event in speech.events]
        sound = "".join(event["delta"] for event in speech.events if event["type"] == "response.audio.delta")
        usages = [event["response"]["usage"] for event in speech.events if event["type"] == "response.done"]
        return sound, usages

    sound, usages = dashscope_twice(speak)
    assert sound and usages


def test_a_line_is_refused_as_bailian_does(
    dashscope_at: Callable[[Place], str], straight: Place, through: Place, tmp_path: Path
) -> None:
    path = tmp_path / "silence.pcm"
    path.write_bytes(bytes(3200))

    def refused(place: Place, model: str) -> tuple[int, str]:
        dashscope_at(place)
        result = Recognition(model=model, callback=None, format="pcm", sample_rate=16000).call(str(path))
        return int(result.status_code), result.code

    assert refused(through, "no-such-model") == refused(straight, "no-such-model")
    wrong = Place(through.origin, "lt-wrong")
    assert refused(wrong, "fun-asr-realtime")[0] == HTTPStatus.UNAUTHORIZED
