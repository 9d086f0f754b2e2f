"""What an import tells, and what it keeps of a file besides its records.

Owns the list of problems and notes, the headers of a format, and the largest ids it ever brought. Does not own pictures
or regions (`importing_pictures`, `importing_regions`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.base import Problem
from qvl_desktop.formats.placing import dump
from qvl_desktop.formats.regions import Header, Note, RegionFormat
from qvl_desktop.storage.exporting import LARGEST_ID, ids_header
from qvl_desktop.storage.project import Project

Tell = Callable[[str], None]

KEPT_PROBLEMS = 1000
"""So many sentences an `ImportReport` holds; the others are counted, and told to whoever listens."""


class ImportLog:
    """Problems and notes of one import of a format; also its headers, which are merged into those that are there."""

    def __init__(self, project: Project, file_format: RegionFormat, on_problem: Tell | None) -> None:
        self._project = project
        self._format = file_format
        self._on_problem = on_problem
        self._largest = {"pictures": 0, "regions": 0}
        self.problem_count = 0
        self.problems: list[str] = []
        self.notes: list[str] = []

    def report(self, problem: Problem) -> None:
        """Count a problem and pass it on."""
        text = str(problem)
        self.problem_count += 1
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(text)
        if self._on_problem is not None:
            self._on_problem(text)

    def note(self, source: str, template: str, **values: object) -> None:
        """Something worth knowing."""
        self.notes.append(str(Note(source, template, values)))

    def keep_header(self, header: Header) -> None:
        """Put what stands outside the records beside what is there."""
        own = self._format.name
        for name, value in header.values.items():
            try:
                text = dump(value)
            except ValueError:
                template = QT_TRANSLATE_NOOP("formats", "“{name}” holds a number that is none (NaN); it is left out.")
                self.report(Problem(own, template, {"name": name}))
                continue
            row = self._project._one("SELECT id, value FROM headers WHERE format = ? AND name = ?", (own, name))
            if row is None:
                insert = "INSERT INTO headers (format, name, value) VALUES (?, ?, ?)"
                self._project._write(insert, (own, name, text))
                continue
            old = json.loads(row[1])
            merged = self._format.merge(name, old, value)
            if merged != old:
                self._project._write("UPDATE headers SET value = ? WHERE id = ?", (dump(merged), row[0]))
            elif old != value and not (
                isinstance(old, list) and isinstance(value, list) and len(old) >= len(value) > 0
            ):
                template = QT_TRANSLATE_NOOP(
                    "formats", "“{name}” differs from what an earlier import brought; that stays."
                )
                self.note(own, template, name=name)

    def note_id(self, table: Literal["pictures", "regions"], raw: Mapping[str, Any]) -> None:
        """Remember the largest id, so that a new record never gets the id of one that was deleted."""
        number = raw.get("id")
        if type(number) is int and self._largest[table] < number < LARGEST_ID:
            self._largest[table] = number

    def keep_ids(self) -> None:
        """Put the largest ids beside those of earlier imports."""
        for table, number in self._largest.items():
            if number:
                self._project._write(
                    "INSERT INTO headers (format, name, value) VALUES (?1, ?2, ?3) ON CONFLICT (format, name) "
                    "DO UPDATE SET value = ?3 WHERE CAST(value AS INTEGER) < ?4",
                    (ids_header(self._format.name), table, str(number), number),
                )
