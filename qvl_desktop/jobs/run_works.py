"""What is done with a run's result beside the window: measured on a data set, merged into a model folder.

Owns one child at a time for each run, how far it is, and the file an evaluation is kept in. Does not own merging or
evaluating (`commands`), nor the training of a run (`training`).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from qvl_desktop.core.run_folder import write_beside
from qvl_desktop.jobs.command import ChildCommand
from qvl_desktop.jobs.task import Task

Kind = Literal["evaluate", "merge"]
EVALUATIONS = "evaluations"
"""The folder below a run's that holds one JSON file for each split that was measured."""


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work on a run. `total` 0: not known yet. `problem` says why it failed; `result` is what the child
    printed as JSON, `target` the folder that a merge writes."""

    kind: Kind
    done: int = 0
    total: int = 0
    running: bool = True
    problem: str = ""
    split: str = ""
    target: Path | None = None
    result: dict[str, Any] | None = None


class RunWorks(QObject):
    """Signals: `changed(Path)`: the work on the run in this folder began, went on or ended; `done(Path, Work)`: it did
    what it was asked."""

    changed = Signal(object)
    done = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._works: dict[Path, Work] = {}
        self._children: dict[Path, ChildCommand] = {}

    def of(self, run: Path) -> Work | None:
        """The work that is done on a run, or was done last."""
        return self._works.get(run)

    def evaluate(self, run: Path, model: str, data: str, split: str, tuned: Path | None = None) -> None:
        """Measure a run's result on a split of a data set; the figures stay in its folder.

        An adapter is measured beside its base; `tuned`, a whole tuned model, alone.
        """
        words = ["evaluate", "--data", data, "--split", split, "--json"]
        words += ["--model", str(tuned)] if tuned else ["--model", model, "--adapter", str(run), "--baseline"]
        self._begin(run, Work("evaluate", split=split), words)

    def merge(self, run: Path, model: str, target: Path, bits: int = 0) -> None:
        """Write a model folder with a run's adapter in its base."""
        words = ["merge", "--model", model, "--adapter", str(run), "--out", str(target), "--json"]
        self._begin(run, Work("merge", target=target), words + (["--bits", str(bits)] if bits else []))

    def cancel(self, run: Path) -> None:
        """Give up what is done on a run."""
        if child := self._children.get(run):
            child.cancel()

    def forget(self, run: Path) -> None:
        """The user has read how the last work ended."""
        work = self._works.get(run)
        if work is not None and not work.running:
            del self._works[run]
            self.changed.emit(run)

    def shutdown(self) -> None:
        """End every child now; for the end of the window."""
        for child in self._children.values():
            child.shutdown()
        self._children.clear()
        self._works.clear()

    def _begin(self, run: Path, work: Work, words: list[str]) -> None:
        if run in self._children:
            return
        child = ChildCommand(self)
        child.lineArrived.connect(lambda line: self._take(run, line))
        child.progressed.connect(lambda done, total: self._change(run, done=done, total=total))
        child.ended.connect(lambda problem: self._end(run, problem))
        child.cancelled.connect(lambda: self._cancelled(run))
        self._children[run], self._works[run] = child, work
        child.start(*words)
        self.changed.emit(run)

    def _take(self, run: Path, line: str) -> None:
        try:
            result = json.loads(line)
        except ValueError:
            return
        if isinstance(result, dict):
            self._works[run] = replace(self._works[run], result=result)

    def _change(self, run: Path, **values: Any) -> None:
        if run in self._works:
            self._works[run] = replace(self._works[run], **values)
            self.changed.emit(run)

    def _drop(self, run: Path) -> None:
        child = self._children.pop(run, None)
        if child is not None:
            child.deleteLater()

    def _cancelled(self, run: Path) -> None:
        self._drop(run)
        work = self._works.pop(run, None)
        if work is not None and work.target is not None:  # what a child that was ended leaves beside its target
            half = work.target.with_name(f".{work.target.name}.partial")
            Task(lambda: shutil.rmtree(half, ignore_errors=True)).start(self)
        self.changed.emit(run)

    def _end(self, run: Path, problem: str) -> None:
        self._drop(run)
        work = replace(self._works[run], running=False, problem=problem)
        if not problem and work.result is None:
            work = replace(work, problem=self.tr("It ended without a result."))
        if not work.problem and work.kind == "evaluate" and work.result is not None:
            work = replace(work, problem=_keep(run, work.split, work.result))
        self._works[run] = work
        self.changed.emit(run)
        if not work.problem:
            self.done.emit(run, work)


def _keep(run: Path, split: str, result: dict[str, Any]) -> str:
    """Write an evaluation into the run's folder; why that failed, or ""."""
    try:
        (run / EVALUATIONS).mkdir(exist_ok=True)
        write_beside(run / EVALUATIONS / f"{split}.json", json.dumps(result, ensure_ascii=False) + "\n")
    except OSError as error:
        return str(error)
    return ""


def evaluations(run: Path) -> dict[str, dict[str, Any]]:
    """What was measured of a run, by split."""
    found = {}
    for file in sorted((run / EVALUATIONS).glob("*.json")):
        try:
            body = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(body, dict):
            found[file.stem] = body
    return found
