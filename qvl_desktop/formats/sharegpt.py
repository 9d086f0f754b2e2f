"""ShareGPT as LLaMA-Factory and its relatives keep it: `messages` and `images`, or `conversations` and `image`.

Owns these records both ways, alpaca's simple form (read only), and reading all that a `dataset_info.json` lists. A
file's own columns and tags come from the `dataset_info.json` beside it (`dataset_info`). Written are `messages` with
`role` and `content`, `images`, and an entry in `dataset_info.json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from qvl_desktop.core.conversation import Role, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats import dataset_info
from qvl_desktop.formats.base import Format, Problem, relative_picture
from qvl_desktop.formats.dataset_info import FILE_NAME, Layout
from qvl_desktop.formats.messages import joined_names, read_turn, refuse_other_media, take_system
from qvl_desktop.formats.picture_base import PictureBase
from qvl_desktop.formats.placeholders import with_pictures, with_placeholders
from qvl_desktop.formats.records import (
    BadRecord,
    make_sample,
    other_keys,
    picture_names,
    read_each,
    with_extra,
    write_records,
)

_PICTURE_KEYS = ("images", "image")
_HEAD = 64 * 1024
_MESSAGE_KEYS = ("messages", "conversations", "conversation")


def read_sharegpt(path: Path, images: Path | None = None) -> Iterator[Sample | Problem]:
    """The records of a data file, or of every file that a `dataset_info.json` lists; see `Format.read`."""
    path = Path(path).absolute()
    if path.name == FILE_NAME:
        yield from _read_all(path, images)
        return
    layout, base = dataset_info.find_layout(path) or (Layout(), path.parent)
    yield from _read_file(path, layout, PictureBase.of(path, images, base))


def _read_all(info: Path, images: Path | None) -> Iterator[Sample | Problem]:
    for name, entry in dataset_info.read_info(info).items():
        files = list(dataset_info.data_files(entry, info.parent))
        if not files:
            yield Problem(
                f"{info.name}: {name}",
                QT_TRANSLATE_NOOP("formats", "its file is not on this machine; nothing is fetched from the network."),
                {},
            )
        for file in files:
            try:
                yield from _read_file(file, dataset_info.layout_from(entry), PictureBase.of(file, images, info.parent))
            except DataError as error:
                yield Problem(f"{info.name}: {name}", QT_TRANSLATE_NOOP("formats", "{reason}"), {"reason": error})


def _read_file(path: Path, layout: Layout, base: PictureBase) -> Iterator[Sample | Problem]:
    return read_each(path, lambda record, source: [_sample(record, layout, base, source)])


def _sample(record: dict[str, Any], layout: Layout, base: PictureBase, source: str) -> Sample:
    inside: list[str] = []
    extras: list[dict[str, Any]] = []
    if layout.formatting and layout.leading_column not in record:
        layout = Layout()  # the entry is of an earlier file of this name
    if _is_alpaca(record, layout):
        turns, used = _alpaca_turns(record, layout)
    else:
        turns, used = _message_turns(record, layout, inside, extras)
    take_system(record, layout.column("system") or "system", turns, used, extras)
    refuse_other_media(record, turns)
    picture_key = layout.column("images") or next((key for key in _PICTURE_KEYS if key in record), "images")
    names = joined_names(picture_names(record.get(picture_key)), inside)
    return make_sample(record, (*used, picture_key), with_pictures(turns, names), base, source, (), extras)


def _is_alpaca(record: dict[str, Any], layout: Layout) -> bool:
    if layout.formatting:
        return layout.formatting == "alpaca"
    return "instruction" in record and not any(key in record for key in _MESSAGE_KEYS)


def _alpaca_turns(record: dict[str, Any], layout: Layout) -> tuple[list[Turn], list[str]]:
    keys = [layout.column(name) or "" for name in ("prompt", "query", "response")]
    prompt, query, response = (record.get(key) for key in keys)
    history_key = layout.column("history") or "history"
    turns: list[Turn] = []
    for pair in record.get(history_key) or []:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise BadRecord(QT_TRANSLATE_NOOP("formats", "its history is no list of questions with their answers."))
        turns += Turn("user", pair[0]), Turn("assistant", pair[1])
    asked = [text for text in (prompt, query) if isinstance(text, str) and text]
    if not asked or not isinstance(response, str):
        raise BadRecord(
            QT_TRANSLATE_NOOP("formats", "“{key}” is missing or no text."), key=keys[2] if asked else keys[0]
        )
    return [*turns, Turn("user", "\n".join(asked)), Turn("assistant", response)], [*keys, history_key]


def _message_turns(
    record: dict[str, Any], layout: Layout, inside: list[str], extras: list[dict[str, Any]]
) -> tuple[list[Turn], list[str]]:
    key = layout.column("messages") if layout.formatting else None
    key = key or next((name for name in _MESSAGE_KEYS if name in record), "messages")
    messages = record.get(key)
    if not isinstance(messages, list) or not messages:
        raise BadRecord(QT_TRANSLATE_NOOP("formats", "“{key}” is missing or empty."), key=key)
    first = messages[0] if isinstance(messages[0], dict) else {}
    if layout.tags or (layout.formatting and "role" not in first):
        role_key, content_key = layout.tag("role_tag"), layout.tag("content_tag")
    else:
        role_key = "role" if "role" in first else "from"
        content_key = "content" if "content" in first else "value"
    roles: dict[str, Role] = {
        layout.tag("user_tag"): "user",
        layout.tag("assistant_tag"): "assistant",
        layout.tag("system_tag"): "system",
    }
    turns = [
        read_turn(message, position, role_key, content_key, roles, inside)
        for position, message in enumerate(messages, start=1)
    ]
    extras += other_keys(messages, role_key, content_key)
    return turns, [key]


def write_sharegpt(path: Path, samples: Iterable[Sample]) -> int:
    """Write `messages` and `images`, and the entry in the `dataset_info.json` beside the file; see `Format.write`.

    Picture paths count from the file's folder, as LLaMA-Factory counts them. Raises `DataError` for words that hold
    `<image>`, and for a `dataset_info.json` that cannot be read: nothing is written then.
    """
    path = Path(path).absolute()
    info = path.with_name(FILE_NAME)
    if path.name == FILE_NAME:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: this name lists data sets; give the data file another."), path=path
        )
    if info.exists():
        dataset_info.read_info(info)
    listed = list(samples)
    pictures = any(sample.pictures for sample in listed)
    written = write_records(path, (_record(sample, path.parent, pictures) for sample in listed))
    dataset_info.put_entry(path, pictures=pictures)
    return written


def _record(sample: Sample, base: Path, pictures: bool) -> dict[str, Any]:
    try:
        messages = [{"role": turn.role, "content": with_placeholders(turn.text)} for turn in sample.conversation.turns]
    except BadRecord as reason:
        raise DataError(str(Problem(sample.source, reason.template, reason.values))) from reason
    own: dict[str, Any] = {"messages": messages}
    if pictures:
        own["images"] = [relative_picture(picture, base) for picture in sample.pictures]
    return with_extra(sample, own, "messages")


def recognises_sharegpt(head: str) -> bool:
    """Whether the beginning of a file looks like ShareGPT or alpaca."""
    if '"messages"' in head and '"role"' in head:
        return '"objects"' not in head and "<bbox>" not in head
    if '"conversations"' in head and '"from"' in head:
        return '"images"' in head or '"image"' in head or "<image>" in head
    return '"instruction"' in head and '"output"' in head


def is_listed(path: Path) -> bool:
    """Whether a `dataset_info.json` beside or above a file describes it as it looks, or the file is one."""
    if path.name == FILE_NAME:
        return True
    found = dataset_info.find_layout(path.absolute())
    return found is not None and f'"{found[0].leading_column}"' in _head(path)


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD).decode("utf-8", errors="replace")
    except OSError:
        return ""


SHAREGPT = Format(
    name="sharegpt",
    label=QT_TRANSLATE_NOOP("formats", "ShareGPT (LLaMA-Factory)"),
    suffixes=(".json", ".jsonl"),
    read=read_sharegpt,
    write=write_sharegpt,
    recognises=recognises_sharegpt,
    claims=is_listed,
    dialects=True,
)
