"""How many questions a run answers together when it validates: as many as are quick, few enough for a small card.

Owns the rule, which the run follows and its forecast counts with.
"""

from __future__ import annotations

MOST = 8
"""Answered together at most: more hardly go faster."""
MEMORY = 2**30
"""Bytes that their keys and values may take, unless a single answer takes more."""


def answers_at_once(each: int) -> int:
    """How many, when the keys and values of one take `each` bytes."""
    return max(1, min(MOST, MEMORY // max(1, each)))
