"""Pictures and films with the first surface of `dashscope`: tasks, messages, uploads of local files."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import dashscope
import pytest
import requests
from dashscope import ImageSynthesis, MultiModalConversation, VideoSynthesis
from dashscope.aigc.image_generation import ImageGeneration
from dashscope.api_entities.dashscope_response import Message
from dashscope.common.error import UploadFileException
from dashscope.utils.oss_utils import OssUtils

KEY = "sk-test"
SMALL = {"size": "512*512", "n": 1, "api_key": KEY}


@pytest.fixture(autouse=True)
def address(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashscope, "base_http_api_url", base_url.replace("/compatible-mode/v1", "/api/v1"))


def download(url: str) -> bytes:
    answer = requests.get(url, timeout=20)
    assert answer.status_code == HTTPStatus.OK, answer.text
    return answer.content


def sides(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture on this machine."""
    drawn = ImageSynthesis.call("wan2.2-t2i-flash", "纸灯笼", **SMALL)
    path = tmp_path / "lantern.png"
    path.write_bytes(download(drawn.output.results[0].url))
    return path


def test_a_prompt_is_drawn_and_waited_for() -> None:
    drawn = ImageSynthesis.call("wan2.2-t2i-flash", "雪山下的湖", n=2, size="768*512", seed=7, api_key=KEY)

    assert drawn.status_code == HTTPStatus.OK
    assert drawn.output.task_status == "SUCCEEDED"
    assert drawn.usage.image_count == 2
    assert [sides(download(result.url)) for result in drawn.output.results] == [(768, 512)] * 2


def test_a_task_is_submitted_fetched_listed_and_too_late_to_cancel() -> None:
    submitted = ImageSynthesis.async_call("wanx2.1-t2i-turbo", "a lighthouse in fog", **SMALL)
    assert submitted.output.task_status == "PENDING"

    done = ImageSynthesis.wait(submitted, api_key=KEY)
    fetched = ImageSynthesis.fetch(submitted, api_key=KEY)
    assert done.output.task_status == fetched.output.task_status == "SUCCEEDED"
    assert fetched.output.task_metrics == {"TOTAL": 1, "SUCCEEDED": 1, "FAILED": 0}

    cancelled = ImageSynthesis.cancel(submitted, api_key=KEY)
    assert (cancelled.status_code, cancelled.code) == (HTTPStatus.BAD_REQUEST, "UnsupportedOperation")

    listed = ImageSynthesis.list(model_name="wanx2.1-t2i-turbo", status="SUCCEEDED", api_key=KEY)
    assert listed.status_code == HTTPStatus.OK
    unknown = ImageSynthesis.fetch("1111", api_key=KEY)
    assert unknown.output.task_status == "UNKNOWN"


def test_a_withheld_picture_is_told_beside_the_others() -> None:
    drawn = ImageSynthesis.call("wan2.2-t2i-flash", "DataInspectionFailed", **SMALL | {"n": 2})

    shown, withheld = drawn.output.results
    assert shown.url and withheld.code == "DataInspectionFailed"
    assert drawn.usage.image_count == 1


@pytest.mark.parametrize(
    ("model", "parameters", "code"),
    [("wan2.2-t2i-flash", {"size": "100*100"}, "InvalidParameter"), ("wan0-t2i", {}, "ModelNotFound")],
)
def test_a_wrong_request_comes_back_with_its_code(model: str, parameters: dict, code: str) -> None:
    refused = ImageSynthesis.async_call(model, "a", api_key=KEY, **parameters)

    assert refused.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
    assert refused.code == code


def test_a_local_picture_is_uploaded_and_edited(picture: Path) -> None:
    edited = ImageSynthesis.call(
        "wanx2.1-imageedit",
        "a wider view",
        function="expand",
        base_image_url=f"file://{picture}",
        left_scale=1.5,
        api_key=KEY,
    )

    assert edited.output.task_status == "SUCCEEDED", edited
    assert sides(download(edited.output.results[0].url)) == (768, 512)


def test_an_upload_is_refused_in_words_when_its_permission_is_forged(picture: Path) -> None:
    _, permission = OssUtils.upload("qwen-vl-plus", str(picture), api_key=KEY)
    with pytest.raises(UploadFileException, match="SignatureDoesNotMatch"):
        OssUtils.upload(
            "qwen-vl-plus", str(picture), api_key=KEY, upload_certificate=permission | {"signature": "forged"}
        )


def test_qwen_draws_and_edits_by_message(picture: Path) -> None:
    text = {"text": "换成夜里的颜色"}
    drawn = MultiModalConversation.call(
        "qwen-image-plus", [{"role": "user", "content": [text]}], api_key=KEY, size="1104*1472"
    )
    edited = MultiModalConversation.call(
        "qwen-image-edit", [{"role": "user", "content": [{"image": f"file://{picture}"}, text]}], api_key=KEY
    )

    assert sides(download(drawn.output.choices[0].message.content[0]["image"])) == (1104, 1472)
    assert edited.status_code == HTTPStatus.OK, edited
    assert download(edited.output.choices[0].message.content[0]["image"])


def message(*parts: dict) -> list[Message]:
    return [Message(role="user", content=list(parts))]


def test_wan_answers_at_once_as_a_task_and_event_by_event() -> None:
    asked = {"api_key": KEY, "messages": message({"text": "a night market"}), "n": 1, "size": "1280*1280"}
    at_once = ImageGeneration.call("wan2.6-t2i", **asked)
    later = ImageGeneration.wait(ImageGeneration.async_call("wan2.6-t2i", **asked), api_key=KEY)
    for answer in (at_once, later):
        assert sides(download(answer.output.choices[0].message.content[0]["image"])) == (1280, 1280)
        assert answer.usage.image_count == 1

    events = ImageGeneration.call(
        "wan2.6-image",
        api_key=KEY,
        messages=message({"text": "how to fold a boat"}),
        stream=True,
        enable_interleave=True,
        max_images=1,
        size="768*768",
    )
    parts = [part for event in events for part in event.output.choices[0].message.content]
    assert [part["type"] for part in parts] == ["text", "image"]


def films() -> list[tuple[str, Callable[[Path], dict]]]:
    return [
        ("wan2.5-t2v-preview", lambda _: {"prompt": "a cat surfing", "size": "624*624"}),
        ("wan2.2-i2v-flash", lambda picture: {"prompt": "it glows", "img_url": str(picture), "resolution": "480P"}),
        ("wan2.2-kf2v-flash", lambda picture: {"first_frame_url": f"file://{picture}", "resolution": "480P"}),
    ]


@pytest.mark.parametrize(("model", "asked"), films())
def test_a_film_is_made(model: str, asked: Callable[[Path], dict], picture: Path) -> None:
    shot = VideoSynthesis.call(model, api_key=KEY, **asked(picture))

    assert shot.output.task_status == "SUCCEEDED", shot
    assert shot.usage.video_count == 1
    assert download(shot.output.video_url)[4:8] == b"ftyp"
