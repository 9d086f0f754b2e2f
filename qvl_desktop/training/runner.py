"""The life of a training run's process: lock, log, first and last word.

Owns holding the run folder, where the log goes, and that whatever happens is told as an event a person can read.
Imports nothing heavy before the folder is locked and the first event is written. Does not own training itself
(`session`).
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.errors import Cancelled
from qvl_desktop.core.events import Failed, Finished, Notice, Paused, Started, Step
from qvl_desktop.core.lockfile import FileLock
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.plan_warnings import plan_warnings
from qvl_desktop.core.run_folder import Command, EventReader, RunFolder
from qvl_desktop.training.control import CardFreed, Control
from qvl_desktop.training.distributed import check_world
from qvl_desktop.training.errors import for_the_user
from qvl_desktop.training.resuming import changed_steps, check_sharing_before
from qvl_desktop.training.run_writer import Observer, RunWriter
from qvl_desktop.training.tensorboard import TensorBoardFile

log = logging.getLogger("qvl_desktop.training")


def run_training(
    run: RunFolder,
    load_data: Callable[[TrainingPlan], Dataset],
    resolve_model: Callable[[str], Path],
    *,
    resume: bool = False,
    cached: bool = True,
    observers: Iterable[Observer] = (),
) -> int:
    """Carry out `plan.json` of a run folder in this process; returns the exit code.

    0: finished, stopped, or paused with the card given back; all is saved. 1: failed; the last event says why and
    `log.txt` holds the traceback. Raises `LockError` when another process has the run, `RunError` when the folder
    cannot be written: then nothing in it was touched.
    """
    rank = int(os.environ.get("RANK", "0"))
    run.create()
    lock = FileLock(run.lock)
    if rank == 0:
        lock.acquire()
        _forget_old_wish(run)
    _log_to(run.log)
    writer = RunWriter(run, rank=rank, observers=observers)
    control = Control(run)
    control.listen_to_signals()
    try:
        finished = _carry_out(run, load_data, resolve_model, writer, control, resume=resume, cached=cached)
    except Cancelled:
        writer.write(Finished(step=_last_step(run), reason="stopped", adapter=""))
        return 0
    except CardFreed:
        control.forget_pause()
        writer.write(Paused(step=_last_step(run), freed=True))
        return 0
    except Exception as error:  # noqa: BLE001 - the edge of the process: everything becomes an event
        _tell_failure(error, writer)
        return 1
    else:
        if isinstance(finished, Paused) and rank == 0:
            control.forget_pause()
        writer.write(finished)
        return 0
    finally:
        _close(writer, lock)


def _carry_out(
    run: RunFolder,
    load_data: Callable[[TrainingPlan], Dataset],
    resolve_model: Callable[[str], Path],
    writer: RunWriter,
    control: Control,
    *,
    resume: bool,
    cached: bool,
) -> Finished | Paused:
    writer.stage("start", 0, 1)
    plan = TrainingPlan.load(run.plan).checked()
    control.pause_frees = plan.pause_frees_card
    if resume:
        check_sharing_before(run, plan)
    check_world(plan, run.path)
    for warning in [*plan_warnings(plan), *([changed_steps(run, plan)] if resume else [])]:
        if warning:
            writer.write(Notice(message=warning))
    if plan.tensorboard and int(os.environ.get("RANK", "0")) == 0:
        writer.observe(TensorBoardFile(run.path / "tensorboard"))
    dataset = load_data(plan)
    folder = resolve_model(plan.model)
    control.check()
    from qvl_desktop.training.session import TrainingSession

    session = TrainingSession(run, plan, folder, writer, control, cached=cached)
    writer.stage("start", 1, 1)
    return session.train(dataset, resume=resume)


def _last_step(run: RunFolder) -> int:
    """The step at which the run is, as told last: made, or gone on from."""
    step = 0
    for event in EventReader(run).read():
        if isinstance(event, Step | Started):
            step = event.step
    return step


def _forget_old_wish(run: RunFolder) -> None:
    """A wish written before this process began was meant for another one; a newer one is obeyed."""
    try:
        written = run.control.stat().st_mtime
    except FileNotFoundError:
        return
    if written < psutil.Process().create_time() - 1.0:
        run.ask(Command.RUN)


def _tell_failure(error: Exception, writer: RunWriter) -> None:
    text = "".join(traceback.format_exception(error))
    told = for_the_user(error)
    log.log(logging.ERROR if told is None else logging.DEBUG, "The run failed.\n%s", text)
    message = str(told) if told else f"{type(error).__name__}: {error}"
    try:
        named = told.values.items() if told else ()
        values = {name: value if isinstance(value, (int, float)) else str(value) for name, value in named}
        kind, template = type(told or error).__name__, told.template if told else ""
        writer.write(Failed(kind=kind, message=message, traceback=text, values=values, template=template))
    except OSError as failure:
        log.error("The failure could not be written to the run folder: %s", failure)


def _close(writer: RunWriter, lock: FileLock) -> None:
    try:
        writer.close()
    except OSError as error:
        log.error("The last events may not be on disk: %s", error)
    lock.release()


def _log_to(path: Path) -> None:
    """Log to the run's log file, and to stderr what a terminal should show; the two may be the same."""
    handlers: list[logging.Handler] = [logging.StreamHandler()] if sys.stderr is not None else []
    if not _is_stderr(path):
        for handler in handlers:
            handler.setLevel(logging.WARNING)
        handlers.append(logging.FileHandler(path, encoding="utf-8"))
    log.setLevel(logging.DEBUG)
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # advice about optional kernels
    warnings.filterwarnings("ignore", category=FutureWarning)  # for the authors of libraries, not for users
    form = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    for handler in handlers:
        handler.setFormatter(form)
        logging.getLogger().addHandler(handler)


def _is_stderr(path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(sys.stderr.fileno()), path.stat())
    except (OSError, AttributeError, ValueError):
        return False


def leave(code: int) -> None:
    """End the process now, output flushed. Torch needs most of a second to take itself apart; nothing is lost."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, AttributeError, ValueError):
            continue
    os._exit(code)
