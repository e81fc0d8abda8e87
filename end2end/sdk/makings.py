"""Makings, as a program asks for them and sees them end; and what must be true of them then."""

import json

from gateway import UPSTREAM_KEY, Gateway
from outside import bearer, send
from product import eventually
from stand_in import StandIn

SUBMIT = "/api/v1/services/aigc/text2image/image-synthesis"
RESULTS = "/results/"
# Micro-yuan of an image of that model.
PRICE = 140_000
WISH = {"kind": "image", "model": "wan2.2-t2i-flash", "prompt": "雾中的灯塔", "count": 2, "seed": 7}


def wished(gateway: Gateway, wish: dict = WISH) -> str:
    """The id of a making."""
    made = send("POST", f"{gateway.url}/rest/v1/makings", json.dumps({"wish": wish}).encode(), bearer(gateway.token()))
    assert made.status == 202, made.body
    return made.json["id"]


def making(gateway: Gateway, token: str, job: str) -> dict:
    found = send("GET", f"{gateway.url}/rest/v1/makings/{job}", None, bearer(token))
    assert found.status == 200, found.body
    return found.json


def ended(gateway: Gateway, job: str, seconds: float = 60) -> dict:
    """The making, once it has ended."""
    token = gateway.token()

    def over() -> dict | None:
        now = making(gateway, token, job)
        return now if now["state"] in ("succeeded", "failed", "cancelled") else None

    return eventually(over, "the making has ended", seconds, pause=0.1)


def step(gateway: Gateway, job: str) -> dict:
    """How far it has come, as it is kept."""
    [row] = gateway.query("SELECT step FROM jobs WHERE id = ?", job)
    return json.loads(row["step"])


def tasks(upstream: StandIn) -> int:
    """How many tasks the upstream has ever begun for the server."""
    listed = send("GET", f"{upstream.url}/api/v1/tasks?page_size=100", None, bearer(UPSTREAM_KEY))
    assert listed.status == 200, listed.body
    return listed.json["total"]


def finished_once(upstream: StandIn, gateway: Gateway, job: str) -> None:
    """It ended well, and everything about it is there once."""
    done = ended(gateway, job)
    assert done["state"] == "succeeded", done
    assert [work["mime"] for work in done["works"]] == ["image/png", "image/png"]
    assert done["cost"] == 2 * PRICE
    assert tasks(upstream) == 1
    calls = gateway.query("SELECT outcome, cost, images FROM calls")
    assert calls == [{"outcome": "succeeded", "cost": 2 * PRICE, "images": 2}]
    assert not gateway.query("SELECT id FROM call_holds")
    token = gateway.token()
    for work in done["works"]:
        content = send("GET", f"{gateway.url}/rest/v1/files/{work['file']}/content", None, bearer(token))
        assert (content.status, content.body[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    assert len(gateway.query("SELECT id FROM files")) == 2
    gateway.command("doctor", "--reconcile")
