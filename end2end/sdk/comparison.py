"""Whether two answers are the same, apart from what no two answers share: ids, moments, and where results are kept."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

Client = TypeVar("Client")
Answer = TypeVar("Answer")

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ADDRESS = re.compile(r"(?:https?|wss?|oss)://\S+")

# Texts that come piece by piece, by the names of their fields.
PIECES = {"arguments", "content", "data", "delta", "partial_json", "reasoning_content", "text", "thinking"}


class Twice(Generic[Client]):
    """Asks straight at the simulator and through the gateway. The answer must be the same, and is the gateway's."""

    def __init__(self, straight: Callable[[], Client], through: Callable[[], Client], error: type[Exception] | tuple[()]) -> None:
        self._places = straight, through
        self._error = error

    def __call__(self, ask: Callable[[Client], Answer]) -> Answer:
        """`ask` gives an answer, whole."""
        straight, through = self.both(ask)
        same(straight, through)
        return through

    def stream(self, ask: Callable[[Client], Iterable[Answer]]) -> list[Answer]:
        """`ask` gives an answer piece by piece."""
        straight, through = self.both(lambda client: list(ask(client)))
        same(folded(straight), folded(through))
        return through

    def refused(self, ask: Callable[[Client], Any]) -> Any:
        """`ask` fails as the service says; who writes the words, service or gateway, is of no matter."""
        straight, through = self.both(ask)
        assert branches(straight) == branches(through)
        assert branches(through)["status"] != 200
        return through

    def both(self, ask: Callable[[Client], Answer]) -> tuple[Answer, Answer]:
        """The two answers, or the service's errors in their place."""

        def answer(place: Callable[[], Client]) -> Any:
            client = place()
            try:
                return ask(client)
            except self._error as error:
                return error

        straight, through = map(answer, self._places)
        return straight, through


def branches(refusal: Any) -> dict[str, Any]:
    """What a program can branch on in an error."""
    return {
        "kind": type(refusal).__name__,
        "status": int(getattr(refusal, "status_code", 200)),
        "code": getattr(refusal, "code", None),
        "type": getattr(refusal, "type", None),
    }


def same(one: Any, other: Any) -> None:
    """Fails, and shows where, unless both are the same."""
    assert comparable(one) == comparable(other)


def comparable(value: Any, name: str = "") -> Any:
    """Plain data with a mark in place of what differs by nature, so that it still has to be there."""
    value = plain(value)
    if isinstance(value, dict):
        return {key: comparable(part, key) for key, part in value.items() if key not in ("headers", "sequence_number")}
    if isinstance(value, list):
        return [comparable(part, name) for part in value]
    if isinstance(value, str):
        return _marked(value, name)
    if isinstance(value, (int, float)) and (name == "created" or name.endswith("_at")):
        return "<moment>"
    return value


def _marked(text: str, name: str) -> str:
    if not text:
        return text
    if name == "id" or name.endswith("_id"):
        return "<id>"
    if name.endswith("_time") or name.startswith("gmt_"):
        return "<moment>"
    if ADDRESS.fullmatch(text):
        return "<address>"
    return UUID.sub("<id>", text)


def plain(value: Any) -> Any:
    """What a client's object holds, as far as its next level."""
    if isinstance(value, BaseException):
        return {
            "error": type(value).__name__,
            "status": getattr(value, "status_code", None),
            "body": getattr(value, "body", None) or str(value),
        }
    if hasattr(value, "to_dict"):
        return value.to_dict(mode="json", warnings=False)
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, (list, tuple)):
        return list(value)
    if hasattr(value, "__dict__"):
        return {key: part for key, part in vars(value).items() if not key.startswith("_")}
    return value


def folded(events: Any) -> Any:
    """Neighbours that differ only in their pieces of text and their counts become one: where an answer is cut is chance."""
    if not isinstance(events, list):
        return events
    whole: list[Any] = []
    for event in map(comparable, events):
        try:
            whole[-1:] = [_joined(whole[-1], event)]
        except (IndexError, Apart):
            whole.append(event)
    return whole


class Apart(Exception):
    """Two events tell different things."""


def _joined(one: Any, other: Any, name: str = "") -> Any:
    if name == "usage":
        return other
    if name in PIECES and isinstance(one, str) and isinstance(other, str):
        return one + other
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return {key: _joined(one[key], other[key], key) for key in one}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [_joined(*pair, name) for pair in zip(one, other)]
    if one != other:
        raise Apart
    return one
