"""Text and vectors with Alibaba's own `dashscope` package, its classic functions, by base address alone."""

import asyncio
from http import HTTPStatus
from pathlib import Path

import dashscope
import pytest
from dashscope import (
    AioGeneration,
    AioMultiModalConversation,
    AioTextReRank,
    Application,
    BatchTextEmbedding,
    Files,
    Generation,
    Models,
    MultiModalConversation,
    MultiModalEmbedding,
    TextEmbedding,
    TextReRank,
    Tokenization,
)

KEY = "sk-test"
POEM = [{"role": "user", "content": "背一首诗"}]
SEEN = [{"role": "user", "content": [{"text": "背一首诗"}]}]
APP = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mP4z8BAU8QwasGoBaMWjFowasGoBaMWjFowNCwAAC4e/R+m9KZ4AAAAAElFTkSuQmCC"
)
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture(autouse=True)
def address(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashscope, "base_http_api_url", base_url.replace("/compatible-mode/v1", "/api/v1"))


def whole(**more) -> str:
    answer = Generation.call("qwen-plus", messages=POEM, result_format="message", api_key=KEY, **more)
    assert answer.status_code == HTTPStatus.OK, answer
    return answer.output.choices[0].message.content


def test_an_answer_comes_as_a_message_or_as_text() -> None:
    message = Generation.call("qwen-plus", messages=POEM, result_format="message", api_key=KEY)
    text = Generation.call("qwen-plus", prompt="背一首诗", api_key=KEY)

    assert message.status_code == text.status_code == HTTPStatus.OK
    assert message.output.choices[0].message.content == text.output.text
    assert message.output.choices[0].finish_reason == "stop"
    usage = message.usage
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


def test_a_stream_is_cumulative_or_incremental() -> None:
    call = dict(messages=POEM, result_format="message", stream=True, api_key=KEY)
    pieces = [
        event.output.choices[0].message.content
        for event in Generation.call("qwen-plus", incremental_output=True, **call)
    ]
    assert len(pieces) > 2
    assert "".join(pieces) == whole()
    # Asked for the whole text each time, the package puts the pieces together by itself.
    texts = [
        event.output.choices[0].message.content
        for event in Generation.call("qwen-plus", incremental_output=False, **call)
    ]
    assert texts[-1] == whole()
    # Asked for nothing, it leaves that to the service.
    texts = [event.output.choices[0].message.content for event in Generation.call("qwen-plus", **call)]
    assert texts[-1] == whole()
    assert all(later.startswith(earlier) for earlier, later in zip(texts, texts[1:]))


def test_thinking_comes_first() -> None:
    events = list(
        Generation.call(
            "qwen-plus",
            messages=POEM,
            result_format="message",
            enable_thinking=True,
            incremental_output=True,
            stream=True,
            api_key=KEY,
        )
    )
    assert all(event.status_code == HTTPStatus.OK for event in events)
    messages = [event.output.choices[0].message for event in events]
    assert messages[0].reasoning_content and not messages[0].content
    assert "".join(message.content for message in messages)
    assert events[-1].usage.output_tokens_details["reasoning_tokens"] > 0


def test_a_function_is_called() -> None:
    question = [{"role": "user", "content": "What is the weather in Hangzhou?"}]
    call = dict(messages=question, tools=[WEATHER], result_format="message", api_key=KEY)
    answer = Generation.call("qwen-plus", **call)
    choice = answer.output.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls[0]["function"]["name"] == "get_weather"

    events = list(Generation.call("qwen-plus", stream=True, incremental_output=False, **call))
    last = events[-1].output.choices[0]
    assert last.finish_reason == "tool_calls"
    assert last.message.tool_calls[0]["function"] == choice.message.tool_calls[0]["function"]


def test_several_answers() -> None:
    answer = Generation.call("qwen-plus", messages=POEM, n=2, result_format="message", api_key=KEY)
    assert [choice["index"] for choice in answer.output.choices] == [0, 1]


