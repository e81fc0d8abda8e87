"""Speech with the first surface of Alibaba's `dashscope` package: it is given the addresses and nothing else."""

import base64
import json
import threading
import urllib.request
import wave
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import dashscope
import pytest
from dashscope import MultiModalConversation
from dashscope.audio.asr import (
    Recognition,
    RecognitionCallback,
    Transcription,
    TranslationRecognizerCallback,
    TranslationRecognizerChat,
    TranslationRecognizerRealtime,
    VocabularyService,
    VocabularyServiceException,
)
from dashscope.audio.http_tts import HttpSpeechSynthesizer
from dashscope.audio.qwen_asr import QwenTranscription
from dashscope.audio.qwen_omni import (
    MultiModality,
    OmniRealtimeCallback,
    OmniRealtimeConversation,
)
from dashscope.audio.qwen_omni.omni_realtime import TranscriptionParams, TranslationParams
from dashscope.audio.qwen_tts import SpeechSynthesizer as QwenTts
from dashscope.audio.qwen_tts_realtime import QwenTtsRealtime
from dashscope.audio.tts import SpeechSynthesizer as Sambert
from dashscope.audio.tts_v2 import (
    AudioFormat,
    ResultCallback,
    SpeechSynthesizer,
    VoiceEnrollmentException,
    VoiceEnrollmentService,
)

TEXT = "今天主要讨论三件事情。请大家准时。"


