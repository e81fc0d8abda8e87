"""Images, speech and transcriptions with the `openai` package: Bailian speaks these only in its own protocol."""

import base64
import io
import wave
from collections.abc import Iterator

import openai
import pytest

from conftest import Place
from gateway import Gateway
from outside import send

TEXT = "今天主要讨论三件事情。请大家准时。"
PNG = b"\x89PNG"


@pytest.fixture
def client(through: Place) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{through.origin}/v1", api_key=through.key, max_retries=0) as client:
        yield client


def booked(gateway: Gateway) -> dict:
    """The line of the log that was written last."""
    return gateway.query("SELECT * FROM calls ORDER BY started_at DESC, id DESC LIMIT 1")[0]


def recording(client: openai.OpenAI) -> bytes:
    """Somebody says something."""
    spoken = client.audio.speech.create(
        model="qwen3-tts-flash", voice="Cherry", input=TEXT, response_format="wav"
    )
    return spoken.read()


@pytest.mark.parametrize(("model", "size"), [("qwen-image", "1328x1328"), ("wan2.2-t2i-flash", "512x512")])
def test_pictures_are_made(client: openai.OpenAI, gateway: Gateway, model: str, size: str) -> None:
    answer = client.images.generate(model=model, prompt="雪山下的湖", size=size)
    assert len(answer.data) == 1
    found = send("GET", answer.data[0].url)
    assert found.body.startswith(PNG)
    call = booked(gateway)
    assert (call["operation"], call["images"], call["outcome"], call["priced"]) == ("image", 1, "succeeded", 1)
    assert call["cost"] > 0


def test_several_pictures_come_in_the_answer_itself(client: openai.OpenAI, gateway: Gateway) -> None:
    asked = {"negative_prompt": "people", "seed": 7}
    answer = client.images.generate(
        model="wan2.2-t2i-flash", prompt="纸灯笼", size="512x512", n=2, response_format="b64_json", extra_body=asked
    )
    assert len(answer.data) == 2
    assert all(base64.b64decode(picture.b64_json).startswith(PNG) for picture in answer.data)
    assert booked(gateway)["images"] == 2


@pytest.mark.parametrize("model", ["qwen-image-edit", "wan2.5-i2i-preview", "wanx2.1-imageedit"])
def test_a_picture_is_edited(client: openai.OpenAI, gateway: Gateway, model: str) -> None:
    drawn = client.images.generate(model="wan2.2-t2i-flash", prompt="纸灯笼", size="512x512", response_format="b64_json")
    picture = io.BytesIO(base64.b64decode(drawn.data[0].b64_json))
    picture.name = "lantern.png"
    edited = client.images.edit(model=model, image=picture, prompt="换成夜里的颜色")
    assert send("GET", edited.data[0].url).body.startswith(PNG)
    assert booked(gateway)["images"] == 1


def test_a_mask_says_where(client: openai.OpenAI) -> None:
    drawn = client.images.generate(model="wan2.2-t2i-flash", prompt="灯", size="512x512", response_format="b64_json")
    picture = base64.b64decode(drawn.data[0].b64_json)
    files = {"image": ("lamp.png", picture), "mask": ("mask.png", picture)}
    edited = client.images.edit(model="wanx2.1-imageedit", prompt="换成红色", **files)
    assert edited.data[0].url
    with pytest.raises(openai.BadRequestError, match="mask") as refused:
        client.images.edit(model="qwen-image-edit", prompt="换成红色", **files)
    assert refused.value.param == "mask"


def test_qwen_speaks_in_files_and_in_pieces(client: openai.OpenAI, gateway: Gateway) -> None:
    with wave.open(io.BytesIO(recording(client))) as sound:
        assert sound.getnframes() > 0
    call = booked(gateway)
    assert (call["operation"], call["outcome"]) == ("speech", "succeeded")
    assert call["characters"] > 0
    with client.audio.speech.with_streaming_response.create(
        model="qwen3-tts-flash", voice="Cherry", input=TEXT, response_format="pcm"
    ) as spoken:
        assert spoken.headers["content-type"] == "audio/pcm"
        assert sum(len(piece) for piece in spoken.iter_bytes()) > 10_000
    assert booked(gateway)["characters"] == call["characters"]


