"""What the formats made of JSON records share: leaving one out with a reason, pictures, extra keys, writing.

Owns `BadRecord` and the helpers around it. Does not own walking through a file (`json_records`) nor any format.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from qvl_desktop.core.conversation import Conversation, Role, Turn
from qvl_desktop.core.dataset import SPLITS, Sample, Split
from qvl_desktop.core.errors import DataError, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.formats.base import Problem, resolve_picture, write_whole
from qvl_desktop.formats.json_records import Broken, read_records
from qvl_desktop.formats.picture_base import PictureBase

ROLES: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "system": "system",
}
"""The names that data give to who speaks, in small letters."""


TURNS = "_turns"
"""Among the kept keys of a sample: for each turn the other keys of its message."""


class BadRecord(Exception):
    """Why a record is left out; `template` is marked with `QT_TRANSLATE_NOOP("formats", ...)`."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template)
        self.template = template
        self.values = values


SampleMaker = Callable[[dict[str, Any], str], Iterable[Sample]]
"""`(record, source) -> samples`; raises `BadRecord` or a `QvlError`."""


def read_each(path: Path, make: SampleMaker) -> Iterator[Sample | Problem]:
    """What `make` makes of each record of a file, or the problem with it; the rest goes on."""
    for number, record in enumerate(read_records(path), start=1):
        source = f"{path.name}: record {number}"
        try:
            yield from list(make(as_object(record), source))
        except BadRecord as reason:
            yield Problem(source, reason.template, reason.values)
        except QvlError as error:
            yield Problem(source, QT_TRANSLATE_NOOP("formats", "{reason}"), {"reason": error})


def as_object(record: Any) -> dict[str, Any]:
    """The record as a JSON object. Raises `BadRecord`."""
    if isinstance(record, Broken):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "the line is no JSON ({reason})."), reason=record.reason)
    if not isinstance(record, dict):
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "the record is no object."))
    return record


def record_id(record: Mapping[str, Any]) -> str:
    """The record's own name; anything but a string as JSON text, empty when there is none."""
    value = record.get("id", "")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_INSIDE = QT_TRANSLATE_NOOP(
    "formats", "a picture stands inside the record, not in a file. Save it as a file and name that."
)


def picture_names(value: Any) -> list[str]:
    """What a record calls its pictures: one name, a list of them, {"path": name}, or nothing. Raises `BadRecord`."""
    if value is None or value == "":
        return []
    return [_picture_name(one) for one in (value if isinstance(value, list) else [value])]


def _picture_name(value: Any) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in ("path", "image", "url") if isinstance(value.get(key), str)), None)
        if not value:
            raise BadRecord(_INSIDE)
    if not isinstance(value, str) or not value.strip():
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "a picture has no path."))
    if "<img>" in value or "</img>" in value:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "a picture's path holds <img> or </img>; rename the file."))
    return value


def picture_file(name: str, base: PictureBase) -> Path:
    """The absolute place of a picture that a record names: by a path or a `file://` address.

    Raises `BadRecord` for other addresses and for pictures inside the record: nothing is fetched or unpacked.
    """
    if not name.strip():
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "a picture has no path."))
    if name.startswith("file://"):
        from urllib.request import url2pathname  # loads half of the network modules

        return resolve_picture(url2pathname(urlparse(name).path), base.folder)
    if name.startswith("data:"):
        raise BadRecord(_INSIDE)
    if "://" in name:
        raise BadRecord(
            QT_TRANSLATE_NOOP(
                "formats",
                "the picture {url} is an address. Download it first and name the file; "
                "nothing is fetched from the network.",
            ),
            url=name,
        )
    return base.place(name)


def make_sample(
    record: Mapping[str, Any],
    known: Iterable[str],
    turns: Iterable[Turn],
    base: PictureBase,
    source: str,
    shapes: Iterable[Shape | None] = (),
    turn_extras: Sequence[Mapping[str, Any]] = (),
) -> Sample:
    """A sample with the record's id, split and those of its keys that are not in `known`; pictures count from `base`.

    `turn_extras`: for each turn the keys of its message that mean nothing here, kept with the record's. Raises
    `BadRecord` for a picture that is no file.
    """
    passed = {"id", "split", *known}
    extra = {key: value for key, value in record.items() if key not in passed}
    split: Split = ""
    said = record.get("split", "")
    if said in SPLITS:
        split = said
    elif said:
        extra["split"] = said
    if "id" in record and not isinstance(record["id"], str):
        extra["id"] = record["id"]
    if any(turn_extras):
        extra[TURNS] = list(turn_extras)
    exact = tuple(shapes)
    conversation = Conversation(tuple(turns), record_id(record))
    return Sample(
        conversation,
        tuple(picture_file(name, base) for name in conversation.pictures),
        split,
        source,
        json.dumps(extra, ensure_ascii=False) if extra else "",
        exact if any(exact) else (),
    )


def other_keys(messages: Iterable[Any], *known: str) -> list[dict[str, Any]]:
    """The keys of each message besides those that are understood."""
    return [
        {key: value for key, value in message.items() if key not in known} if isinstance(message, dict) else {}
        for message in messages
    ]


def with_extra(sample: Sample, own: dict[str, Any], messages: str = "") -> dict[str, Any]:
    """A record's own keys, its id and split, and the keys kept for it; its own win.

    `messages` names the list of its turns, which get back what their messages held, while they are as many.
    """
    kept = json.loads(sample.extra) if sample.extra else {}
    turns = kept.pop(TURNS, None)
    if messages and isinstance(turns, list) and len(turns) == len(own[messages]):
        own[messages] = [{**message, **more, **message} for message, more in zip(own[messages], turns, strict=True)]
    head = {"id": sample.conversation.id} if sample.conversation.id else {}
    split = {"split": sample.split} if sample.split else {}
    own = {**head, **own, **split}
    if own.get("id") == json.dumps(kept.get("id"), ensure_ascii=False):
        own["id"] = kept["id"]  # a number goes out as a number
    return {**own, **{key: value for key, value in kept.items() if key not in own}}


def write_records(path: Path, records: Iterable[dict[str, Any]], *, lines: bool = False) -> int:
    """Write records as a JSON list, or as JSON lines where the name ends in `.jsonl` (or `lines` is set).

    The file is replaced as a whole, or stays as it was. Raises `DataError`. Returns how many there were.
    """
    texts = [json.dumps(record, ensure_ascii=False) for record in records]
    try:
        if lines or path.suffix.lower() == ".jsonl":
            write_whole(path, [text + "\n" for text in texts])
        else:
            write_whole(path, ["[\n", ",\n".join(texts), "\n]\n"])
    except OSError as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be written ({reason})."),
            path=path,
            reason=error.strerror or error,
        ) from error
    return len(texts)
