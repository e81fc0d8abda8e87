"""Pictures and films with the second surface of `dashscope`: `Client` and `AsyncClient`, by base address alone."""

import asyncio
from collections.abc import Iterator

import pytest
import requests
from dashscope import AsyncClient, Client
from dashscope.v2 import errors

KEY = "sk-test"


@pytest.fixture
def native(base_url: str) -> str:
    return base_url.replace("/compatible-mode/v1", "/api/v1")


@pytest.fixture
def client(native: str) -> Iterator[Client]:
    with Client(api_key=KEY, base_url=native, max_retries=0) as client:
        yield client


def test_pictures_are_drawn_by_either_protocol(client: Client) -> None:
    by_task = client.images.generate(model="wan2.2-t2i-flash", prompt="雪山", n=2, size="512x512")
    at_once = client.images.generate(model="wan2.6-t2i", prompt="a night market", n=1, size="1280*1280")

    assert by_task.succeeded and len(by_task.image_urls) == 2
    assert at_once.succeeded and len(at_once.image_urls) == 1
    for url in by_task.image_urls + at_once.image_urls:
        assert requests.get(url, timeout=20).content.startswith(b"\x89PNG")


def test_a_job_is_created_fetched_and_waited_for(client: Client) -> None:
    job = client.images.jobs.create(model="wan2.6-t2i", prompt="a kite", n=1)
    assert client.images.jobs.wait(job, poll_interval=0.05).succeeded
    assert client.images.jobs.fetch(job.task_id).finished

    with pytest.raises(errors.DashScopeError) as refused:
        client.images.jobs.cancel(job.task_id)
    assert refused.value.code == "UnsupportedOperation"


def test_a_failed_job_raises_with_its_code(client: Client) -> None:
    with pytest.raises(errors.DashScopeError) as failed:
        client.images.generate(model="wan2.2-t2i-flash", prompt="IPInfringementSuspect", n=1, size="512*512")
    assert failed.value.code == "IPInfringementSuspect"


def test_a_wrong_request_raises(client: Client) -> None:
    with pytest.raises(errors.DashScopeError) as refused:
        client.images.generate(model="wan2.2-t2i-flash", prompt="a", size="100*100")
    assert refused.value.status_code == 400


def test_films_are_made_from_words_and_from_pictures(client: Client) -> None:
    picture = client.images.generate(model="wan2.2-t2i-flash", prompt="a kite", n=1, size="512*512").image_urls[0]
    asked = [
        ("wanx2.1-t2v-turbo", {"prompt": "a kite", "parameters": {"size": "624*624"}}),
        ("wan2.7-i2v", {"image_url": picture, "parameters": {"resolution": "720P", "duration": 2}}),
    ]
    for model, rest in asked:
        job = client.videos.generate(model=model, poll_interval=0.05, **rest)
        assert job.succeeded
        assert requests.get(job.video_url, timeout=20).content[4:8] == b"ftyp"


def test_the_asynchronous_client_draws_too(native: str) -> None:
    async def draw() -> list[str]:
        async with AsyncClient(api_key=KEY, base_url=native, max_retries=0) as client:
            job = await client.images.generate(model="wan2.2-t2i-flash", prompt="a", n=1, size="512*512")
            return job.image_urls

    assert len(asyncio.run(draw())) == 1
