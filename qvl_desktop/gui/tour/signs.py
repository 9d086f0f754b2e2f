"""By what the tour knows that the user has done a step: from the project, the runs and the chat, not from a button.

Owns the signs. Each is made when its step begins, remembers what was there then, and says `True` once something new
has come. Does not own the steps (`steps`) nor when it is looked (`tour`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qvl_desktop.core.i18n import translate
from qvl_desktop.core.run_folder import RunState
from qvl_desktop.gui.tour.scene import Scene
from qvl_desktop.jobs.health import health_of

if TYPE_CHECKING:
    from qvl_desktop.gui.annotate.page import AnnotatePage
    from qvl_desktop.gui.chat.thread import Exchange

Seen = Callable[[], bool]
Sign = Callable[[Scene], Seen]
Look = Callable[["AnnotatePage"], bool]

_OVER = (RunState.FINISHED, RunState.STOPPED)


def never(_scene: Scene) -> Seen:
    """Nothing is to be done: the step is only read."""
    return lambda: False


def sample_open(scene: Scene) -> Seen:
    """A sample project is open."""
    return lambda: scene.on_sample


def region_drawn(scene: Scene) -> Seen:
    """The picture on Annotate has more regions than before; also when it is another picture by now."""
    least: dict[int, int] = {}

    def seen() -> bool:
        page = scene.annotate
        picture = page.editing.picture if page is not None else None
        if page is None or picture is None:
            return False
        now = len(page.editing.rows)
        before = least[picture.id] = min(now, least.get(picture.id, now))
        return now > before

    seen()
    return seen


def region_named(scene: Scene) -> Seen:
    """The field at a box was closed and its region has a ref, or a region's ref is another one than before."""

    def begin() -> Look:
        refs: dict[int, str] = {}
        waiting: set[int] = set()

        def look(page: AnnotatePage) -> bool:
            opened = page.editor.isVisible()
            selected = page.desk.selected
            if opened and selected is not None:
                waiting.add(selected)
            for row in page.editing.rows:
                before = refs.setdefault(row.id, row.ref)
                if not opened and row.ref and (row.ref != before or row.id in waiting):
                    return True
            return False

        return look

    return _of_one_picture(scene, begin)


def region_moved(scene: Scene) -> Seen:
    """The token of a region on the picture is another one than before."""

    def begin() -> Look:
        tokens: dict[int, str] = {}
        return lambda page: any(tokens.setdefault(row.id, row.token) != row.token for row in page.editing.rows)

    return _of_one_picture(scene, begin)


def _of_one_picture(scene: Scene, begin: Callable[[], Look]) -> Seen:
    """Looks at the picture on Annotate; with another one it begins anew, remembering nothing of the one before."""
    of: int | None = None
    look = begin()

    def seen() -> bool:
        nonlocal of, look
        page = scene.annotate
        picture = page.editing.picture if page is not None else None
        if page is None or picture is None:
            return False
        if of != picture.id:
            of, look = picture.id, begin()
        return look(page)

    seen()
    return seen


def conversation_made(scene: Scene) -> Seen:
    """There are more conversations than before, or making them is the last thing that was done to the project."""

    def count() -> tuple[int, int | None]:
        project = scene.project
        return (project.conversation_count(), project.last_step) if project is not None else (0, None)

    least, step = count()
    edits = scene.edits

    def seen() -> bool:
        nonlocal least, edits
        project = scene.project
        if project is None or edits == scene.edits:
            return False
        edits = scene.edits
        now, last = count()
        made = last != step and project.undo_text == translate("history", "Make conversations")
        more = now > least
        least = min(least, now)
        return more or made

    return seen


def checked(scene: Scene) -> Seen:
    """The Check page is shown and has looked at everything."""

    def seen() -> bool:
        if scene.page_name != "health" or scene.project is None:
            return False
        health = health_of(scene.session)
        return health.complete and not health.running

    return seen


def run_begun(scene: Scene) -> Seen:
    """A run is there that was not there before."""
    known = {run.folder.path for run in scene.session.runs.summaries}

    def seen() -> bool:
        runs = scene.session.runs.summaries
        return any(run.folder.path not in known and run.state is not RunState.NEW for run in runs)

    return seen


def run_done(scene: Scene) -> Seen:
    """The newest run has ended with something to ask."""

    def seen() -> bool:
        newest = max(scene.session.runs.summaries, key=lambda run: run.created, default=None)
        return newest is not None and newest.state in _OVER and (newest.adapter or newest.full)

    return seen


def answer_come(scene: Scene) -> Seen:
    """The chat has an answer that it did not have before."""
    known = _answers(scene)
    return lambda: any(key not in known for key in _answers(scene))


def answer_corrected(scene: Scene) -> Seen:
    """An answer was put right by hand, or one that was is changed again."""
    known = {key: one.answer for key, one in _answers(scene).items() if one.corrected}

    def seen() -> bool:
        return any(one.corrected and known.get(key) != one.answer for key, one in _answers(scene).items())

    return seen


def exported(scene: Scene) -> Seen:
    """The export dialog shows that it has written."""

    def seen() -> bool:
        dialog = scene.export
        return dialog is not None and dialog.is_done

    return seen


def _answers(scene: Scene) -> dict[int, Exchange]:
    """The answers of the chat that is shown, done ones only, by their rows."""
    chat = scene.chat
    if chat is None:
        return {}
    from qvl_desktop.gui.chat.thread import State  # late: loaded with the page

    return {one.id or id(one): one for one in chat.thread_data.exchanges if one.state is State.DONE}
