"""What is wrong with one turn of a conversation, in words, and its mend.

Owns asking `core.lint` and `core.mending` about one turn in its place. Does not own showing it (`turn_view`,
`turn_editor`) nor the checks.
"""

from __future__ import annotations

from collections.abc import Sequence

from qvl_desktop.core.conversation import Role, Turn
from qvl_desktop.core.findings import Finding
from qvl_desktop.core.lint import Fault, turn_faults, turns_faults
from qvl_desktop.core.mending import mend
from qvl_desktop.core.tokens import Picture, parse

_QUIET = ("empty-turn", "empty-answer")
"""An empty turn says so itself."""


def faults_of(before: Sequence[Turn], role: Role, text: str) -> list[Fault]:
    """The faults of a turn's text behind the turns `before`."""
    pictures = sum(isinstance(segment, Picture) for turn in before for segment in parse(turn.text))
    return [fault for fault in turn_faults(Turn(role, text), pictures) if fault.code not in _QUIET]


def words_of_fault(fault: Fault, text: str) -> str:
    """A fault in words, with the place it is about and the way out."""
    finding = Finding(fault.code, "", values=fault.values)
    message = f"{finding.message} {finding.mend}"
    place = text[fault.start : fault.end].strip()
    if len(place) > 60:
        place = place[:59] + "…"
    return f"“{place}”: {message}" if place and place not in message else message


def mended(before: Sequence[Turn], role: Role, text: str, fault: Fault) -> str | None:
    """The text without the fault; None where no mend is sure."""
    here = Fault(fault.code, len(before), fault.start, fault.end, fault.values)
    turns = mend([*before, Turn(role, text)], here)
    return turns[-1].text if turns is not None and len(turns) == len(before) + 1 else None


def order_fault(turns: Sequence[Turn]) -> str:
    """What is wrong with the order of speakers, in words; "" when nothing is."""
    for fault in turns_faults(turns):
        if fault.code in ("role-order", "late-system", "no-answer", "last-not-answer", "no-turns"):
            return Finding(fault.code, "", values=fault.values).message
    return ""
