"""A chat as a file for other people and programs: Markdown to read, JSON to work with.

Owns the two forms. Markdown holds the versions on show; JSON holds every version. Does not own the chats (`threads`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from qvl_desktop.core.tokens import BoxToken, Picture, QuadToken, Ref, Text, parse
from qvl_desktop.storage.rows import ExchangeRow, ThreadRow

FORMAT = "qvl-chat"
VERSION = 1


def shown_exchanges(rows: Sequence[ExchangeRow]) -> list[ExchangeRow]:
    """The exchanges on show, oldest first: from the beginning along the chosen versions."""
    chosen = {row.parent_id: row for row in rows if row.chosen}
    shown: list[ExchangeRow] = []
    row = chosen.get(None)
    while row is not None:
        shown.append(row)
        row = chosen.get(row.id)
    return shown


def to_markdown(thread: ThreadRow, rows: Sequence[ExchangeRow]) -> str:
    """The versions on show, as Markdown. A phrase is bold, with its boxes (thousandths of the sides) behind it."""
    parts = [f"# {_line(thread.title)}", f"_{_moment(thread.created)}_"]
    system = _settings(thread).get("system")
    if system:
        parts.append("\n".join(f"> {line}" for line in str(system).splitlines()))
    for row in shown_exchanges(rows):
        parts.append("## User")
        parts += [f"![{_line(path.name)}](<{path.as_posix()}>)" for path in row.pictures]
        if row.question:
            parts.append(_words(row.question))
        parts.append(f"## Assistant ({_line(row.model)})" if row.model else "## Assistant")
        parts.append(_words(row.answer) if row.answer else f"_({row.state or 'no answer'})_")
    return "\n\n".join(parts) + "\n"


def to_json(thread: ThreadRow, rows: Sequence[ExchangeRow]) -> str:
    """Everything that is kept of a chat. `exchanges` is a tree by `id` and `parent`; `shown` marks the version on show.

    Texts are canonical Qwen-VL text: boxes are thousandths of the upright picture's sides.
    """
    shown = {row.id for row in shown_exchanges(rows)}
    body: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "title": thread.title,
        "folder": thread.folder,
        "created": _moment(thread.created),
        "changed": _moment(thread.changed),
        "settings": _settings(thread),
        "exchanges": [
            {
                "id": row.id,
                "parent": row.parent_id,
                "shown": row.id in shown,
                "pictures": [path.as_posix() for path in row.pictures],
                "question": row.question,
                "answer": row.answer,
                "model": row.model,
                "state": row.state,
                "facts": json.loads(row.facts) if row.facts else {},
            }
            for row in rows
        ],
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def export_thread(path: Path, thread: ThreadRow, rows: Sequence[ExchangeRow]) -> None:
    """Write a chat to a file: JSON if its name ends so, else Markdown. Raises `OSError`."""
    text = to_json(thread, rows) if path.suffix.lower() == ".json" else to_markdown(thread, rows)
    path.write_text(text, encoding="utf-8", newline="\n")


def _words(text: str) -> str:
    """Canonical text for reading: nothing in it looks like HTML afterwards."""
    out: list[str] = []
    for segment in parse(text):
        match segment:
            case Ref(words):
                out.append(f"**{_plain(words.strip())}**" if words.strip() else "")
            case BoxToken(box):
                out.append(f" `[{box.x1}, {box.y1}, {box.x2}, {box.y2}]`")
            case QuadToken(quad):
                out.append(" `" + str([list(point) for point in quad.points]) + "`")
            case Picture(path):
                out.append(f"`{path}`")
            case Text(words):
                out.append(_plain(words))
    return "".join(out)


def _plain(words: str) -> str:
    return words.replace("<", "&lt;")


def _line(words: str) -> str:
    return _plain(" ".join(words.split()))


def _settings(thread: ThreadRow) -> dict[str, Any]:
    found = json.loads(thread.settings) if thread.settings else {}
    return found if isinstance(found, dict) else {}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")