def test_cosyvoice_speaks_in_the_form_that_is_wanted(client: openai.OpenAI, gateway: Gateway) -> None:
    asked = {"model": "cosyvoice-v3-flash", "voice": "longanyang", "input": TEXT}
    mp3 = client.audio.speech.create(**asked, speed=1.2)
    assert mp3.response.headers["content-type"] == "audio/mpeg"
    assert len(mp3.read()) > 1_000
    assert booked(gateway)["characters"] > 0
    with client.audio.speech.with_streaming_response.create(**asked, stream_format="sse") as spoken:
        lines = [line for line in spoken.iter_lines() if line.startswith("data: ")]
    assert '"speech.audio.delta"' in lines[0]
    assert '"speech.audio.done"' in lines[-1]


def test_a_short_recording_is_written_down(client: openai.OpenAI, gateway: Gateway) -> None:
    sound = ("hello.wav", recording(client))
    heard = client.audio.transcriptions.create(model="qwen3-asr-flash", file=sound)
    assert heard.text
    call = booked(gateway)
    assert (call["operation"], call["outcome"]) == ("transcription", "succeeded")
    assert call["media_ms"] > 0
    text = client.audio.transcriptions.create(model="qwen3-asr-flash", file=sound, response_format="text")
    assert text.strip() == heard.text
    with pytest.raises(openai.BadRequestError, match="json, text"):
        client.audio.transcriptions.create(model="qwen3-asr-flash", file=sound, response_format="srt")


@pytest.mark.parametrize("model", ["paraformer-v2", "qwen3-asr-flash-filetrans"])
def test_a_recording_is_written_down_with_times(client: openai.OpenAI, gateway: Gateway, model: str) -> None:
    sound = ("hello.wav", recording(client))
    told = client.audio.transcriptions.create(
        model=model, file=sound, language="zh", response_format="verbose_json", timestamp_granularities=["word"]
    )
    assert told.segments and told.words and told.text
    assert told.duration > 0
    assert booked(gateway)["media_ms"] > 0
    srt = client.audio.transcriptions.create(model=model, file=sound, response_format="srt")
    assert srt.startswith("1\n00:00:")
    vtt = client.audio.transcriptions.create(model=model, file=sound, response_format="vtt")
    assert vtt.startswith("WEBVTT\n\n00:00:")


def test_what_cannot_be_had_is_named(client: openai.OpenAI, gateway: Gateway) -> None:
    calls = gateway.query("SELECT count(*) AS count FROM calls")[0]["count"]
    for ask, field in [
        (lambda: client.images.generate(model="qwen-plus", prompt="灯"), "model"),
        (lambda: client.images.generate(model="qwen-image", prompt=""), "prompt"),
        (lambda: client.images.generate(model="qwen-image", prompt="灯", size="large"), "size"),
        (lambda: client.images.generate(model="qwen-image", prompt="灯", n=0), "n"),
        (lambda: client.images.generate(model="qwen-image", prompt="灯", background="transparent"), "background"),
        (lambda: client.images.generate(model="qwen-image", prompt="灯", stream=True), "stream"),
        (
            lambda: client.audio.speech.create(
                model="qwen3-tts-flash", voice="Cherry", input=TEXT, response_format="mp3"
            ),
            "response_format",
        ),
        (lambda: client.audio.speech.create(model="qwen3-tts-flash", voice="Cherry", input=TEXT, speed=2), "speed"),
        (lambda: client.audio.transcriptions.create(model="qwen-plus", file=("a.wav", b"RIFF")), "model"),
    ]:
        with pytest.raises(openai.BadRequestError) as refused:
            ask()
        assert refused.value.param == field, refused.value.body
    with pytest.raises(openai.NotFoundError):
        client.images.generate(model="gpt-image-1", prompt="灯")
    assert gateway.query("SELECT count(*) AS count FROM calls")[0]["count"] == calls


def test_what_bailian_refuses_passes_in_openais_words(client: openai.OpenAI, gateway: Gateway) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.images.generate(model="qwen-image", prompt="灯", size="100x100")
    assert "size" in refused.value.message
    with pytest.raises(openai.APIStatusError) as refused:
        client.audio.transcriptions.create(model="qwen3-asr-flash", file=("a.wav", b"no sound at all"))
    assert refused.value.status_code == 400, refused.value.body
    assert booked(gateway)["cost"] == 0