@pytest.fixture(autouse=True)
def address(base_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    origin = base_url.removesuffix("/compatible-mode/v1")
    monkeypatch.setattr(dashscope, "api_key", "sk-test")
    monkeypatch.setattr(dashscope, "base_http_api_url", f"{origin}/api/v1")
    sockets = origin.replace("http://", "ws://") + "/api-ws/v1"
    monkeypatch.setattr(dashscope, "base_websocket_api_url", f"{sockets}/inference")
    return origin


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """`TEXT` as the simulator speaks it, 16 kHz WAV."""
    result = Sambert.call(model="sambert-zhichu-v1", text=TEXT, sample_rate=16000, format="wav")
    path = tmp_path / "spoken.wav"
    path.write_bytes(result.get_audio_data())
    return path


def test_sambert_gives_sound_and_the_times_of_its_words() -> None:
    result = Sambert.call(
        model="sambert-zhichu-v1",
        text=TEXT,
        sample_rate=16000,
        word_timestamp_enabled=True,
        phoneme_timestamp_enabled=True,
    )

    with wave.open(BytesIO(result.get_audio_data())) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
        seconds = len(file.readframes(10**9)) / 2 / 16000
    assert 3 < seconds < 6
    timestamps = result.get_timestamps()
    assert "".join(word["text"] for sentence in timestamps for word in sentence["words"]) == "今天主要讨论三件事情请大家准时"
    assert timestamps[-1]["end_time"] <= seconds * 1000
    assert result.get_response().status_code == HTTPStatus.OK
    assert result.get_response().usage["characters"] == 2 * 15 + 2


def test_sambert_tells_a_callback_and_refuses_what_it_cannot_speak() -> None:
    class Callback(dashscope.audio.tts.ResultCallback):
        seen: list[str] = []

        def on_open(self):
            self.seen.append("open")

        def on_complete(self):
            self.seen.append("complete")

        def on_close(self):
            self.seen.append("close")

    callback = Callback()
    Sambert.call(model="sambert-zhichu-v1", text="你好", callback=callback)
    assert callback.seen == ["open", "complete", "close"]

    result = Sambert.call(model="sambert-nobody-v1", text="你好")
    assert result.get_audio_data() is None
    assert result.get_response().code == "ModelNotFound"


@pytest.mark.parametrize(
    ("audio_format", "magic"),
    [
        (AudioFormat.DEFAULT, b"\xff"),
        (AudioFormat.WAV_24000HZ_MONO_16BIT, b"RIFF"),
        (AudioFormat.MP3_48000HZ_MONO_256KBPS, b"\xff"),
        (AudioFormat.PCM_8000HZ_MONO_16BIT, b"\x00"),
        (AudioFormat.OGG_OPUS_16KHZ_MONO_32KBPS, b"OggS"),
    ],
)
def test_cosyvoice_speaks_at_once(audio_format: AudioFormat, magic: bytes) -> None:
    synthesizer = SpeechSynthesizer(model="cosyvoice-v2", voice="longxiaochun_v2", format=audio_format)
    sound = synthesizer.call(TEXT)
    assert sound.startswith(magic)
    assert synthesizer.get_last_request_id()
    assert synthesizer.get_first_package_delay() >= 0
    assert synthesizer.get_response()["payload"]["usage"]["characters"] == 32


def test_cosyvoice_speaks_text_that_comes_in_pieces() -> None:
    class Callback(ResultCallback):
        def __init__(self):
            self.seen, self.sound, self.events = [], b"", []

        def on_open(self):
            self.seen.append("open")

        def on_complete(self):
            self.seen.append("complete")

        def on_close(self):
            self.seen.append("close")

        def on_event(self, message):
            self.events.append(json.loads(message)["payload"]["output"])

        def on_data(self, data):
            self.sound += data

    callback = Callback()
    synthesizer = SpeechSynthesizer(
        model="cosyvoice-v3-flash",
        voice="longanyang",
        format=AudioFormat.PCM_16000HZ_MONO_16BIT,
        callback=callback,
        additional_params={"word_timestamp_enabled": True},
    )
    for piece in ["今天主要讨论", "三件事情。请大", "家准时"]:
        synthesizer.streaming_call(piece)
    synthesizer.streaming_complete()

    assert callback.seen == ["open", "complete", "close"]
    kinds = [event["type"] for event in callback.events]
    assert kinds[0] == "sentence-begin" and kinds[-1] == "sentence-end"
    ends = [event for event in callback.events if event["type"] == "sentence-end"]
    assert [end["original_text"] for end in ends] == ["今天主要讨论三件事情。", "请大家准时"]
    words = [word for end in ends for word in end["sentence"]["words"]]
    assert "".join(word["text"] for word in words) == "今天主要讨论三件事情请大家准时"
    assert words[-1]["end_index"] == 16
    assert words[-1]["end_time"] <= len(callback.sound) / 32


def test_cosyvoice_refuses_a_voice_of_another_generation() -> None:
    with pytest.raises(Exception, match="418"):
        SpeechSynthesizer(model="cosyvoice-v3-flash", voice="longxiaochun_v2").call("你好")


def test_a_file_is_recognised_word_for_word(recording: Path) -> None:
    recognition = Recognition(model="paraformer-realtime-v2", callback=None, format="wav", sample_rate=16000)
    result = recognition.call(str(recording))

    assert result.status_code == HTTPStatus.OK
    sentences = result.get_sentence()
    assert [sentence["text"] for sentence in sentences] == ["今天主要讨论三件事情。", "请大家准时。"]
    assert sentences[0]["words"][0]["text"] == "今"
    assert result.get_usage(sentences[1])["duration"] == 4
    assert result.usage["duration"] == 4


class Listener(RecognitionCallback):
    def __init__(self):
        self.seen, self.texts, self.partial, self.error = [], [], [], None

    def on_open(self):
        self.seen.append("open")

    def on_complete(self):
        self.seen.append("complete")

    def on_close(self):
        self.seen.append("close")

    def on_error(self, result):
        self.seen.append("error")
        self.error = result

    def on_event(self, result):
        sentence = result.get_sentence()
        if result.is_sentence_end(sentence):
            self.texts.append(sentence["text"])
            assert result.get_usage(sentence)["duration"] >= 1
        else:
            self.partial.append(sentence["text"])


def test_sound_is_recognised_while_it_comes(recording: Path) -> None:
    listener = Listener()
    recognition = Recognition(
        model="fun-asr-realtime", callback=listener, format="pcm", sample_rate=16000, semantic_punctuation_enabled=False
    )
    recognition.start()
    sound = recording.read_bytes()[44:]
    for at in range(0, len(sound), 3200):
        recognition.send_audio_frame(sound[at : at + 3200])
    recognition.stop()

    assert listener.seen == ["open", "complete", "close"]
    assert listener.texts == ["今天主要讨论三件事情。", "请大家准时。"]
    assert "今天主要" in listener.partial or "今天主要讨" in listener.partial


def test_recognition_reports_what_the_service_refuses(recording: Path) -> None:
    result = Recognition(model="no-such-model", callback=None, format="pcm", sample_rate=16000).call(str(recording))
    assert (result.status_code, result.code) == (44, "ModelNotFound")

    dashscope.api_key = "wrong"
    result = Recognition(model="fun-asr-realtime", callback=None, format="pcm", sample_rate=16000).call(str(recording))
    assert result.status_code == HTTPStatus.UNAUTHORIZED


class Interpreter(TranslationRecognizerCallback):
    def __init__(self):
        self.seen, self.heard, self.said, self.done = [], [], [], threading.Event()

    def on_open(self):
        self.seen.append("open")

    def on_complete(self):
        self.seen.append("complete")
        self.done.set()

    def on_close(self):
        self.seen.append("close")

    def on_event(self, request_id, transcription_result, translation_result, usage):
        if transcription_result.is_sentence_end:
            translation = translation_result.get_translation("en")
            self.heard.append(transcription_result.text)
            self.said.append(translation.text)
            assert usage["duration"] >= 1


def test_gummy_translates_while_it_listens(recording: Path) -> None:
    interpreter = Interpreter()
    recognizer = TranslationRecognizerRealtime(
        model="gummy-realtime-v1",
        callback=interpreter,
        format="pcm",
        sample_rate=16000,
        transcription_enabled=True,
        translation_enabled=True,
        translation_target_languages=["en"],
    )
    recognizer.start()
    recognizer.send_audio_frame(recording.read_bytes()[44:])
    recognizer.stop()

    assert interpreter.seen == ["open", "complete", "close"]
    assert interpreter.heard == ["今天主要讨论三件事情。", "请大家准时。"]
    assert interpreter.said[0] == "There are three things to discuss today."


def test_gummy_translates_a_file(recording: Path) -> None:
    recognizer = TranslationRecognizerRealtime(
        model="gummy-realtime-v1",
        callback=None,
        format="wav",
        sample_rate=16000,
        translation_enabled=True,
        translation_target_languages=["en"],
    )
    result = recognizer.call(str(recording))
    assert not result.error_message
    assert [part.text for part in result.transcription_result_list][-1] == "请大家准时。"


def test_gummy_chat_ends_with_the_utterance(recording: Path) -> None:
    interpreter = Interpreter()
    recognizer = TranslationRecognizerChat(
        model="gummy-chat-v1",
        callback=interpreter,
        format="pcm",
        sample_rate=16000,
        translation_enabled=True,
        translation_target_languages=["en"],
    )
    recognizer.start()
    sound = recording.read_bytes()[44:]
    for at in range(0, len(sound), 3200):
        if not recognizer.send_audio_frame(sound[at : at + 3200]):
            break
    recognizer.stop()
    assert interpreter.heard == ["今天主要讨论三件事情。"]


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        return answer.read()


@pytest.fixture
def spoken_url() -> str:
    """`TEXT` as qwen-tts speaks it, where the simulator keeps it."""
    answer = QwenTts.call(model="qwen3-tts-flash", text=TEXT, voice="Cherry")
    return answer.output.audio["url"]


def test_qwen_speaks_into_a_file() -> None:
    answer = QwenTts.call(model="qwen3-tts-flash", text=TEXT, voice="Cherry", language_type="Chinese")
    assert answer.status_code == HTTPStatus.OK
    assert answer.output.finish_reason == "stop"
    assert answer.usage["characters"] == 32
    with wave.open(BytesIO(fetch(answer.output.audio["url"]))) as file:
        assert (file.getframerate(), file.getnchannels()) == (24000, 1)
        assert 3 < file.getnframes() / 24000 < 5

    older = QwenTts.call(model="qwen-tts", text=TEXT, voice="Cherry")
    assert older.usage["output_tokens"] == 50 * 4
    assert older.usage["total_tokens"] == older.usage["input_tokens"] + older.usage["output_tokens"]


def test_qwen_speaks_as_a_stream() -> None:
    parts = list(QwenTts.call(model="qwen3-tts-flash", text=TEXT, voice="Cherry", stream=True))
    assert all(part.status_code == HTTPStatus.OK for part in parts)
    samples = b"".join(base64.b64decode(part.output.audio["data"]) for part in parts)
    assert parts[-1].output.finish_reason == "stop"
    assert not parts[-1].output.audio["data"]
    assert fetch(parts[-1].output.audio["url"])[44:] == samples


def test_qwen_refuses_a_voice_that_it_does_not_have() -> None:
    answer = QwenTts.call(model="qwen3-tts-vc-2026-01-22", text=TEXT, voice="Cherry")
    assert (answer.status_code, answer.code) == (400, "BadRequest.VoiceNotFound")


def test_cosyvoice_speaks_over_http() -> None:
    result = HttpSpeechSynthesizer.call(
        model="cosyvoice-v3-flash", text=TEXT, voice="longanyang", audio_format="mp3", sample_rate=22050
    )
    assert result.usage["characters"] == 32
    assert fetch(result.audio_url).startswith(b"\xff")

    parts = list(
        HttpSpeechSynthesizer.call(model="cosyvoice-v3-flash", text=TEXT, voice="longanyang", stream=True)
    )
    assert parts[-1].audio_data.startswith(b"RIFF")
    assert parts[-1].audio_data[44:] == b"".join(part.audio_data for part in parts[:-1])[44:]
    assert parts[-1].audio_url and parts[-1].expires_at


def test_recordings_are_written_down(spoken_url: str) -> None:
    task = Transcription.async_call(
        model="paraformer-v2",
        file_urls=[spoken_url, "http://127.0.0.1:1/missing.mp3"],
        language_hints=["zh"],
        diarization_enabled=True,
    )
    assert task.output.task_status == "PENDING"
    done = Transcription.wait(task=task.output.task_id)

    assert done.output.task_status == "SUCCEEDED"
    assert done.output.task_metrics == {"TOTAL": 2, "SUCCEEDED": 1, "FAILED": 1}
    good, bad = done.output.results
    assert (bad["subtask_status"], bad["code"]) == ("FAILED", "InvalidFile.DownloadFailed")
    file = json.loads(fetch(good["transcription_url"]))
    assert file["file_url"] == spoken_url
    assert file["properties"]["original_sampling_rate"] == 24000
    [transcript] = file["transcripts"]
    assert transcript["text"] == TEXT
    assert [sentence["sentence_id"] for sentence in transcript["sentences"]] == [1, 2]
    assert transcript["sentences"][0]["speaker_id"] == 0
    assert done.usage["duration"] == 3


def test_a_task_fails_when_every_file_does() -> None:
    done = Transcription.call(model="fun-asr", file_urls=["http://127.0.0.1:1/missing.mp3"])
    assert done.output.task_status == "FAILED"
    assert done.output.code == "InvalidFile.DownloadFailed"

    refused = Transcription.async_call(model="fun-asr", file_urls=[])
    assert (refused.status_code, refused.message) == (400, "input must contain file_urls")


def test_qwen_writes_a_recording_down(spoken_url: str) -> None:
    done = QwenTranscription.call(
        model="qwen3-asr-flash-filetrans", file_url=spoken_url, enable_words=True, language="zh"
    )
    assert done.output.task_status == "SUCCEEDED"
    assert done.usage["seconds"] == 4
    file = json.loads(fetch(done.output.result["transcription_url"]))
    sentences = file["transcripts"][0]["sentences"]
    assert [(one["sentence_id"], one["language"], one["emotion"]) for one in sentences] == [
        (0, "zh", "neutral"),
        (1, "zh", "neutral"),
    ]
    assert sentences[0]["words"]


def test_qwen_understands_a_recording_at_once(spoken_url: str) -> None:
    messages = [
        {"role": "system", "content": [{"text": "会议"}]},
        {"role": "user", "content": [{"audio": spoken_url}]},
    ]
    answer = MultiModalConversation.call(
        model="qwen3-asr-flash", messages=messages, asr_options={"enable_itn": False}, result_format="message"
    )
    message = answer.output.choices[0].message
    assert message.content[0]["text"] == TEXT
    assert message.annotations[0]["language"] == "zh"
    assert answer.usage["seconds"] == 4

    parts = list(MultiModalConversation.call(model="qwen3-asr-flash", messages=messages, stream=True))
    assert parts[0].output.choices[0].message.content[0]["text"] == "今"
    assert parts[-1].output.choices[0].message.content[0]["text"] == TEXT
    assert parts[-1].output.choices[0].finish_reason == "stop"


def test_hot_words_are_kept_and_heard(tmp_path: Path) -> None:
    service = VocabularyService()
    words = [{"text": "炼台", "weight": 4, "lang": "zh"}]
    made = service.create_vocabulary(target_model="paraformer-realtime-v2", prefix="demo", vocabulary=words)
    assert made.startswith("vocab-demo-")
    assert made in [one["vocabulary_id"] for one in service.list_vocabularies(prefix="demo")]
    assert service.query_vocabulary(made)["vocabulary"] == words

    unknown = bytes((at * 7919 % 20000 - 10000).to_bytes(2, "little", signed=True)[0] for at in range(160000))
    path = tmp_path / "noise.pcm"
    path.write_bytes(unknown)
    recognition = Recognition(
        model="paraformer-realtime-v2", callback=None, format="pcm", sample_rate=16000, vocabulary_id=made
    )
    assert "炼台" in recognition.call(str(path)).get_sentence()[0]["text"]

    service.update_vocabulary(made, [{"text": "听悟", "weight": 5}])
    assert service.query_vocabulary(made)["vocabulary"][0]["text"] == "听悟"
    service.delete_vocabulary(made)
    with pytest.raises(VocabularyServiceException):
        service.query_vocabulary(made)


def test_a_voice_is_cloned_and_speaks(spoken_url: str) -> None:
    service = VoiceEnrollmentService()
    voice = service.create_voice(target_model="cosyvoice-v3.5-flash", prefix="me", url=spoken_url)
    assert voice.startswith("cosyvoice-v3.5-flash-me-")
    assert service.query_voice(voice)["status"] == "OK"
    assert voice in [one["voice_id"] for one in service.list_voices(prefix="me")]
    service.update_voice(voice, spoken_url)
    assert SpeechSynthesizer(model="cosyvoice-v3.5-flash", voice=voice).call(TEXT)
    service.delete_voice(voice)
    with pytest.raises(VoiceEnrollmentException):
        service.query_voice(voice)
    with pytest.raises(VoiceEnrollmentException):
        service.create_voice(target_model="cosyvoice-v3-flash", prefix="NOT OK", url=spoken_url)


class Conversation(OmniRealtimeCallback):
    """Keeps what comes, and can be waited for."""

    def __init__(self):
        self.events, self.changed = [], threading.Condition()

    def on_event(self, response):
        with self.changed:
            self.events.append(response)
            self.changed.notify_all()

    def wait_for(self, kind: str, count: int = 1) -> dict:
        def enough():
            return sum(event["type"] == kind for event in self.events) >= count

        with self.changed:
            assert self.changed.wait_for(enough, timeout=20), [event["type"] for event in self.events]
            return [event for event in self.events if event["type"] == kind][count - 1]

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]


