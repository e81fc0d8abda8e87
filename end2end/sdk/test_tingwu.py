"""Meetings: with Alibaba Cloud's own client for Tingwu, which signs, and with both surfaces of `dashscope`."""

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tingwu20230930 import models
from alibabacloud_tingwu20230930.client import Client as Tingwu
from dashscope import AsyncClient, Client
from dashscope.multimodal.tingwu.tingwu import TingWu
from dashscope.v2 import errors
from darabonba.exceptions import DaraException

KEY = "sk-test"
MODEL = "tingwu-meeting"
TEXT = "今天主要讨论三件事情。请大家准时。"


@pytest.fixture
def origin(base_url: str) -> str:
    return base_url.removesuffix("/compatible-mode/v1")


@pytest.fixture
def client(origin: str) -> Iterator[Client]:
    with Client(api_key=KEY, base_url=f"{origin}/api/v1", max_retries=0) as client:
        yield client


@pytest.fixture
def recording(client: Client) -> str:
    """The address of `TEXT` as the simulator speaks it."""
    body = {"model": "qwen3-tts-flash", "input": {"text": TEXT, "voice": "Cherry"}}
    answer = client.transport.request(
        "POST", "/services/aigc/multimodal-generation/generation", json=body
    )
    return answer.json()["output"]["audio"]["url"]


def tingwu(origin: str, secret: str = "testAccessKeySecret") -> Tingwu:
    address = origin.removeprefix("http://")
    return Tingwu(
        Config(
            access_key_id="testAccessKeyId",
            access_key_secret=secret,
            endpoint=address,
            protocol="http",
        )
    )


def fetch(url: str) -> dict:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def offline(recording: str) -> models.CreateTaskRequest:
    return models.CreateTaskRequest(
        app_key="demo",
        type="offline",
        input=models.CreateTaskRequestInput(
            file_url=recording, source_language="cn", task_key="周会-01"
        ),
        parameters=models.CreateTaskRequestParameters(
            auto_chapters_enabled=True,
            summarization_enabled=True,
            summarization=models.CreateTaskRequestParametersSummarization(
                types=["Paragraph", "MindMap"]
            ),
        ),
    )


def test_the_official_client_follows_a_recording(origin: str, recording: str) -> None:
    client = tingwu(origin)
    created = client.create_task(offline(recording)).body
    assert (created.code, created.data.task_key) == ("0", "周会-01")
    shown = client.get_task_info(created.data.task_id).body
    assert shown.data.task_status == "COMPLETED"
    written = fetch(shown.data.result.transcription)["Transcription"]
    words = [word["Text"] for part in written["Paragraphs"] for word in part["Words"]]
    assert "".join(words) == TEXT
    assert fetch(shown.data.result.summarization)["Summarization"]["ParagraphTitle"]
    assert shown.data.result.translation is None


def test_the_official_client_follows_a_recording_asynchronously(
    origin: str, recording: str
) -> None:
    async def follow() -> str:
        client = tingwu(origin)
        created = (await client.create_task_async(offline(recording))).body
        shown = (await client.get_task_info_async(created.data.task_id)).body
        return shown.data.task_status

    assert asyncio.run(follow()) == "COMPLETED"


def test_the_official_client_ends_a_meeting_in_realtime(origin: str) -> None:
    client = tingwu(origin)
    started = client.create_task(
        models.CreateTaskRequest(
            app_key="demo",
            type="realtime",
            input=models.CreateTaskRequestInput(
                format="pcm", sample_rate=16000, source_language="cn"
            ),
        )
    ).body.data
    assert started.meeting_join_url.startswith("ws://")
    stop = models.CreateTaskRequest(
        type="realtime",
        operation="stop",
        app_key="demo",
        input=models.CreateTaskRequestInput(task_id=started.task_id),
    )
    assert client.create_task(stop).body.code == "0"
    assert client.get_task_info(started.task_id).body.data.task_status == "COMPLETED"


def test_the_official_client_keeps_phrases(origin: str) -> None:
    client = tingwu(origin)
    words = json.dumps({"炼台": 3}, ensure_ascii=False)
    created = client.create_transcription_phrases(
        models.CreateTranscriptionPhrasesRequest(name="words", word_weights=words)
    )
    phrases = created.body.data.phrase_id
    shown = client.get_transcription_phrases(phrases).body.data.phrases[0]
    assert shown.word_weights == words
    client.update_transcription_phrases(
        phrases, models.UpdateTranscriptionPhrasesRequest(name="other", word_weights="{}")
    )
    listed = client.list_transcription_phrases().body.data.phrases
    assert "other" in [each.name for each in listed]
    client.delete_transcription_phrases(phrases)
    with pytest.raises(DaraException):
        client.get_transcription_phrases(phrases)


def test_a_wrong_secret_raises(origin: str) -> None:
    with pytest.raises(DaraException) as raised:
        tingwu(origin, secret="wrong").get_task_info("1")
    assert raised.value.code == "SignatureDoesNotMatch"


def test_a_recording_that_is_not_there_fails_inside_its_task(origin: str) -> None:
    client = tingwu(origin)
    created = client.create_task(offline("http://127.0.0.1:1/none.mp3")).body
    shown = client.get_task_info(created.data.task_id).body
    assert (shown.code, shown.data.task_status) == ("0", "FAILED")
    assert shown.data.error_code == "TSC.AudioFileLink"


def order(recording: str) -> dict:
    return {"task": "createTask", "type": "offline", "appId": "tw_demo01", "fileUrl": recording}


ANALYSIS = {"analysis": {"fullSummaryEnabled": True, "actionsEnabled": True}}


def test_the_second_surface_follows_a_recording(client: Client, recording: str) -> None:
    created = client.tingwu.call(model=MODEL, input=order(recording), parameters=ANALYSIS)
    wanted = {"task": "getTask", "dataId": created.output["dataId"]}
    shown = client.tingwu.call(model=MODEL, input=wanted)
    assert shown.output["status"] == 0
    actions = fetch(shown.output["meetingAssistancePath"])["actions"]
    assert [action["text"] for action in actions] == ["请大家准时。"]


def test_the_second_surface_is_asynchronous_too(origin: str, recording: str) -> None:
    async def follow() -> int:
        async with AsyncClient(api_key=KEY, base_url=f"{origin}/api/v1") as client:
            created = await client.tingwu.call(model=MODEL, input=order(recording))
            wanted = {"task": "getTask", "dataId": created.output["dataId"]}
            return (await client.tingwu.call(model=MODEL, input=wanted)).output["status"]

    assert asyncio.run(follow()) == 0


def test_the_second_surface_raises_what_is_refused(client: Client) -> None:
    with pytest.raises(errors.BadRequestError) as raised:
        client.tingwu.call(model=MODEL, input={"task": "getTask", "dataId": "none"})
    assert raised.value.code == "Agent.InputInvalidDataId"


def test_the_first_surface_follows_a_recording(origin: str, recording: str) -> None:
    address = f"{origin}/api/v1/services/aigc/multimodal-generation/generation"
    created = TingWu.call(
        model=MODEL, user_defined_input=order(recording), api_key=KEY, base_address=address
    )
    assert created.status_code == HTTPStatus.OK, created
    wanted = {"task": "getTask", "dataId": created.output["dataId"]}
    shown = TingWu.call(
        model=MODEL, user_defined_input=wanted, api_key=KEY, base_address=address
    )
    assert shown.output["status"] == 0
    refused = TingWu.call(
        model=MODEL, user_defined_input={"task": "x"}, api_key=KEY, base_address=address
    )
    assert (refused.status_code, refused.code) == (400, "InvalidParameter")
