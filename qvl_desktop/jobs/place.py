"""A place in the project that one page sends the user to on another.

Owns `Place`. Does not own pages or how they go there: a page that can be sent somewhere has `go_to(place)`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: a picture and one of its regions, a turn and characters of its text, or a search for pictures.

    `start` and `end` count characters of the turn's text. `ref` and `text` ask the list of pictures for those with a
    region of that ref, or with that text in their path. Fields that are None or empty ask for nothing.
    """

    picture_id: int | None = None
    region_id: int | None = None
    conversation_id: int | None = None
    turn_id: int | None = None
    start: int = 0
    end: int = 0
    ref: str = ""
    text: str = ""
