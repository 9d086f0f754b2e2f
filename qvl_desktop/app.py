"""The window's composition root: builds settings, jobs and window, and joins them.

The only file that knows every part of the app half. Does not import torch or transformers, not even lazily.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
from functools import partial
from pathlib import Path

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from qvl_desktop import __version__
from qvl_desktop.core.i18n import translate
from qvl_desktop.gui.chinese_font import advise
from qvl_desktop.gui.icons import application_icon
from qvl_desktop.gui.shell.application import Application
from qvl_desktop.gui.shell.first_paint import FirstPaint
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.start_choice import ask_how_to_start
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.translation import install_language, language_in_force
from qvl_desktop.jobs.chats import Chats
from qvl_desktop.jobs.child import ENGINE_VARIABLE
from qvl_desktop.jobs.collecting import GarbageCollector
from qvl_desktop.jobs.crash_watch import CrashWatch
from qvl_desktop.jobs.engine import EngineSupervisor
from qvl_desktop.jobs.file_watch import files_of
from qvl_desktop.jobs.interrupting import interruptible
from qvl_desktop.jobs.models import ModelShelf
from qvl_desktop.jobs.opening import open_path
from qvl_desktop.jobs.program_log import catch_failures, release_failures, start_logging
from qvl_desktop.jobs.restart import start_again
from qvl_desktop.jobs.session import Session
from qvl_desktop.jobs.start_watch import OFFERED_AFTER, SETTLED_SECONDS, StartWatch
from qvl_desktop.jobs.task import end_all_tasks
from qvl_desktop.storage.settings import Settings

NAME = "QVL Desktop"
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Parameters of `mallopt(3)`."""
_log = logging.getLogger(__name__)
SWITCH_SECONDS = 0.001
"""How long a thread that works may keep the window's thread waiting; Python's own 5 ms, twice, are most of a frame."""


def run_window(project: Path | None = None, *, safe: bool = False) -> int:
    """Open the window, on a project file or a folder of pictures if one is given; returns the exit code.

    `safe`: safe mode, in which the user's settings are neither used nor changed and nothing opens or starts by itself.
    """
    if refusal := unfit_versions(pyside_version, sys.version_info[:2]):
        print(refusal, file=sys.stderr)  # noqa: T201 - there is no window to show it in
        return 1
    start_logging()
    watch, starts = CrashWatch(), StartWatch()
    watch.begin()
    try:
        code, again = _run(project, watch, starts, safe=safe)
    except Exception as error:
        watch.failed(error)
        raise
    watch.end()
    starts.end()
    if again is not None:
        start_again(again)
    return code


def _run(
    project: Path | None, watch: CrashWatch, starts: StartWatch, *, safe: bool
) -> tuple[int, tuple[str, ...] | None]:
    """The window from its beginning to its end: the exit code, and the arguments to start anew with, if any."""
    sys.setswitchinterval(SWITCH_SECONDS)
    give_memory_back()
    application = make_application()
    GarbageCollector(application)
    gc.freeze()  # modules stay: looking through them again and again would cost frames
    starts.begin()
    settings = Settings(safe=safe)
    install_language(settings.language)
    if not safe and len(starts.failed()) >= OFFERED_AFTER:
        theme().install()
        if (choice := ask_how_to_start()) == "none":
            return 0, None
        if choice == "safe":
            settings = Settings(safe=True)
        else:
            starts.forgive()
    if settings.safe:
        starts.end()  # whether it comes up says nothing of an ordinary start
    _log.info("QVL Desktop %s%s", __version__, " in safe mode" if settings.safe else "")
    theme().set_text_size(settings.text_size)
    theme().install(settings.theme)  # type: ignore[arg-type]
    session = make_session(settings)
    catch_failures(session.report)
    window = MainWindow(session)
    FirstPaint(window.rail, lambda: _begin(window, session, project, watch, starts))
    window.show()
    application.aboutToQuit.connect(lambda: shut_down(session))
    with interruptible(application.quit):
        code = application.exec()
    return code, window.start_again


def give_memory_back() -> None:
    """Tell glibc to return large blocks at once and to keep few heaps: decoded pictures come and go on many threads,
    and would otherwise leave half of what they took behind. Elsewhere nothing is to be done."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_ARENA_MAX, 2)
        mallopt(_M_MMAP_THRESHOLD, 256 * 1024)
        mallopt(_M_TRIM_THRESHOLD, 512 * 1024)


def unfit_versions(pyside: str, python: tuple[int, int]) -> str:
    """A sentence when this PySide6 would crash on this Python, else ""."""
    if pyside == "6.12.0" and python < (3, 12):
        return translate(
            "cli",
            "QVL Desktop cannot run on PySide6 6.12.0 with Python below 3.12: that version crashes there. "
            'Install another one: pip install "PySide6-Essentials<6.12"',
        )
    return ""


def make_application() -> QApplication:
    """The QApplication with its names; the one that is there already in tests."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = Application(sys.argv[:1])
    application.setApplicationName("qvl-desktop")
    application.setApplicationDisplayName(NAME)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("qvl-desktop")
    application.setWindowIcon(application_icon())
    return application


def make_session(settings: Settings) -> Session:
    """The session with everything it joins."""
    if settings.engine_program:
        os.environ.setdefault(ENGINE_VARIABLE, settings.engine_program)
    session = Session(settings, ModelShelf(settings), EngineSupervisor())
    files_of(session)
    session.projectChanged.connect(partial(_offer_rest, session))
    return session


def _offer_rest(session: Session) -> None:
    """A job over pictures that was cut short is offered when its project opens."""
    if session.project is not None and session.project.open_ask() is not None:
        from qvl_desktop.jobs.review import annotator_of  # late: few projects have one

        annotator_of(session)


def shut_down(session: Session) -> None:
    """Let go of everything in order: runs go on by themselves, the engine ends, the project closes."""
    session.projectClosing.emit()
    session.runs.detach_all()
    session.engine.shutdown()
    end_all_tasks()
    session.pictures.remember()
    if session.project is not None:
        session.project.close()
    Chats.of(session).close()
    release_failures()


def _begin(window: MainWindow, session: Session, target: Path | None, watch: CrashWatch, starts: StartWatch) -> None:
    """After the first paint: open what was asked for, else the project of last time."""
    settings = session.settings
    if settings.problem:
        session.notice.emit("warning", settings.problem)
    advise(session, language_in_force(settings.language))
    if crash := watch.left_behind():
        window.offer_crash(crash)
    if isinstance(application := QApplication.instance(), Application):
        target = application.take_asked() or target
        application.open_with(partial(open_path, session))
    last = settings.last_project if settings.open_last == "yes" else ""
    if target is not None:
        open_path(session, target)
    elif last and Path(last).is_file():
        session.open_project(Path(last))
    else:
        session.look_at_runs()
    if not settings.safe:
        from qvl_desktop.jobs.downloads import downloads_of  # late: the first paint does not wait for it

        downloads_of(session).follow()
        QTimer.singleShot(SETTLED_SECONDS * 1000, starts.settled)
    window.start()
