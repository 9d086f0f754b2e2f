"""Icons of one family, in the colour of the text, light or dark.

Owns loading, colouring and caching of `resources/icons/*.svg` (24 x 24, lines in `currentColor`). Does not own what an
icon means. `set_icon` keeps a button or action right when the theme changes; `icon` gives a picture of this moment.
"""

from __future__ import annotations

from functools import lru_cache
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton

from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.theme import theme

SIZES = (12, 14, 16, 18, 20, 22, 24)
"""The sizes in which buttons, menus and rows show icons, in device-independent pixels: each is drawn for itself, at the
ratio of each screen, so that none is ever scaled."""
BUTTON = 16
GAP = 4
"""Pixels between the icon and the words of a push button; style sheets leave too little."""

_sources: dict[str, str] = {}
_cache: dict[tuple[str, str, str, int, tuple[float, ...]], QIcon] = {}
_bound: WeakKeyDictionary[QAbstractButton | QAction, tuple[str, str]] = WeakKeyDictionary()
_marks: WeakKeyDictionary[QLabel, tuple[str, int, str]] = WeakKeyDictionary()
_following = False


def icon(name: str, colour: str = "text", gap: int = 0) -> QIcon:
    """The icon `name` in a colour of the theme; disabled it takes the colour of a disabled control.

    `gap` adds empty pixels at its right. An unknown name is a programming error (`FileNotFoundError`).
    """
    colours = theme().colours
    normal, disabled = getattr(colours, colour), colours.control
    key = (name, normal, disabled, gap, _ratios())
    if key not in _cache:
        made = QIcon()
        for size in drawn_sizes((BUTTON,) if gap else SIZES, key[-1]):
            made.addPixmap(_pixmap(name, normal, size, gap), QIcon.Mode.Normal)
            made.addPixmap(_pixmap(name, disabled, size, gap), QIcon.Mode.Disabled)
        _cache[key] = made
    return _cache[key]


def drawn_sizes(sizes: tuple[int, ...], ratios: tuple[float, ...]) -> list[int]:
    """The sizes in device pixels that `sizes` become on screens of these ratios."""
    return sorted({int(size * ratio + 0.5) for size in sizes for ratio in ratios})


def pixmap(name: str, size: int, colour: str = "text") -> QPixmap:
    """One picture of an icon, `size` device-independent pixels wide, sharp on this screen."""
    ratio = _ratios()[-1]
    made = QPixmap(_pixmap(name, getattr(theme().colours, colour), int(size * ratio + 0.5)))
    made.setDevicePixelRatio(ratio)
    return made


def set_icon(target: QAbstractButton | QAction, name: str, colour: str = "text") -> None:
    """Show the icon on a button or action, now and after every change of the theme."""
    _follow()
    _bound[target] = (name, colour)
    _show(target, name, colour)


def set_mark(label: QLabel, name: str, size: int, colour: str = "text") -> None:
    """Show the icon on a label, `size` device-independent pixels wide, now and after every change of the theme."""
    _follow()
    _marks[label] = (name, size, colour)
    label.setPixmap(pixmap(name, size, colour))


def _follow() -> None:
    global _following  # noqa: PLW0603 - connected once
    if not _following:
        theme().changed.connect(_refresh)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenAdded.connect(_refresh)
        _following = True


def application_icon() -> QIcon:
    """The icon of the program itself, in its own colours."""
    return QIcon(str(resource_path("icons", "qvl-desktop.svg")))


def _refresh(*_: object) -> None:
    for target, (name, colour) in list(_bound.items()):
        try:
            _show(target, name, colour)
        except RuntimeError:  # the C++ side is gone, the Python side not yet
            _bound.pop(target, None)
    _show_marks()


def _show_marks() -> None:
    for label, (name, size, colour) in list(_marks.items()):
        try:
            label.setPixmap(pixmap(name, size, colour))
        except RuntimeError:  # as above
            _marks.pop(label, None)


def _show(target: QAbstractButton | QAction, name: str, colour: str) -> None:
    if isinstance(target, QPushButton):
        target.setIconSize(QSize(BUTTON + GAP, BUTTON))
        target.setIcon(icon(name, colour, GAP))
    else:
        target.setIcon(icon(name, colour))


@lru_cache(maxsize=1024)
def _pixmap(name: str, colour: str, size: int, gap: int = 0) -> QPixmap:
    """An icon in device pixels. Not to be changed: it is the one that all share."""
    source = _sources.get(name)
    if source is None:
        source = _sources[name] = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    made = QPixmap(size + gap * size // 16, size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return made


def _ratios() -> tuple[float, ...]:
    """The device pixels for each pixel on the screens that are there, the finest last."""
    return tuple(sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()})) or (1.0,)
