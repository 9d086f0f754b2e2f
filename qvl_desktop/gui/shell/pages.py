"""The pages, as data: name, title, icon, and how each is made.

Owns their order and the late import of each page's module. Does not own the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.jobs.session import Session


def _pictures(session: Session) -> QWidget:
    from qvl_desktop.gui.gallery.page import PicturesPage

    return PicturesPage(session)


def _annotate(session: Session) -> QWidget:
    from qvl_desktop.gui.annotate.page import AnnotatePage

    return AnnotatePage(session)


def _conversations(session: Session) -> QWidget:
    from qvl_desktop.gui.conversations.page import ConversationsPage

    return ConversationsPage(session)


def _review(session: Session) -> QWidget:
    from qvl_desktop.gui.review.page import ReviewPage

    return ReviewPage(session)


def _health(session: Session) -> QWidget:
    from qvl_desktop.gui.health.page import HealthPage

    return HealthPage(session)


def _train(session: Session) -> QWidget:
    from qvl_desktop.gui.train.page import TrainPage

    return TrainPage(session)


def _chat(session: Session) -> QWidget:
    from qvl_desktop.gui.chat.page import ChatPage

    return ChatPage(session)


def _models(session: Session) -> QWidget:
    from qvl_desktop.gui.models.page import ModelsPage

    return ModelsPage(session)


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page. `title` and `hint` are translated in the context "pages"; `needs_project` pages show the start page
    while no project is open."""

    name: str
    title: str
    hint: str
    make: Callable[[Session], QWidget]
    needs_project: bool = False

    @property
    def icon(self) -> str:
        return self.name


_N = QT_TRANSLATE_NOOP

PAGES = (
    PageSpec("pictures", _N("pages", "Pictures"), _N("pages", "Find pictures, treat many at once"), _pictures, True),
    PageSpec("annotate", _N("pages", "Annotate"), _N("pages", "Draw boxes on pictures"), _annotate, True),
    PageSpec(
        "conversations", _N("pages", "Conversations"), _N("pages", "Questions and answers to learn from"),
        _conversations, True,
    ),
    PageSpec("review", _N("pages", "Review"), _N("pages", "Go through what a model proposes"), _review, True),
    PageSpec("health", _N("pages", "Check"), _N("pages", "Faults, statistics and splits"), _health, True),
    PageSpec("train", _N("pages", "Train"), _N("pages", "Tune a model on the project"), _train),
    PageSpec("chat", _N("pages", "Chat"), _N("pages", "Ask a model about a picture"), _chat),
    PageSpec("models", _N("pages", "Models"), _N("pages", "Models and adapters on this machine"), _models),
)  # fmt: skip
"""In the order of the work; the digits with Ctrl choose them."""

FIRST = "annotate"
"""The page that is shown at first."""