def spoken_at_16k() -> bytes:
    """`TEXT` as samples, with a second of silence behind it."""
    result = Sambert.call(model="sambert-zhichu-v1", text=TEXT, sample_rate=16000, format="pcm")
    return result.get_audio_data() + bytes(32000)


def omni(address: str, model: str) -> tuple[OmniRealtimeConversation, Conversation]:
    url = address.replace("http://", "ws://") + "/api-ws/v1/realtime"
    seen = Conversation()
    conversation = OmniRealtimeConversation(model=model, callback=seen, url=url)
    conversation.connect()
    return conversation, seen


def test_omni_answers_a_spoken_question(address: str) -> None:
    conversation, seen = omni(address, "qwen3-omni-flash-realtime")
    conversation.update_session(output_modalities=[MultiModality.AUDIO, MultiModality.TEXT], voice="Cherry")
    conversation.append_audio(base64.b64encode(spoken_at_16k()).decode())
    done = seen.wait_for("response.done")["response"]

    assert conversation.get_session_id().startswith("sess_")
    heard = seen.wait_for("conversation.item.input_audio_transcription.completed")
    assert heard["transcript"] == TEXT
    said = seen.wait_for("response.audio_transcript.done")["transcript"]
    assert done["status"] == "completed"
    assert done["output"][0]["content"][0]["transcript"] == said
    assert done["usage"]["total_tokens"] == done["usage"]["input_tokens"] + done["usage"]["output_tokens"]
    deltas = [event["delta"] for event in seen.events if event["type"] == "response.audio.delta"]
    sound = b"".join(base64.b64decode(delta) for delta in deltas)
    assert len(sound) / 48000 > 1
    words = [event["delta"] for event in seen.events if event["type"] == "response.audio_transcript.delta"]
    assert "".join(words) == said
    order = [
        "session.created",
        "session.updated",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.created",
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.audio_transcript.done",
        "response.audio.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]
    assert [kind for kind in seen.kinds() if kind in order] == order
    conversation.end_session()
    assert "session.finished" in seen.kinds()
    conversation.close()


def test_omni_answers_when_it_is_told_to(address: str) -> None:
    conversation, seen = omni(address, "qwen3-omni-flash-realtime")
    conversation.update_session(output_modalities=[MultiModality.TEXT], enable_turn_detection=False)
    conversation.append_audio(base64.b64encode(spoken_at_16k()).decode())
    conversation.commit()
    seen.wait_for("input_audio_buffer.committed")
    assert "response.created" not in seen.kinds()
    conversation.create_response(instructions="说得简短一些")
    text = seen.wait_for("response.text.done")["text"]
    assert text and "response.audio.delta" not in seen.kinds()

    conversation.update_session(output_modalities=[MultiModality.AUDIO])
    error = seen.wait_for("error")["error"]
    assert error["param"] == "session.modalities"
    conversation.cancel_response()
    seen.wait_for("error", 2)
    conversation.close()


def test_livetranslate_says_it_in_the_other_language(address: str) -> None:
    conversation, seen = omni(address, "qwen3-livetranslate-flash-realtime")
    conversation.update_session(
        output_modalities=[MultiModality.TEXT, MultiModality.AUDIO],
        voice="Cherry",
        translation_params=TranslationParams(language="en"),
    )
    sound = Sambert.call(model="sambert-zhichu-v1", text="今天主要讨论三件事情。", sample_rate=16000, format="pcm")
    conversation.append_audio(base64.b64encode(sound.get_audio_data() + bytes(32000)).decode())
    said = seen.wait_for("response.audio_transcript.done")["transcript"]
    assert said == "There are three things to discuss today."
    conversation.close()


def test_qwen_writes_down_what_it_hears(address: str) -> None:
    conversation, seen = omni(address, "qwen3-asr-flash-realtime")
    conversation.update_session(
        output_modalities=[MultiModality.TEXT],
        enable_input_audio_transcription=True,
        transcription_params=TranscriptionParams(language="zh", sample_rate=16000, input_audio_format="pcm"),
    )
    sound = spoken_at_16k()
    for at in range(0, len(sound), 3200):
        conversation.append_audio(base64.b64encode(sound[at : at + 3200]).decode())
    conversation.end_session()
    whole = [event for event in seen.events if event["type"].endswith("input_audio_transcription.completed")]
    assert "".join(event["transcript"] for event in whole) == TEXT
    parts = [event for event in seen.events if event["type"].endswith("input_audio_transcription.text")]
    assert len(parts) > 10
    assert TEXT.startswith(parts[5]["text"] + parts[5]["stash"])


@pytest.mark.parametrize("mode", ["server_commit", "commit"])
def test_qwen_speaks_in_realtime(address: str, mode: str) -> None:
    url = address.replace("http://", "ws://") + "/api-ws/v1/realtime"
    seen = Conversation()
    synthesizer = QwenTtsRealtime(model="qwen3-tts-flash-realtime", callback=seen, url=url)
    synthesizer.connect()
    synthesizer.update_session(voice="Cherry", mode=mode)
    for piece in ["今天主要讨论", "三件事情。请大", "家准时。"]:
        synthesizer.append_text(piece)
    if mode == "commit":
        synthesizer.commit()
    synthesizer.finish()
    seen.wait_for("session.finished")
    deltas = [event["delta"] for event in seen.events if event["type"] == "response.audio.delta"]
    seconds = sum(len(base64.b64decode(delta)) for delta in deltas) / 48000
    assert 3 < seconds < 5
    usages = [event["response"]["usage"]["characters"] for event in seen.events if event["type"] == "response.done"]
    assert sum(usages) == 32
    assert len(usages) == (1 if mode == "commit" else 2)
    assert synthesizer.get_first_audio_delay() is not None


def test_a_session_says_what_is_wrong(address: str) -> None:
    url = address.replace("http://", "ws://") + "/api-ws/v1/realtime"
    seen = Conversation()
    synthesizer = QwenTtsRealtime(model="qwen3-tts-flash-realtime", callback=seen, url=url)
    synthesizer.connect()
    synthesizer.update_session(voice="Cherry", sample_rate=12345)
    assert seen.wait_for("error")["error"]["param"] == "session.sample_rate"
    synthesizer.send_raw(json.dumps({"type": "no.such.event"}))
    assert seen.wait_for("error", 2)["error"]["param"] == "type"
    synthesizer.close()
