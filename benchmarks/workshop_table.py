"""The table of `workshop.py`: ours, the aim and its ratio, then each peer and the ratio to it, with processor times.

Owns the layout. Does not measure anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.report import machine, number


@dataclass(frozen=True, slots=True)
class Figure:
    """A value by the clock, and the processor time of the same work in the same unit where that says something."""

    value: float
    processor: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement. `peers` holds a figure for each peer by its title, or why there is none."""

    what: str
    unit: str
    ours: Figure | str
    aim: float | None = None
    at_least: bool = False
    peers: dict[str, Figure | str] = field(default_factory=dict)
    note: str = ""

    @property
    def meets(self) -> bool | None:
        """Whether the aim is met; None without an aim or a figure."""
        if self.aim is None or isinstance(self.ours, str):
            return None
        return self.ours.value >= self.aim if self.at_least else self.ours.value <= self.aim


def table(title: str, lines: Sequence[Line], peers: Sequence[str], remarks: Iterable[str]) -> str:
    """Markdown: a heading, the machine, a row for each line, why figures are missing, and the remarks."""
    head = ["what", "unit", "ours", "aim", "ours / aim", "met"]
    for peer in peers:
        head += [peer, "ours / peer"]
    head += ["processor: " + " · ".join(["ours", *peers]), "note"]
    reasons: list[str] = []
    rows = [_cells(line, peers, reasons) for line in lines]
    right = {"unit": "---", "met": "---", "what": "---", "note": "---"}
    text = [f"## {title}", "", machine(), "", _row(head), _row(right.get(name, "---:") for name in head)]
    text += [_row(row) for row in rows]
    text += ["", *(f"- {remark}" for remark in remarks)]
    text += [f"- ({place}) {reason}" for place, reason in enumerate(reasons, 1)]
    return "\n".join(text) + "\n"


def _cells(line: Line, peers: Sequence[str], reasons: list[str]) -> list[str]:
    ours, aim = line.ours, line.aim
    sign = "≥ " if line.at_least else "≤ "
    met = {None: "–", True: "yes", False: "no"}[line.meets]
    cells = [line.what, line.unit, _value(ours, reasons), sign + number(aim) if aim else "–", _ratio(ours, aim), met]
    used = [_processor(ours)]
    for peer in peers:
        theirs = line.peers.get(peer, "")
        cells += [_value(theirs, reasons), _ratio(ours, theirs.value if isinstance(theirs, Figure) else None)]
        used.append(_processor(theirs))
    return [*cells, " · ".join(used) if any(one != "–" for one in used) else "–", line.note]


def _value(figure: Figure | str, reasons: list[str]) -> str:
    if isinstance(figure, Figure):
        return number(figure.value)
    if not figure:
        return "–"
    if figure not in reasons:
        reasons.append(figure)
    return f"– ({reasons.index(figure) + 1})"


def _processor(figure: Figure | str) -> str:
    return number(figure.processor) if isinstance(figure, Figure) else "–"


def _ratio(ours: Figure | str, other: float | None) -> str:
    return f"{ours.value / other:.2f}" if isinstance(ours, Figure) and other else "–"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
