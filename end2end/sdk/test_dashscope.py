"""What users of Alibaba's own `dashscope` package meet, as far as it speaks the OpenAI protocol.

Streams are left out: 2.0.2 does not put `stream` into the body here, and fails on the closing `[DONE]` if made to.
"""

from http import HTTPStatus

import dashscope
import pytest
from dashscope.aigc.chat_completion import Completions

POEM = [{"role": "user", "content": "背一首诗"}]


@pytest.fixture(autouse=True)
def address(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashscope, "base_compatible_api_url", base_url)


def test_an_answer_comes_whole() -> None:
    completion = Completions.create(model="qwen-plus", messages=POEM, api_key="sk-test")

    assert completion.status_code == HTTPStatus.OK
    assert completion.choices[0].message.content
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_a_wrong_key_is_refused_with_its_code() -> None:
    refused = Completions.create(model="qwen-plus", messages=POEM, api_key="wrong")

    assert refused.status_code == HTTPStatus.UNAUTHORIZED
    assert refused.error["code"] == "invalid_api_key"
