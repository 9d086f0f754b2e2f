"""How `import` and `export` tell what they did: problems, notes, counts, progress.

Owns the lines on stderr and stdout, `--problems FILE` and `--json`. Does not own the work.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TextIO

from qvl_desktop.commands.parser import about
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate

SHOWN = 20
"""So many problems are printed; the others are counted."""

_EVERY_SECONDS = 2.0


def add_report_flags(parser: argparse.ArgumentParser) -> None:
    """`--problems` and `--json`."""
    parser.add_argument(
        "--problems", type=Path, metavar="FILE", help=_N("cli", "write every problem to this file, one a line")
    )
    parser.add_argument("--json", action="store_true", help=_N("cli", "print the counts as a JSON object"))


class Problems:
    """Prints the first problems, writes all of them to a file if asked, and counts."""

    def __init__(self, file: Path | None) -> None:
        self._path = file
        self._file: TextIO | None = None
        self.count = 0

    def __enter__(self) -> Problems:
        if self._path is not None:
            self._file = self._path.open("w", encoding="utf-8", errors="replace")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()
        if self.count > SHOWN:
            words = (
                translate("cli", "... and {count} more problems; all of them are in {file}")
                if self._path
                else translate("cli", "... and {count} more problems; --problems FILE writes all of them to a file")
            )
            print(words.format(count=self.count - SHOWN, file=self._path), file=sys.stderr)

    def tell(self, problem: str) -> None:
        """One more problem."""
        self.count += 1
        if self.count <= SHOWN:
            print(problem, file=sys.stderr)
        if self._file is not None:
            self._file.write(problem + "\n")


def tell_counts(args: argparse.Namespace, where: Path, counts: Mapping[str, object], sentence: str) -> None:
    """The result on stdout, as words or (`--json`) as an object."""
    if args.json:
        print(json.dumps({"path": str(where), **counts}, ensure_ascii=False))
    else:
        print(about(where, sentence))


def progress_line(what: str) -> Callable[[int, int], None]:
    """A progress function that writes a line every few seconds: a share where the total is known."""
    due = time.monotonic() + _EVERY_SECONDS

    def tell(done: int, total: int) -> None:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + _EVERY_SECONDS
            words = f"{100 * done // total}%" if total else f"{done}"
            print(about(what, words), file=sys.stderr, flush=True)

    return tell
