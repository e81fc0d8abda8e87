"""What users of the `openai` package meet in files and batches."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
        yield client


def lines(*questions: str) -> bytes:
    requests = (
        {
            "custom_id": str(number),
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "qwen-plus", "messages": [{"role": "user", "content": question}]},
        }
        for number, question in enumerate(questions)
    )
    return "\n".join(json.dumps(request, ensure_ascii=False) for request in requests).encode()


def finished(client: openai.OpenAI, batch_id: str) -> openai.types.Batch:
    """The batch once it is over; fails after ten seconds with where it stands."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        batch = client.batches.retrieve(batch_id)
        if batch.status in ("completed", "failed", "expired", "cancelled"):
            return batch
        time.sleep(0.02)
    pytest.fail(f"the batch is {batch.status}")


def test_a_file_is_kept_until_it_is_deleted(client: openai.OpenAI, tmp_path: Path) -> None:
    path = tmp_path / "春.txt"
    path.write_text("春眠不觉晓，处处闻啼鸟。")
    file = client.files.create(file=path, purpose="file-extract")

    assert file.id.startswith("file-fe-")
    assert file.bytes == len(path.read_bytes())
    assert client.files.retrieve(file.id).status == "processed"
    assert file.id in [listed.id for listed in client.files.list(purpose="file-extract")]
    answer = client.chat.completions.create(
        model="qwen-long",
        messages=[
            {"role": "system", "content": f"fileid://{file.id}"},
            {"role": "user", "content": "这个文件里写了什么？"},
        ],
    )
    assert "春眠不觉晓" in answer.choices[0].message.content
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)


def test_pages_of_files_follow_each_other(client: openai.OpenAI) -> None:
    made = {client.files.create(file=(f"{n}.jsonl", b"{}"), purpose="batch").id for n in range(5)}
    listed = [file.id for file in client.files.list(purpose="batch", limit=2)]

    assert made <= set(listed)
    assert len(listed) == len(set(listed))


def test_a_wrong_purpose_is_a_bad_request(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError):
        client.files.create(file=("a.txt", b"x"), purpose="assistants")


def test_a_batch_is_worked_through(client: openai.OpenAI) -> None:
    file = client.files.create(file=("in.jsonl", lines("2+2?", "背一首诗")), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={"ds_name": "nightly"},
    )
    assert batch.status == "validating"
    done = finished(client, batch.id)

    assert done.status == "completed"
    assert done.request_counts.completed == 2
    assert done.error_file_id is None
    content = client.files.content(done.output_file_id)
    results = [json.loads(line) for line in content.text.splitlines()]
    assert [result["custom_id"] for result in results] == ["0", "1"]
    assert all(result["response"]["body"]["choices"][0]["message"]["content"] for result in results)
    assert batch.id in [listed.id for listed in client.batches.list(limit=1)]


def test_a_batch_of_wrong_lines_fails_and_says_why(client: openai.OpenAI) -> None:
    file = client.files.create(file=("in.jsonl", lines("a") + b"\n" + lines("b")), purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    failed = finished(client, batch.id)

    assert failed.status == "failed"
    assert failed.errors.data[0].code == "duplicate_custom_id"
    assert failed.errors.data[0].line == 2


def test_an_unknown_batch_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.batches.retrieve("batch_none")


def test_files_and_batches_work_asynchronously(base_url: str) -> None:
    async def run() -> str:
        async with openai.AsyncOpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
            file = await client.files.create(file=("in.jsonl", lines("2+2?")), purpose="batch")
            batch = await client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
            )
            while (batch := await client.batches.retrieve(batch.id)).status != "completed":
                await asyncio.sleep(0.02)
            return (await client.files.content(batch.output_file_id)).text

    assert '"custom_id":"0"' in asyncio.run(run())