def test_refusals_carry_their_codes() -> None:
    wrong_key = Generation.call("qwen-plus", messages=POEM, api_key="wrong")
    assert (wrong_key.status_code, wrong_key.code) == (HTTPStatus.UNAUTHORIZED, "InvalidApiKey")
    unknown = Generation.call("gpt-5", messages=POEM, api_key=KEY)
    assert (unknown.status_code, unknown.code) == (HTTPStatus.NOT_FOUND, "ModelNotFound")
    wrong_path = Generation.call("qwen3-vl-plus", messages=POEM, api_key=KEY)
    assert (wrong_path.status_code, wrong_path.code) == (HTTPStatus.BAD_REQUEST, "InvalidParameter")
    assert wrong_path.message == "url error, please check url！"
    hot = list(Generation.call("qwen-plus", messages=POEM, temperature=3.0, stream=True, api_key=KEY))
    assert [answer.status_code for answer in hot] == [HTTPStatus.BAD_REQUEST]
    assert hot[0].request_id


def test_asynchronous_calls() -> None:
    async def ask() -> tuple[str, str]:
        answer = await AioGeneration.call("qwen-plus", messages=POEM, result_format="message", api_key=KEY)
        stream = await AioGeneration.call(
            "qwen-plus",
            messages=POEM,
            result_format="message",
            stream=True,
            incremental_output=True,
            api_key=KEY,
        )
        pieces = [event.output.choices[0].message.content async for event in stream]
        return answer.output.choices[0].message.content, "".join(pieces)

    answer, streamed = asyncio.run(ask())
    assert answer == streamed == whole()


def test_models_that_see() -> None:
    messages = [{"role": "user", "content": [{"image": PICTURE}, {"text": "What is this?"}]}]
    answer = MultiModalConversation.call("qwen3-vl-plus", messages=messages, api_key=KEY)
    assert answer.status_code == HTTPStatus.OK, answer
    text = answer.output.choices[0].message.content[0]["text"]
    events = list(
        MultiModalConversation.call(
            "qwen3-vl-plus", messages=messages, stream=True, incremental_output=True, api_key=KEY
        )
    )
    contents = [event.output.choices[0].message.content for event in events]
    assert "".join(part["text"] for content in contents for part in content) == text

    async def ask() -> str:
        answer = await AioMultiModalConversation.call("qwen3-vl-plus", messages=messages, api_key=KEY)
        return answer.output.choices[0].message.content[0]["text"]

    assert asyncio.run(ask()) == text


def test_vectors_of_texts() -> None:
    answer = TextEmbedding.call(
        "text-embedding-v4",
        input=["a cat", "the wind"],
        dimension=256,
        output_type="dense&sparse",
        text_type="document",
        api_key=KEY,
    )
    assert answer.status_code == HTTPStatus.OK, answer
    items = answer.output["embeddings"]
    assert [item["text_index"] for item in items] == [0, 1]
    assert len(items[0]["embedding"]) == 256
    assert items[1]["sparse_embedding"][0]["token"] == "wind"
    assert answer.usage["total_tokens"] > 0


def test_vectors_of_a_file() -> None:
    task = BatchTextEmbedding.call("text-embedding-async-v2", url="data:text/plain;base64,YSBjYXQK", api_key=KEY)
    assert task.status_code == HTTPStatus.OK, task
    assert task.output.task_status == "SUCCEEDED"
    assert task.output.url.startswith("http")
    assert task.usage.total_tokens == 2


def test_vectors_of_pictures() -> None:
    contents = [{"text": "a cat"}, {"image": PICTURE}]
    answer = MultiModalEmbedding.call("tongyi-embedding-vision-plus", input=contents, dimension=64, api_key=KEY)
    assert answer.status_code == HTTPStatus.OK, answer
    assert [item["type"] for item in answer.output["embeddings"]] == ["text", "image"]


