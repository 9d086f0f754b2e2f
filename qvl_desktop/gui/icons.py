"""Icons of one family, in the colour of the text, light or dark.

Owns loading, colouring and caching of `resources/icons/*.svg` (24 x 24, lines in `currentColor`). Does not own what an
icon means. `set_icon` keeps a button or action right when the theme changes; `icon` gives a picture of this moment.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton

from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.theme import theme

SIZES = (16, 20, 24, 32, 48)
GAP = 4
"""Pixels between the icon and the words of a push button; style sheets leave too little."""

_sources: dict[str, str] = {}
_cache: dict[tuple[str, str, str, int], QIcon] = {}
_bound: WeakKeyDictionary[QAbstractButton | QAction, tuple[str, str]] = WeakKeyDictionary()
_following = False


def icon(name: str, colour: str = "text", gap: int = 0) -> QIcon:
    """The icon `name` in a colour of the theme; disabled it takes the colour of a disabled control.

    `gap` adds empty pixels at its right. An unknown name is a programming error (`FileNotFoundError`).
    """
    colours = theme().colours
    normal, disabled = getattr(colours, colour), colours.control
    key = (name, normal, disabled, gap)
    if key not in _cache:
        made = QIcon()
        for size in SIZES:
            made.addPixmap(_pixmap(name, normal, size, gap), QIcon.Mode.Normal)
            made.addPixmap(_pixmap(name, disabled, size, gap), QIcon.Mode.Disabled)
        _cache[key] = made
    return _cache[key]


def pixmap(name: str, size: int, colour: str = "text") -> QPixmap:
    """One picture of an icon, `size` device-independent pixels wide, sharp on this screen."""
    ratio = _ratio()
    made = _pixmap(name, getattr(theme().colours, colour), round(size * ratio))
    made.setDevicePixelRatio(ratio)
    return made


def set_icon(target: QAbstractButton | QAction, name: str, colour: str = "text") -> None:
    """Show the icon on a button or action, now and after every change of the theme."""
    global _following  # noqa: PLW0603 - connected once
    if not _following:
        theme().changed.connect(_refresh)
        _following = True
    _bound[target] = (name, colour)
    _show(target, name, colour)


def application_icon() -> QIcon:
    """The icon of the program itself, in its own colours."""
    return QIcon(str(resource_path("icons", "qvl-desktop.svg")))


def _refresh() -> None:
    for target, (name, colour) in list(_bound.items()):
        try:
            _show(target, name, colour)
        except RuntimeError:  # the C++ side is gone, the Python side not yet
            _bound.pop(target, None)


def _show(target: QAbstractButton | QAction, name: str, colour: str) -> None:
    if isinstance(target, QPushButton):
        target.setIconSize(QSize(16 + GAP, 16))
        target.setIcon(icon(name, colour, GAP))
    else:
        target.setIcon(icon(name, colour))


def _pixmap(name: str, colour: str, size: int, gap: int = 0) -> QPixmap:
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


def _ratio() -> float:
    screen = QApplication.primaryScreen()
    return screen.devicePixelRatio() if screen else 1.0
