"""The messages of a record: who speaks, and what, in the ways that data of the field writes them.

Owns roles, contents as text or as a list of parts, a system text beside them, and what is refused (videos, sounds,
tools). Does not own pictures' placeholders (`placeholders`) nor a format.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qvl_desktop.core.conversation import Role, Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.placeholders import IMAGE
from qvl_desktop.formats.records import ROLES, BadRecord, picture_names

OTHER_MEDIA = {"videos": "<video>", "video": "<video>", "audios": "<audio>", "audio": "<audio>"}
"""Keys of records that hold what this program has no eyes or ears for, and how a text names it."""


def refuse_other_media(record: Mapping[str, Any], turns: list[Turn]) -> None:
    """Raises `BadRecord` for a record about a video or a sound."""
    for key, placeholder in OTHER_MEDIA.items():
        if record.get(key) or any(placeholder in turn.text for turn in turns):
            raise BadRecord(
                QT_TRANSLATE_NOOP("formats", "it is about a video or a sound ({what}); only pictures can be read."),
                what=placeholder,
            )


def read_turn(
    message: Any, position: int, role_key: str, content_key: str, roles: Mapping[str, Role], names: list[str]
) -> Turn:
    """One message; pictures named inside its content are added to `names`. `position` counts from 1."""
    if not isinstance(message, dict):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "turn {turn} is no object."), turn=position)
    said = message.get(role_key)
    role = roles.get(str(said)) or ROLES.get(str(said).lower())
    if role is None:
        raise BadRecord(
            QT_TRANSLATE_NOOP("formats", "turn {turn} is from “{role}”; it must be user, assistant or system."),
            turn=position,
            role=said,
        )
    content = message.get(content_key)
    if isinstance(content, list):
        return Turn(role, "".join(_part(part, position, names) for part in content))
    if not isinstance(content, str):
        raise BadRecord(
            QT_TRANSLATE_NOOP("formats", "turn {turn} has no text in “{key}”."), turn=position, key=content_key
        )
    return Turn(role, content)


def take_system(
    record: Mapping[str, Any], key: str, turns: list[Turn], used: list[str], extras: list[dict[str, Any]]
) -> None:
    """A system text beside the messages comes before the turns, unless they begin with one of their own."""
    system = record.get(key)
    if isinstance(system, str):
        used.append(key)
        if system and turns[0].role != "system":
            turns.insert(0, Turn("system", system))
            extras.insert(0, {})


def _part(part: Any, position: int, names: list[str]) -> str:
    """A part of a content list: text, or a picture (named here, or by the record's list)."""
    if isinstance(part, str):
        return part
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind in ("image", "image_url"):
        if value := part.get("image_url", part.get("image", part.get("path"))):
            names += picture_names(value)
        return IMAGE
    if kind in OTHER_MEDIA:
        return OTHER_MEDIA[str(kind)]
    raise BadRecord(
        QT_TRANSLATE_NOOP("formats", "turn {turn} holds a part that is neither text nor a picture."), turn=position
    )


def joined_names(listed: list[str], inside: list[str]) -> list[str]:
    """The pictures of a record: those of its list, or those named in its messages; both at once are refused."""
    if listed and inside and listed != inside:
        raise BadRecord(
            QT_TRANSLATE_NOOP("formats", "pictures are named in the messages and beside them; keep one of the two.")
        )
    return listed or inside
