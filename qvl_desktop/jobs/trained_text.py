"""What a run would be taught, for the window: the `labels` command as a child, its lines as plain data.

Owns starting the child and reading it; meant for a `jobs.task.Task`. Does not own what is shown (`core.trained_text`).
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from qvl_desktop.core.errors import Cancelled, DataError
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.trained_text import LeftOut, ShownSample, Summary, read_lines
from qvl_desktop.jobs.child import child_command, child_environment

LOOK_EVERY = 0.2
"""Seconds between two looks whether the user still wants to know."""


def trained_text_command(plan: TrainingPlan, *, sample: int | None = None, split: str = "train") -> list[str]:
    """The command line of the child. `sample` is a number from 1; without it the first few are shown."""
    command = child_command("labels", "--model", plan.model, "--data", plan.data, "--split", split, "--json")
    command += ["--labels", plan.labels, "--max-length", str(plan.max_length), "--max-pixels", str(plan.max_pixels)]
    return command + (["--sample", str(sample)] if sample is not None else [])


def read_trained_text(
    plan: TrainingPlan,
    *,
    sample: int | None = None,
    split: str = "train",
    cancelled: Callable[[], bool] | None = None,
) -> tuple[list[ShownSample], list[LeftOut], Summary]:
    """The shown samples, those left out and the sums of a plan's data. Takes seconds: not for the window's thread.

    Raises `DataError` with the child's own words when it fails, `Cancelled` when `cancelled` says so.
    """
    child = subprocess.Popen(
        trained_text_command(plan, sample=sample, split=split),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=child_environment(),
    )
    try:
        while True:
            try:
                out, said = child.communicate(timeout=LOOK_EVERY)
                break
            except subprocess.TimeoutExpired:
                if cancelled is not None and cancelled():
                    raise Cancelled from None
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    values = list(read_lines(out.splitlines()))
    sums = [value for value in values if isinstance(value, Summary)]
    if child.returncode or not sums:
        last = said.strip().rpartition("\n")[2].removeprefix("qvl-desktop: ")
        raise DataError("{reason}", reason=last or f"exit code {child.returncode}")
    shown = [value for value in values if isinstance(value, ShownSample)]
    return shown, [value for value in values if isinstance(value, LeftOut)], sums[-1]
