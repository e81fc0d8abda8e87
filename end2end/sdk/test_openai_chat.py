"""What users of the `openai` package meet in chats beside plain words."""

import asyncio
import base64
import json
import struct
import wave
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

import openai
import pytest
from pydantic import BaseModel

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
FIRST = {"role": "user", "content": "背一首诗"}


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
        yield client


def png(width: int, height: int, color: bytes) -> str:
    """A picture of one colour as a data URL."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + color * width) * height
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


def wav(seconds: float) -> str:
    """A quiet tone as a data URL."""
    out = BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(b"".join(struct.pack("<h", 900 if i % 40 < 20 else -900) for i in range(int(seconds * 16_000))))
    return "data:;base64," + base64.b64encode(out.getvalue()).decode()


def test_a_picture_is_seen(client: openai.OpenAI) -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": png(320, 200, b"\x10\x20\xf0")}},
        {"type": "text", "text": "What is this?"},
    ]
    completion = client.chat.completions.create(model="qwen3-vl-plus", messages=[{"role": "user", "content": parts}])

    assert "320 × 200" in completion.choices[0].message.content
    assert "blue" in completion.choices[0].message.content
    details = completion.usage.prompt_tokens_details
    assert details.image_tokens == 10 * 6 + 2
    assert details.text_tokens + details.image_tokens == completion.usage.prompt_tokens


def test_sound_is_heard_and_spoken(client: openai.OpenAI) -> None:
    parts = [
        {"type": "input_audio", "input_audio": {"data": wav(1.5), "format": "wav"}},
        {"type": "text", "text": "How long is it?"},
    ]
    stream = client.chat.completions.create(
        model="qwen3-omni-flash",
        messages=[{"role": "user", "content": parts}],
        modalities=["text", "audio"],
        audio={"voice": "Cherry", "format": "wav"},
        stream=True,
        stream_options={"include_usage": True},
    )
    text, sound, usage = "", b"", None
    for chunk in stream:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            if audio := getattr(choice.delta, "audio", None):
                sound += base64.b64decode(audio.data)
        usage = chunk.usage or usage

    assert "1.5 seconds" in text
    assert len(sound) > 24_000 and len(sound) % 2 == 0
    assert usage.completion_tokens_details.audio_tokens > 0
    assert usage.prompt_tokens_details.audio_tokens > 0


def test_sound_needs_a_stream(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(
            model="qwen3-omni-flash",
            messages=[FIRST],
            modalities=["text", "audio"],
            audio={"voice": "Cherry", "format": "wav"},
        )
    assert "'audio' output only support with stream=true" in refusal.value.message


def test_a_tool_is_called_and_its_result_taken(client: openai.OpenAI) -> None:
    messages = [{"role": "user", "content": "What is the weather in Hangzhou?"}]
    first = client.chat.completions.create(model="qwen-plus", messages=messages, tools=[WEATHER])
    message = first.choices[0].message

    assert first.choices[0].finish_reason == "tool_calls"
    assert json.loads(message.tool_calls[0].function.arguments)["city"]
    messages += [message, {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "21 °C, sunny"}]
    second = client.chat.completions.create(model="qwen-plus", messages=messages, tools=[WEATHER])
    assert second.choices[0].finish_reason == "stop"
    assert "21" in second.choices[0].message.content


def test_calls_of_a_stream_are_put_together(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(
        model="qwen-plus",
        messages=[{"role": "user", "content": "What is the weather in Hangzhou and Beijing?"}],
        tools=[WEATHER],
        parallel_tool_calls=True,
    ) as stream:
        final = stream.get_final_completion()

    calls = final.choices[0].message.tool_calls
    assert [json.loads(call.function.arguments) for call in calls] == [{"city": "hangzhou"}, {"city": "beijing"}]


def test_a_structured_answer_is_parsed(client: openai.OpenAI) -> None:
    class Place(BaseModel):
        name: str
        population: int

    class Journey(BaseModel):
        places: list[Place]
        by_train: bool
        note: str | None

    completion = client.chat.completions.parse(
        model="qwen-plus", messages=[{"role": "user", "content": "Plan a journey to Hangzhou"}], response_format=Journey
    )

    assert completion.choices[0].message.parsed.places[0].name


def test_chances_come_with_the_tokens(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(
        model="qwen3-vl-plus", messages=[FIRST], logprobs=True, top_logprobs=3
    )

    content = completion.choices[0].logprobs.content
    assert "".join(token.token for token in content) == completion.choices[0].message.content
    assert len(content[0].top_logprobs) == 3
    assert bytes(content[0].bytes).decode() == content[0].token


def test_a_prompt_is_found_in_the_cache(client: openai.OpenAI) -> None:
    messages = [{"role": "user", "content": "Say it again, slowly and clearly. " * 100}]
    client.chat.completions.create(model="qwen-flash", messages=messages)
    again = client.chat.completions.create(model="qwen-flash", messages=messages)

    assert again.usage.prompt_tokens_details.cached_tokens >= 256


def test_many_ask_at_once(base_url: str) -> None:
    async def ask() -> list[str]:
        async with openai.AsyncOpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:

            async def one(number: int) -> str:
                stream = await client.chat.completions.create(
                    model="qwen-plus", messages=[{"role": "user", "content": f"第 {number} 首诗"}], stream=True
                )
                return "".join([choice.delta.content or "" async for chunk in stream for choice in chunk.choices])

            return await asyncio.gather(*(one(number) for number in range(8)))

    answers = asyncio.run(ask())
    assert all(answers)
    assert len(set(answers)) > 1


def test_code_is_completed(client: openai.OpenAI) -> None:
    asked = {
        "model": "qwen2.5-coder-32b-instruct",
        "prompt": "<|fim_prefix|>def add(a, b):\n<|fim_suffix|>\nprint(add(1, 2))<|fim_middle|>",
    }
    whole = client.completions.create(**asked)
    stream = client.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    chunks = list(stream)

    assert whole.choices[0].text == "    return a + b\n"
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == whole.choices[0].text
    assert chunks[-1].usage == whole.usage


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("throttle", openai.RateLimitError),
        ("unavailable", openai.InternalServerError),
    ],
)
def test_a_refusal_is_raised_as_its_own_kind(
    faulty: Callable[[str], str], fault: str, kind: type[openai.APIStatusError]
) -> None:
    with openai.OpenAI(base_url=faulty(fault), api_key="sk-test", max_retries=0) as client:
        with pytest.raises(kind):
            client.chat.completions.create(model="qwen-plus", messages=[FIRST])
