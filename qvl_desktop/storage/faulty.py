"""The conversations of a project in whose texts something is wrong.

Owns looking for them, a page of conversations at a time. Does not own what is a fault (`core.lint`) nor the report
about a whole project (`finding`).
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from qvl_desktop.core.lint import turns_faults
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.store import chunks


def look_for_faults(project: Project, conversation_ids: Sequence[int]) -> Generator[int, None, list[int]]:
    """Those of the conversations that have a fault, in their order; yields how many were looked at."""
    found: list[int] = []
    done = 0
    for chunk in chunks(conversation_ids):
        for row in project.conversations_of(chunk):
            if any(True for _ in turns_faults(row.content.turns)):
                found.append(row.id)
        done += len(chunk)
        yield done
    return found


def has_fault(project: Project, conversation_id: int) -> bool:
    """Whether a conversation has a fault; False for one that is gone."""
    rows = project.conversations_of([conversation_id])
    return bool(rows) and any(True for _ in turns_faults(rows[0].content.turns))
