"""Text, vectors and applications with Alibaba's own `dashscope` package through the gateway, by address and key alone."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest
from dashscope import (
    Application,
    BatchTextEmbedding,
    Files,
    Generation,
    MultiModalConversation,
    MultiModalEmbedding,
    TextEmbedding,
    TextReRank,
    Tokenization,
)

from comparison import Twice
from conftest import Place
from gateway import Gateway
from stand_in import StandIn

POEM = [{"role": "user", "content": "背一首诗"}]
QWEN = {"model": "qwen-plus", "messages": POEM, "result_format": "message"}
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
Bailian = Twice[str]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"result_format": "text"},
        {"n": 2},
        {"temperature": 0.3, "top_p": 0.5, "seed": 7, "max_tokens": 12},
        {"tools": [WEATHER], "messages": [{"role": "user", "content": "What is the weather in Hangzhou?"}]},
    ],
    ids=["message", "text", "several", "sampling", "tools"],
)
def test_an_answer_comes_whole(dashscope_twice: Bailian, options: dict) -> None:
    answer = dashscope_twice(lambda key: Generation.call(**QWEN | options, api_key=key))
    assert answer.status_code == HTTPStatus.OK, answer
    assert answer.usage.total_tokens > 0


@pytest.mark.parametrize("options", [{}, {"enable_thinking": True}], ids=["plain", "thinking"])
def test_an_answer_comes_as_a_stream(dashscope_twice: Bailian, options: dict) -> None:
    asked = QWEN | options | {"stream": True, "incremental_output": True}
    events = dashscope_twice.stream(lambda key: Generation.call(**asked, api_key=key))
    assert all(event.status_code == HTTPStatus.OK for event in events)
    assert events[-1].output.choices[0].finish_reason == "stop"


def test_a_cumulative_stream_ends_in_the_whole(dashscope_twice: Bailian) -> None:
    def texts(key: str) -> list[str]:
        events = Generation.call(**QWEN, stream=True, incremental_output=False, api_key=key)
        return [event.output.choices[0].message.content for event in events]

    straight, through = dashscope_twice.both(texts)
    assert straight[-1] == through[-1]
    assert all(later.startswith(earlier) for earlier, later in zip(through, through[1:]))


def test_pieces_come_while_the_answer_is_written(dashscope_twice: Bailian, stand_in: StandIn) -> None:
    def read(key: str) -> str:
        stand_in.answers({"words": ["春", "眠", "不", "觉", "晓"], "held_after": 3})
        said, held = "", True
        for event in Generation.call(**QWEN, stream=True, incremental_output=True, api_key=key):
            said += event.output.choices[0].message.content
            if held and said == "春眠不":
                held = False
                stand_in.release()
        assert not held, "nothing of the answer came before it was whole"
        return said

    assert dashscope_twice(read) == "春眠不觉晓"


def test_pictures_are_seen(dashscope_twice: Bailian) -> None:
    messages = [{"role": "user", "content": [{"image": PICTURE}, {"text": "What is this?"}]}]
    asked = {"model": "qwen3-vl-plus", "messages": messages}
    answer = dashscope_twice(lambda key: MultiModalConversation.call(**asked, api_key=key))
    assert "32 × 24" in answer.output.choices[0].message.content[0]["text"]
    dashscope_twice.stream(
        lambda key: MultiModalConversation.call(**asked, stream=True, incremental_output=True, api_key=key)
    )


def test_texts_and_pictures_become_vectors(dashscope_twice: Bailian) -> None:
    texts = {"model": "text-embedding-v4", "input": ["a cat", "the wind"], "dimension": 64}
    texts["output_type"] = "dense&sparse"
    answer = dashscope_twice(lambda key: TextEmbedding.call(**texts, api_key=key))
    assert len(answer.output["embeddings"]) == 2

    contents = [{"text": "a cat"}, {"image": PICTURE}]
    pictures = {"model": "tongyi-embedding-vision-plus", "input": contents, "dimension": 64}
    answer = dashscope_twice(lambda key: MultiModalEmbedding.call(**pictures, api_key=key))
    assert answer.status_code == HTTPStatus.OK, answer


def test_a_file_becomes_vectors_by_a_task(dashscope_twice: Bailian) -> None:
    asked = {"model": "text-embedding-async-v2", "url": "data:text/plain;base64,YSBjYXQK"}
    done = dashscope_twice(lambda key: BatchTextEmbedding.call(**asked, api_key=key))
    assert done.output.task_status == "SUCCEEDED"


@pytest.mark.parametrize("model", ["gte-rerank-v2", "qwen3-rerank"])
def test_documents_are_ranked(dashscope_twice: Bailian, model: str) -> None:
    documents = ["Pancakes need butter.", "A reranker sorts documents."]
    asked = {"query": "what is a reranker", "documents": documents, "top_n": 1, "return_documents": True}
    answer = dashscope_twice(lambda key: TextReRank.call(model, **asked, api_key=key))
    assert answer.output.results[0].index == 1


def test_texts_are_cut_into_tokens(dashscope_twice: Bailian) -> None:
    answer = dashscope_twice(lambda key: Tokenization.call("qwen-turbo", messages=POEM, api_key=key))
    assert "".join(answer.output["tokens"]) == POEM[0]["content"]


def test_files_are_kept_until_they_are_deleted(dashscope_twice: Bailian, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"messages": []}\n')
    made: dict[str, str] = {}

    def upload(key: str) -> object:
        kept = Files.upload(str(path), description="a line", api_key=key)
        made[key] = kept.output["uploaded_files"][0]["file_id"]
        return kept

    dashscope_twice(upload)
    dashscope_twice(lambda key: Files.get(made[key], api_key=key))
    _, page = dashscope_twice.both(lambda key: Files.list(page_size=50, api_key=key))
    assert set(made.values()) & {file["file_id"] for file in page.output["files"]}
    dashscope_twice(lambda key: Files.delete(made[key], api_key=key))
    gone = dashscope_twice(lambda key: Files.get(made[key], api_key=key))
    assert gone.status_code == HTTPStatus.BAD_REQUEST


def test_an_application_answers_and_remembers(dashscope_twice: Bailian) -> None:
    sessions: dict[str, str] = {}

    def first(key: str) -> object:
        answer = Application.call(app_id=APP, prompt="背一首诗", api_key=key)
        sessions[key] = answer.output.session_id
        return answer

    dashscope_twice(first)
    asked = {"app_id": APP, "prompt": "再来一首"}
    dashscope_twice(lambda key: Application.call(**asked, session_id=sessions[key], api_key=key))


def test_an_application_streams(dashscope_twice: Bailian) -> None:
    asked = {"app_id": APP, "prompt": "百炼是什么", "stream": True, "incremental_output": True}
    events = dashscope_twice.stream(lambda key: Application.call(**asked, api_key=key))
    assert events[-1].output.finish_reason == "stop"


def test_what_bailian_refuses_comes_back_with_its_code_and_words(dashscope_twice: Bailian) -> None:
    wrong_path = dashscope_twice(lambda key: Generation.call("qwen3-vl-plus", messages=POEM, api_key=key))
    assert (wrong_path.status_code, wrong_path.code) == (HTTPStatus.BAD_REQUEST, "InvalidParameter")
    hot = {"model": "qwen-plus", "messages": POEM, "temperature": 3.0}
    dashscope_twice(lambda key: Generation.call(**hot, api_key=key))
    [refused] = dashscope_twice.stream(lambda key: Generation.call(**hot, stream=True, api_key=key))
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    dashscope_twice(lambda key: Application.call(app_id="mine", prompt="hi", api_key=key))


def test_an_unknown_model_is_not_found(dashscope_twice: Bailian) -> None:
    refused = dashscope_twice.refused(lambda key: Generation.call("gpt-5", messages=POEM, api_key=key))
    assert (refused.status_code, refused.code) == (HTTPStatus.NOT_FOUND, "ModelNotFound")


def test_a_wrong_key_is_refused(dashscope_at: Callable[[Place], str], through: Place) -> None:
    dashscope_at(through)
    refused = Generation.call(**QWEN, api_key="lt-wrong")
    assert (refused.status_code, refused.code) == (HTTPStatus.UNAUTHORIZED, "InvalidApiKey")
    [refused] = Generation.call(**QWEN, stream=True, api_key="lt-wrong")
    assert refused.status_code == HTTPStatus.UNAUTHORIZED


def test_a_model_that_the_key_may_not_use_is_not_there(
    dashscope_at: Callable[[Place], str], gateway: Gateway
) -> None:
    key = dashscope_at(Place(gateway.url, gateway.key_with(models=["qwen-flash"])))
    refused = Generation.call(**QWEN, api_key=key)
    assert (refused.status_code, refused.code) == (HTTPStatus.NOT_FOUND, "ModelNotFound")
    allowed = Generation.call(**QWEN | {"model": "qwen-flash"}, api_key=key)
    assert allowed.status_code == HTTPStatus.OK


def test_what_one_person_made_another_does_not_find(
    dashscope_at: Callable[[Place], str], through: Place, stranger: Place, tmp_path: Path
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"messages": []}\n')
    key = dashscope_at(through)
    file = Files.upload(str(path), description="a line", api_key=key).output["uploaded_files"][0]["file_id"]

    other = dashscope_at(stranger)
    hidden, missing = Files.get(file, api_key=other), Files.get("none", api_key=other)
    assert (hidden.status_code, hidden.code) == (missing.status_code, missing.code)
    page = Files.list(page_size=50, api_key=other)
    assert file not in [listed["file_id"] for listed in page.output["files"]]
    assert Files.delete(file, api_key=other).status_code != HTTPStatus.OK
    assert Files.get(file, api_key=dashscope_at(through)).status_code == HTTPStatus.OK
