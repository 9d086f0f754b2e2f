"""Chat messages as `transformers` writes them, brought to turns and pictures.

Owns the reading of `{"role": ..., "content": ...}`. Does not encode anything (`prompt`) or read a picture
(`image_processing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from qvl_desktop.core.conversation import ROLES, Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelError
from qvl_desktop.models.qwen_vl.image_processing import PictureSource
from qvl_desktop.models.qwen_vl.prompt import picture_paths


class MessageError(ModelError):
    """A chat message that is neither text nor a list of text and picture parts."""


def turns_from_messages(messages: Sequence[Mapping[str, Any]]) -> tuple[list[Turn], list[PictureSource] | None]:
    """Turns and pictures of message dictionaries. Pictures are None when every message is plain text: paths inside
    such text are then read as they stand. Raises `MessageError`."""
    turns: list[Turn] = []
    images: list[PictureSource] = []
    for message in messages:
        role, content = message.get("role"), message.get("content")
        if role not in ROLES:
            raise MessageError(
                QT_TRANSLATE_NOOP("errors", "A message is of system, user or assistant, not of {role}."), role=role
            )
        if isinstance(content, str):
            images += picture_paths(content)
            turns.append(Turn(role, content))
        elif isinstance(content, Sequence):
            turns.append(Turn(role, "".join(_part(part, images) for part in content)))
        else:
            raise MessageError(
                QT_TRANSLATE_NOOP("errors", "The message of {role} has no content: give a text or a list of parts."),
                role=role,
            )
    return turns, images or None


def _part(part: Mapping[str, Any], images: list[PictureSource]) -> str:
    if part.get("type") == "text":
        return str(part.get("text", ""))
    source = part.get("image", part.get("path"))
    if part.get("type") != "image" or not isinstance(source, (str, Path, bytes, Image.Image)):
        raise MessageError(
            QT_TRANSLATE_NOOP("errors", "A message part is a text or an image, not {kind}."), kind=part.get("type")
        )
    images.append(source)
    name = source if isinstance(source, (str, Path)) else ""
    return f"Picture {len(images)}: <img>{name}</img>\n"
