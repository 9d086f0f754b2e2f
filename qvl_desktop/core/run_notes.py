"""What the user says about a run: a star, a name of their own, and words.

Owns the small file in the run folder. Does not own what the run itself tells (`events`). Only the window writes it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from qvl_desktop.core.errors import RunError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.run_folder import write_beside

NAME = "notes.json"


@dataclass(frozen=True, slots=True)
class RunNotes:
    """`star` marks a run; `text` is the user's own; `title` is shown in place of the folder's name, which stays."""

    star: bool = False
    text: str = ""
    title: str = ""

    @classmethod
    def load(cls, run: Path) -> RunNotes:
        """The notes of a run folder; none where there is no file that can be read."""
        try:
            body = json.loads((run / NAME).read_text(encoding="utf-8"))
            return cls(bool(body.get("star")), str(body.get("text") or ""), str(body.get("title") or ""))
        except (OSError, ValueError, AttributeError):
            return cls()

    def save(self, run: Path) -> None:
        """Write them whole. Raises `RunError`."""
        try:
            write_beside(run / NAME, json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            raise RunError(
                QT_TRANSLATE_NOOP("errors", "{path}: the run folder cannot be written ({reason})."),
                path=run,
                reason=error.strerror or error,
            ) from error
