"""What a run would be taught, for the window: the `labels` command as a child, its lines as plain data.

Owns starting the child, handing its values over as they come, and ending it. Does not own what is shown
(`core.trained_text`) nor making it (`training.trained_text`).
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.trained_text import LeftOut, ShownSample, Summary, read_lines
from qvl_desktop.jobs.command import ChildCommand

WINDOW = 50
"""Samples that are read at a time, so that a step to the next one is at once."""


def trained_text_arguments(plan: TrainingPlan, *, first: int = 1, split: str = "train") -> list[str]:
    """The words of the child's command line for `WINDOW` samples from number `first` on."""
    words = ["labels", "--model", plan.model, "--data", plan.data, "--split", split, "--json"]
    words += ["--labels", plan.labels, "--max-length", str(plan.max_length), "--max-pixels", str(plan.max_pixels)]
    return [*words, "--sample", str(first), "--count", str(WINDOW)]


class TrainedTextReader(QObject):
    """Reads what one plan is taught; another `read` ends the one before. Signals:

    sampleArrived(ShownSample), leftOutArrived(LeftOut): in the order of the data.
    summed(Summary): the sums of the whole split; the last value.
    failed(str): there is nothing (more) to show, and why.
    """

    sampleArrived = Signal(object)
    leftOutArrived = Signal(object)
    summed = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._child: ChildCommand | None = None

    @property
    def running(self) -> bool:
        """Whether more is to come."""
        return self._child is not None

    def read(self, plan: TrainingPlan, *, first: int = 1, split: str = "train") -> None:
        """Show `WINDOW` samples from number `first` (counted from 1) on, all that are left out, and the sums."""
        self.stop()
        child = ChildCommand(self)
        child.lineArrived.connect(self._take)
        child.ended.connect(self._end)
        self._child = child
        child.start(*trained_text_arguments(plan, first=first, split=split))

    def stop(self) -> None:
        """Nobody wants to know any more."""
        child, self._child = self._child, None
        if child is not None:
            child.shutdown()
            child.deleteLater()

    def _take(self, line: str) -> None:
        for value in read_lines([line]):
            if isinstance(value, ShownSample):
                self.sampleArrived.emit(value)
            elif isinstance(value, LeftOut):
                self.leftOutArrived.emit(value)
            elif isinstance(value, Summary):
                self.summed.emit(value)

    def _end(self, problem: str) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.deleteLater()
        if problem:
            self.failed.emit(problem)
