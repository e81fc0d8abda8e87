"""What was measured, as Markdown."""

from collections.abc import Sequence
from statistics import median

PLACES = ("direct", "nginx", "Liantai")


class Table:
    """Rows of what each place came to, with Liantai's share of nginx."""

    def __init__(self) -> None:
        self._rows = [
            "| what | direct | nginx | Liantai | Liantai to nginx | aim |",
            "| --- | --- | --- | --- | --- | --- |",
        ]

    def row(self, what: str, values: dict[str, Sequence[float]], form: str, aim: str = "") -> None:
        """The median of several runs, with the least and the most of them."""
        shown = [spread(values.get(place, ()), form) for place in PLACES]
        medians = [median(values[place]) for place in PLACES[1:] if values.get(place)]
        ratio = f"{medians[1] / medians[0]:.2f}" if len(medians) == 2 and medians[0] > 0 else "–"
        self._rows.append(f"| {what} | {' | '.join(shown)} | {ratio} | {aim} |")

    def __str__(self) -> str:
        return "\n".join(self._rows) + "\n"


def spread(values: Sequence[float], form: str) -> str:
    if not values:
        return "–"
    middle, least, most = (format(figure, form) for figure in (median(values), min(values), max(values)))
    return middle if least == most else f"{middle} ({least}–{most})"


def shares(cpu: dict[str, dict[str, dict[str, float]]]) -> str:
    """Who used how much of a core, by load and place."""
    rows = [
        "| CPU in % of a core | through | simulator | nginx | Liantai | client |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for load, places in cpu.items():
        for place, used in places.items():
            figures = (used.get(name) for name in ("simulator", "nginx", "Liantai", "client"))
            parts = ("–" if figure is None else f"{figure / used['seconds'] / 1e4:.0f}" for figure in figures)
            rows.append(f"| {load} | {place} | {' | '.join(parts)} |")
    return "\n".join(rows) + "\n"