def test_documents_are_ranked() -> None:
    call = dict(
        query="what is a reranker",
        documents=["Pancakes need butter.", "A reranker sorts documents."],
        top_n=1,
        return_documents=True,
        api_key=KEY,
    )
    answer = TextReRank.call("gte-rerank-v2", **call)
    assert answer.status_code == HTTPStatus.OK, answer
    assert [result.index for result in answer.output.results] == [1]
    # As an attribute it is always `None`: the class has it as a default.
    assert answer.output.results[0]["document"]["text"] == call["documents"][1]
    again = asyncio.run(AioTextReRank.call("qwen3-rerank", **call))
    assert again.output.results[0].index == 1


def test_texts_are_cut_into_tokens() -> None:
    answer = Tokenization.call("qwen-turbo", messages=POEM, api_key=KEY)
    assert answer.status_code == HTTPStatus.OK, answer
    assert "".join(answer.output["tokens"]) == POEM[0]["content"]
    assert answer.usage["input_tokens"] == len(answer.output["token_ids"])


def test_the_catalogue() -> None:
    page = Models.list(page=2, page_size=3, api_key=KEY)
    assert page.status_code == HTTPStatus.OK, page
    assert len(page.output["models"]) == 3
    one = Models.get("qwen3-max", api_key=KEY)
    assert one.output["model"] == "qwen3-max"
    assert Models.get("gpt-5", api_key=KEY).status_code == HTTPStatus.NOT_FOUND


def test_files_are_kept_until_they_are_deleted(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"messages": []}\n')
    kept = Files.upload(str(path), description="a line", api_key=KEY)
    assert kept.status_code == HTTPStatus.OK, kept
    file_id = kept.output["uploaded_files"][0]["file_id"]
    assert Files.get(file_id, api_key=KEY).output["name"] == "lines.jsonl"
    page = Files.list(page_size=50, api_key=KEY)
    assert file_id in [file["file_id"] for file in page.output["files"]]
    assert Files.delete(file_id, api_key=KEY).status_code == HTTPStatus.OK
    gone = Files.get(file_id, api_key=KEY)
    assert (gone.status_code, gone.message) == (HTTPStatus.BAD_REQUEST, "File not found.")


def test_an_application_remembers() -> None:
    first = Application.call(app_id=APP, prompt="背一首诗", api_key=KEY)
    assert first.status_code == HTTPStatus.OK, first
    session = first.output.session_id
    again = Application.call(app_id=APP, prompt="再来一首", session_id=session, api_key=KEY)
    assert again.output.session_id == session
    assert again.usage.models[0].input_tokens > first.usage.models[0].input_tokens


def test_an_application_streams_and_thinks_aloud() -> None:
    call = dict(
        app_id=APP,
        prompt="百炼是什么",
        has_thoughts=True,
        rag_options={"pipeline_ids": ["kb1"]},
        doc_reference_type="simple",
        stream=True,
        api_key=KEY,
    )
    events = list(Application.call(incremental_output=True, **call))
    assert all(event.status_code == HTTPStatus.OK for event in events)
    text = "".join(event.output.text for event in events)
    assert events[-1].output.finish_reason == "stop"
    assert events[-1].output.doc_references[0].doc_name == "kb1.md"
    assert events[0].output.thoughts[0].action_type == "agentRag"
    cumulative = list(Application.call(incremental_output=False, **call))
    assert cumulative[-1].output.text == text


def test_a_workflow_tells_its_messages() -> None:
    events = list(
        Application.call(
            app_id=APP,
            prompt="背一首诗",
            biz_params={"city": "杭州"},
            flow_stream_mode="message_format",
            incremental_output=True,
            stream=True,
            api_key=KEY,
        )
    )
    assert events[0].output.workflow_message["message"]["content"]
    assert events[-1].output.workflow_message["node_is_completed"]


def test_an_unknown_application() -> None:
    refused = Application.call(app_id="mine", prompt="hi", api_key=KEY)
    assert (refused.status_code, refused.code) == (HTTPStatus.BAD_REQUEST, "InvalidParameter")
    events = list(Application.call(app_id="mine", prompt="hi", stream=True, api_key=KEY))
    assert [event.code for event in events] == ["InvalidParameter"]
