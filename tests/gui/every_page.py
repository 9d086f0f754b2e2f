"""Every page and dialog of the window, each brought up in a real main window on the demo project.

Owns the list (`VIEWS`), the data they stand on (`Stage`) and waiting until a window has settled. For tests that look at
all pages alike: looks, names, focus, clipped text, pictures. The same is shown at every call: the shipped demo project,
run folders with fixed times, proposals and chats of a fixed text; no engine is started, nothing is asked of a network.

    with stage(tmp_path) as there:              # a window of 1280 x 800 in the language and theme asked for
        for view in VIEWS:
            shown = view.show(there)            # the window, or the dialog that is open over it; settled
            ...
            there.leave()                       # dialogs and cards closed again

`python -m tests.gui.every_page OUT` saves a picture of each (`--language`, `--theme`, `--size`, `--only`).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from qvl_desktop import app
from qvl_desktop.core.answerers import Answerer, AskKind, AskSpec
from qvl_desktop.core.box import Box
from qvl_desktop.core.events import Event, Failed, Finished, Step
from qvl_desktop.core.lockfile import FileLock
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.core.suggesting import Found
from qvl_desktop.gui.chat.page import ChatPage
from qvl_desktop.gui.conversations.page import ConversationsPage
from qvl_desktop.gui.conversations.template_dialog import TemplateDialog
from qvl_desktop.gui.data.import_dialog import ImportDialog
from qvl_desktop.gui.health.mend_dialog import MendDialog
from qvl_desktop.gui.health.page import SPLIT, STATISTICS, HealthPage
from qvl_desktop.gui.health.relink_dialog import RelinkDialog
from qvl_desktop.gui.help.desk import close_help, show_help
from qvl_desktop.gui.models.page import ModelsPage
from qvl_desktop.gui.review.page import ReviewPage
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.gui.shell.preferences import Preferences
from qvl_desktop.gui.shell.start_choice import StartChoice
from qvl_desktop.gui.theme import Mode, theme
from qvl_desktop.gui.train.page import TrainPage
from qvl_desktop.gui.translation import install_language
from qvl_desktop.gui.widgets.picture_loader import PictureLoader
from qvl_desktop.gui.widgets.picture_view import PictureView
from qvl_desktop.gui.widgets.thumbnails import Thumbnails
from qvl_desktop.hubs.fetching import Wanted
from qvl_desktop.hubs.queue import Ask, DownloadQueue, DownloadState, Status
from qvl_desktop.jobs import task
from qvl_desktop.jobs.crash_watch import Crash
from qvl_desktop.jobs.downloads import downloads_of
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.demo_project import demo_plan, make_demo_project, read_shipped
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.settings import Settings
from qvl_desktop.storage.suggestions import Heard
from tests.gui.made_runs import make_run, sample, steps, validation

SIZE = QSize(1280, 800)
BEGIN = 1_760_000_000.0
"""When the made runs began; a step takes half a second."""
PATIENCE = 60.0
"""Seconds after which a window that does not settle is an error."""
SHORT_MS = 1000
"""A single shot of less is something that is about to be done."""
TURN_MS = 20
"""A clock that is faster than this draws something piece by piece."""
RUNNING, ENDED, SECOND, FAILED = "red circle", "hexagon", "hexagon rank 4", "too large"


@dataclass
class Stage:
    """A window on the demo project, and what its views were made of."""

    place: Path
    session: Session
    window: MainWindow
    project_path: Path
    runs: Path
    data: Path
    language: str
    locks: list[FileLock] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    @property
    def project(self) -> Project:
        """The demo project, open."""
        self.open()
        assert self.session.project is not None
        return self.session.project

    def open(self) -> None:
        """Open the project, as every view but the start page needs it."""
        if self.session.project is None:
            assert self.session.open_project(self.project_path)

    def page(self, name: str) -> QWidget:
        """Show a page of the project."""
        self.open()
        self.window.show_page(name)
        shown = self.window._stack.currentWidget()
        assert shown is not None
        return shown

    def dialog(self, before: set[int] | None = None) -> QDialog:
        """The dialog or extra window that is open."""
        tops = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
        assert tops, "no dialog is open"
        return tops[-1]

    def leave(self) -> None:
        """Close what is open over the pages."""
        self.window.palette_card.close_card()
        if self.window.tour.active:
            self.window.tour.leave()
        self.window.toasts.clear()
        close_help()
        self.window.strips.close_strip("crash")
        for top in QApplication.topLevelWidgets():
            if top is not self.window and top.isVisible() and isinstance(top, QDialog):
                top.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        settle(self.window)

    def once(self, name: str) -> bool:
        """True at the first call with `name`: for data that is made when the first view needs it."""
        first = name not in self.done
        self.done.add(name)
        return first


@contextlib.contextmanager
def stage(
    place: Path, *, language: str = "en", mode: Mode = "light", size: QSize = SIZE, settings: Settings | None = None
) -> Iterator[Stage]:
    """A started window over a fresh copy of the data below `place`; everything is let go of at the end.

    Folders of the user (settings, caches, downloads) are the caller's: see `own_home` in `tests/conftest.py`.
    """
    application = app.make_application()
    theme().install(mode)
    install_language(language)
    project, runs, data = make_data(place, "zh" if language.startswith("zh") else "en")
    made = settings or Settings(place / "settings.json")
    made.recent_projects = [str(project)]
    session = app.make_session(made)
    locks = [FileLock(RunFolder(runs / RUNNING).lock)]
    locks[0].acquire()
    window = MainWindow(session)
    there = Stage(place, session, window, project, runs, data, language, locks)
    try:
        window.resize(size)
        window.show()
        window.start()
        settle(window)
        yield there
    finally:
        there.leave()
        window.close()
        app.shut_down(session)
        for lock in locks:
            lock.release()
        window.deleteLater()
        session.deleteLater()
        application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        application.processEvents()
        install_language("en")


def settle(window: QWidget, seconds: float = PATIENCE) -> None:
    """Run the event loop until nothing is under way that would change what is seen: no task, no decoding, no picture
    that is waited for, no short timer. Raises `TimeoutError`."""
    end = time.monotonic() + seconds
    quiet = 0
    while quiet < 3:
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        busy = what_is_under_way(window)
        quiet = 0 if busy else quiet + 1
        if time.monotonic() > end:
            raise TimeoutError(f"the window does not settle: {busy}")
        if busy:
            time.sleep(0.004)


def what_is_under_way(window: QWidget) -> str:
    """The first thing that is not done, or ""."""
    if task._running:
        return "a task"
    if QThreadPool.globalInstance().activeThreadCount():
        return "a thread of the pool"
    owners: list[QObject] = [window]
    if isinstance(window, MainWindow):
        owners.append(window.session)
    for owner in owners:
        for timer in owner.findChildren(QTimer):
            if timer.isActive() and timer.interval() < (SHORT_MS if timer.isSingleShot() else TURN_MS):
                return f"a timer of {timer.parent()}"
        for loader in owner.findChildren(PictureLoader):
            if loader._running or loader._wanted:
                return "a picture is decoded"
        for thumbnails in owner.findChildren(Thumbnails):
            if thumbnails._running or thumbnails.waiting:
                return "a thumbnail is made"
    for view in window.findChildren(PictureView):
        if view.isVisible() and view.waiting:
            return "a picture is waited for"
    return ""


# Data


def make_data(place: Path, language: str) -> tuple[Path, Path, Path]:
    """The demo project, four runs of it beside it, and a data file to import: their paths."""
    folder = place / "demo"
    folder.mkdir(parents=True)
    project = make_demo_project(
        folder, read_shipped("zh" if language == "zh" else "en"), "zh" if language == "zh" else "en"
    )
    with Project.open(project) as opened:
        add_faults(opened)
        add_proposals(opened)
        add_chats(opened)
    runs = project.with_suffix(".runs")
    make_runs(runs, project)
    data = place / "detections.json"
    data.write_text(COCO, encoding="utf-8")
    shutil.copy(next((folder / "pictures").iterdir()), place / "street.jpg")
    return project, runs, data


COCO = """{"images": [{"id": 1, "file_name": "street.jpg", "width": 320, "height": 240}],
"categories": [{"id": 1, "name": "cup"}], "annotations": [
{"id": 1, "image_id": 1, "category_id": 1, "bbox": [20, 30, 80, 60], "area": 4800, "iscrowd": 0},
{"id": 2, "image_id": 9, "category_id": 1, "bbox": [20, 30, 80, 60], "area": 4800, "iscrowd": 0}]}
"""


def add_faults(project: Project) -> None:
    """Faults for the Check page: a region twice, a box out of range and one the wrong way round in answers."""
    ids = project.picture_ids(has_conversations=True)
    region = project.regions(ids[0])[0]
    project.add_region(ids[0], region.ref, region.rect)
    for picture, answer in zip(ids[1:3], ("(100,200),(1000,400)", "(500,400),(100,200)"), strict=True):
        turn = project.conversations(picture_id=picture)[0].turns[-1]
        project.set_turn(turn.id, f"<ref>x</ref><box>{answer}</box>")


def add_proposals(project: Project) -> None:
    """Boxes, differences and drafts that wait for somebody."""
    boxes = (Box(100, 100, 300, 300), Box(500, 500, 800, 800), Box(50, 600, 250, 900))
    kinds: tuple[AskKind, ...] = ("boxes", "differences", "drafts")
    for kind in kinds:
        spec = AskSpec(kind=kind, who=Answerer(model="demo"), question="Find the {ref}.", refs=("cup", "hexagon"))
        ask = project.begin_ask(spec, project.picture_ids(split="val")[:4])
        rows = project.waiting_pictures(ask)[:4]
        if kind == "drafts":
            text = ("What is here?", "<ref>a cup</ref><box>(100,100),(300,300)</box>")
            project.take_drafts(ask, [Heard(row.id, row.picture_id, "done", drafts=(text,)) for row in rows])
        else:
            found = tuple(Found(ref, box) for ref, box in zip(("cup", "hexagon", "cup"), boxes, strict=True))
            heard = [Heard(row.id, row.picture_id, "done", found, ("cup", "hexagon")) for row in rows[:3]]
            unread = Heard(rows[3].id, rows[3].picture_id, "unread", problem="<box>(1,2),(3</box> is no box.")
            project.take_boxes(ask, [*heard, unread])
        project.note_ask(ask, "done")


def add_chats(project: Project) -> None:
    """Chats that were held, one in a folder."""
    picture = project.picture(project.picture_ids(split="val")[0]).file
    circle = "<ref>the red circle</ref><box>(125,166),(500,666)</box>"
    answer = f"There is {circle} and <ref>a cup</ref><box>(600,300),(800,600)</box>."
    for title, folder in (("Circles", ""), ("What is round", "Shapes"), ("Where is the cup", "")):
        thread = project.add_thread(title, folder=folder)
        first = project.add_exchange(thread, None, f"{title}?", [picture], answer=answer, model="demo", state="done")
        project.add_exchange(thread, first, "And how many?", answer="Two.", model="demo", state="done")


def make_runs(place: Path, project: Path) -> None:
    """A run that goes on (its lock is to be held), two that ended, and one that failed."""
    plan = replace(demo_plan(project), metric_for_best="acc50")
    place.mkdir()
    for name in (ENDED, SECOND):
        (place / name / "samples").mkdir(parents=True)
        best = 0.9 if name == ENDED else 0.7
        told: list[Event] = [
            *(slower(steps(40)) if name == SECOND else steps(40)),
            validation(20, best / 2, loss=0.8, hexagon=0.3, cup=0.5),
            sample(place / name, 20),
            validation(40, best, loss=0.4, hexagon=best, cup=0.9),
            sample(place / name, 40),
            sample(place / name, 40, 2),
            Finished(40, "done", "adapter"),
        ]
        make_run(place, name, *timed(told), plan=plan, checkpoint=True, adapter=True)
    make_run(place, RUNNING, *timed(steps(25, total=60)), plan=plan)
    make_run(place, FAILED, *timed([*steps(2, total=60), failure()]), plan=plan)
    for number, name in enumerate((ENDED, SECOND, RUNNING, FAILED)):
        os.utime(RunFolder(place / name).plan, (BEGIN + 100 * number, BEGIN + 100 * number))


def failure() -> Event:
    """The end of a run that was too large."""
    return Failed(
        kind="OutOfMemoryError", message="The card has no memory left: 2.00 GiB were asked for.", traceback=""
    )


def slower(events: list[Event]) -> list[Event]:
    """The same with a higher loss."""
    return [replace(event, loss=event.loss**0.7) if isinstance(event, Step) else event for event in events]


def timed(events: list[Event]) -> list[Event]:
    """Events with fixed times."""
    return [replace(event, t=BEGIN + number / 2) for number, event in enumerate(events)]


def add_downloads() -> None:
    """A download that is paused and one that stopped; nothing is fetched."""
    queue = DownloadQueue()
    if list(queue.all()):
        return
    for name, state, problem in (
        ("Qwen3-VL-2B-Instruct", DownloadState.PAUSED, None),
        (
            "Qwen-VL-Chat",
            DownloadState.FAILED,
            ("The hub does not answer. Check the network, or choose another source.", {}),
        ),
    ):
        item = queue.add(Wanted(name, "hf", f"Qwen/{name}", Path(tempfile.gettempdir()) / "models" / name))
        item.ask(Ask.PAUSE)
        item.tell(Status(state, "fetching", 400_000_000, 4_000_000_000, problem=problem))


# Views


@dataclass(frozen=True)
class View:
    """One page or dialog in one state. `show(stage)` brings it up and gives what shows it: the window, or a dialog."""

    name: str
    make: Callable[[Stage], QWidget]
    is_dialog: bool = False

    def show(self, there: Stage) -> QWidget:
        """Bring it up from whatever is shown, and wait until it stands."""
        shown = self.make(there)
        settle(there.window)
        if shown is not there.window:
            settle(shown)
        return shown


def _welcome(there: Stage) -> QWidget:
    there.session.close_project()
    there.window.show_page("annotate")
    return there.window


def _page(name: str) -> Callable[[Stage], QWidget]:
    def make(there: Stage) -> QWidget:
        there.page(name)
        return there.window

    return make


def _annotate(there: Stage) -> QWidget:
    page = there.page("annotate")
    project = there.project
    busiest = max(map(project.picture, project.picture_ids(split="train")), key=lambda row: (row.region_count, -row.id))
    page.pictures.set_current(busiest.id)  # type: ignore[attr-defined]
    settle(there.window)
    page.desk.select(project.regions(busiest.id)[0].id)  # type: ignore[attr-defined]
    return there.window


def _review(kind: AskKind) -> Callable[[Stage], QWidget]:
    def make(there: Stage) -> QWidget:
        page = there.page("review")
        assert isinstance(page, ReviewPage)
        page.show_kind(kind)
        return there.window

    return make


def _health(view: int) -> Callable[[Stage], QWidget]:
    def make(there: Stage) -> QWidget:
        page = there.page("health")
        assert isinstance(page, HealthPage)
        if there.once("files looked at"):
            there.project.look_at_files()
        page.show_view(view)
        wait(lambda: page.health.complete and not page.health.running and not page.health._timer.isActive())
        if view == 0:
            page.findings.choose("box-range")  # else it is what was found first
        return there.window

    return make


def _train(there: Stage) -> TrainPage:
    page = there.page("train")
    assert isinstance(page, TrainPage)
    there.session.look_at_runs()
    wait(lambda: len(there.session.runs.summaries) == 4)
    return page


def _new_run(there: Stage) -> QWidget:
    page = _train(there)
    page._ask_new_run()
    return there.window


def _run(name: str) -> Callable[[Stage], QWidget]:
    def make(there: Stage) -> QWidget:
        page = _train(there)
        page.panel.choose(there.runs / name)
        wait(lambda: page.run_view.run == there.runs / name)
        return there.window

    return make


def _compare_runs(there: Stage) -> QWidget:
    page = _train(there)
    for name in (ENDED, SECOND):
        if there.runs / name not in page.run_list.checked:
            model = page.run_list.model()
            rows = [model.index(row, 0) for row in range(model.rowCount())]
            page.run_list.toggle(next(row for row in rows if row.data() == name))
    page.show_comparison()
    wait(lambda: len(page.compare.drawn) == 2)
    return there.window


def _trained_text(there: Stage) -> QWidget:
    page = _train(there)
    page._ask_new_run()
    page._show_text(demo_plan(there.project_path))
    wait(lambda: page.text._busy.isHidden())
    return there.window


def _chat_page(there: Stage, *, settings: bool = False, compare: bool = False) -> ChatPage:
    page = there.page("chat")
    assert isinstance(page, ChatPage)
    settle(there.window)
    if page.compare.on != compare:
        page.compare.button.click()
    if page.bar.settings_button.isChecked() != settings:
        page.bar.settings_button.click()
    return page


def _chat(there: Stage) -> QWidget:
    page = _chat_page(there)
    page.desk.open(page.threads.model.threads[0].id)
    page.pictures.select_answer(0)
    page.composer.field.setPlainText("And the hexagon?")
    return there.window


def _chat_empty(there: Stage) -> QWidget:
    page = _chat_page(there)
    page.desk.new()
    page.composer.field.clear()
    return there.window


def _chat_settings(there: Stage) -> QWidget:
    _chat_page(there, settings=True)
    return there.window


def _chat_compare(there: Stage) -> QWidget:
    page = _chat_page(there, compare=True)
    page.desk.open(page.threads.model.threads[0].id)
    return there.window


def _models(there: Stage) -> QWidget:
    add_downloads()
    downloads_of(there.session).look()
    page = there.page("models")
    assert isinstance(page, ModelsPage)
    wait(lambda: bool(page.cards) and len(page.downloads.rows) == 2)
    return there.window


def _import(there: Stage) -> QWidget:
    there.page("pictures")
    there.window.import_from(there.data)
    dialog = there.dialog()
    assert isinstance(dialog, ImportDialog)
    wait(lambda: dialog.button.isEnabled() and not dialog._preview.counting)
    return dialog


def _export(there: Stage) -> QWidget:
    there.page("pictures")
    there.window._export_data()
    return there.dialog()


def _ask(there: Stage) -> QWidget:
    page = there.page("review")
    assert isinstance(page, ReviewPage)
    page.show_kind("boxes")
    page.ask()
    return there.dialog()


def _problems(there: Stage) -> QWidget:
    page = there.page("review")
    assert isinstance(page, ReviewPage)
    page._show_problems(there.project.asks("boxes")[0].id)
    return there.dialog()


def _template(there: Stage) -> QWidget:
    page = there.page("conversations")
    assert isinstance(page, ConversationsPage)
    page._from_template()
    dialog = page.dialog
    assert isinstance(dialog, TemplateDialog)
    dialog.choice.all_pictures.setChecked(True)
    wait(dialog.make_button.isEnabled)
    return dialog


def _template_editor(there: Stage) -> QWidget:
    dialog = _template(there)
    assert isinstance(dialog, TemplateDialog)
    dialog.choice.editRequested.emit("grounding")
    assert dialog.editor is not None
    return dialog.editor


def _mend(there: Stage) -> QWidget:
    _health(0)(there)
    page = there.page("health")
    assert isinstance(page, HealthPage)
    page.findings.choose("box-range")
    settle(there.window)
    page.findings.mend_all()
    dialog = page.findings.dialog
    assert isinstance(dialog, MendDialog)
    wait(dialog.mend_button.isEnabled)
    return dialog


def _relink(there: Stage) -> QWidget:
    _health(0)(there)
    page = there.page("health")
    assert isinstance(page, HealthPage)
    page.findings._open(RelinkDialog(there.session, page.findings))
    return there.dialog()


def _picker(there: Stage) -> QWidget:
    page = _chat_page(there)
    page.pick_pictures()
    return there.dialog()


def _report(there: Stage) -> QWidget:
    there.page("pictures")
    there.window.show_report()
    return there.dialog()


def _keys(there: Stage) -> QWidget:
    there.page("annotate")
    there.window._keyboard()
    return there.dialog()


def _preferences(row: int) -> Callable[[Stage], QWidget]:
    """A page of the preferences."""

    def show(there: Stage) -> QWidget:
        there.page("pictures")
        there.window.side_views.show_preferences()
        view = there.dialog()
        assert isinstance(view, Preferences)
        view.sections.setCurrentRow(row)
        return view

    return show


def _preferences_undo(there: Stage) -> QWidget:
    view = _preferences(0)(there)
    assert isinstance(view, Preferences)
    there.session.settings.open_last = "no"
    view.reset_all.click()
    return there.dialog()


def _start_choice(there: Stage) -> QWidget:
    """What is asked before the window opens, when it did not come up the last times."""
    dialog = StartChoice(there.window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    return dialog


def _news(there: Stage) -> QWidget:
    there.page("pictures")
    there.window.side_views.show_news()
    return there.dialog()


def _help(there: Stage) -> QWidget:
    there.page("pictures")
    return show_help("memory.md")


def _tour(step: str) -> Callable[[Stage], QWidget]:
    """The tour at a step."""

    def show(there: Stage) -> QWidget:
        there.page("annotate")
        tour = there.window.tour
        tour.begin_again()
        while tour.step.name != step:
            tour.next()
        settle(there.window)
        tour.look()
        return there.window

    return show


def _strips(there: Stage) -> QWidget:
    there.page("pictures")
    there.window.offer_crash(Crash(Path("crash"), BEGIN, "Fatal Python error: Segmentation fault"))
    return there.window


def _palette(there: Stage) -> QWidget:
    there.page("pictures")
    settle(there.window)
    there.window._palette()
    return there.window


def _toasts(there: Stage) -> QWidget:
    there.page("pictures")
    there.session.notice.emit("success", "Something was done.")
    there.session.notice.emit("error", "picture.png: this is not a picture that can be read.")
    there.session.offered.emit(
        "warning", "2 boxes were deleted.", [(QCoreApplication.translate("actions", "Undo"), lambda: None)]
    )
    return there.window


VIEWS = (
    View("welcome", _welcome),
    View("pictures", _page("pictures")),
    View("annotate", _annotate),
    View("conversations", _page("conversations")),
    View("review-boxes", _review("boxes")),
    View("review-differences", _review("differences")),
    View("review-drafts", _review("drafts")),
    View("check", _health(0)),
    View("check-statistics", _health(STATISTICS)),
    View("check-split", _health(SPLIT)),
    View("train-new", _new_run),
    View("train-text", _trained_text),
    View("train-running", _run(RUNNING)),
    View("train-ended", _run(ENDED)),
    View("train-failed", _run(FAILED)),
    View("train-compare", _compare_runs),
    View("chat", _chat),
    View("chat-empty", _chat_empty),
    View("chat-settings", _chat_settings),
    View("chat-compare", _chat_compare),
    View("models", _models),
    View("palette", _palette),
    View("toasts", _toasts),
    View("strips", _strips),
    View("tour", _tour("draw")),
    View("tour-check", _tour("check")),
    View("import", _import, True),
    View("export", _export, True),
    View("ask", _ask, True),
    View("problems", _problems, True),
    View("template", _template, True),
    View("template-editor", _template_editor, True),
    View("mend", _mend, True),
    View("relink", _relink, True),
    View("picture-picker", _picker, True),
    View("report", _report, True),
    View("keys", _keys, True),
    View("preferences", _preferences(0), True),
    View("preferences-folders", _preferences(1), True),
    View("preferences-models", _preferences(2), True),
    View("preferences-room", _preferences(3), True),
    View("preferences-keys", _preferences(4), True),
    View("preferences-support", _preferences(5), True),
    View("preferences-undo", _preferences_undo, True),
    View("news", _news, True),
    View("start-choice", _start_choice, True),
    View("help", _help, True),
)
"""All of them, in the order of the work; dialogs last."""


def view(name: str) -> View:
    """One of them."""
    return next(one for one in VIEWS if one.name == name)


def wait(done: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Run the event loop until `done()`. Raises `TimeoutError`."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        QCoreApplication.processEvents()
        time.sleep(0.004)


def main() -> int:
    """Save a picture of each."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--language", default="en", choices=("en", "zh_CN"))
    parser.add_argument("--theme", default="light", choices=("light", "dark"))
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--only", default=",".join(one.name for one in VIEWS))
    arguments = parser.parse_args()
    width, height = map(int, arguments.size.split("x"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[name] = f"{home}/{name.lower()}"
        os.environ["QVL_CONFIG_DIR"] = f"{home}/config"
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        size = QSize(width, height)
        with stage(Path(home) / "work", language=arguments.language, mode=arguments.theme, size=size) as there:
            for name in arguments.only.split(","):
                shown = view(name).show(there)
                shown.grab().save(str(arguments.out / f"{name}-{arguments.theme}-{arguments.language}-{width}.png"))
                there.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
