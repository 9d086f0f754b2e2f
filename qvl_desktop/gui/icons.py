"""Icons of one family, in the colour of the text, light or dark.

Owns loading, colouring and caching of `resources/icons/*.svg` (24 x 24, lines in `currentColor`). Does not own what an
icon means. `set_icon` keeps a button or action right when the theme changes; `icon` gives a picture of this moment.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication

from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.theme import theme

SIZES = (16, 20, 24, 32, 48)

_sources: dict[str, str] = {}
_cache: dict[tuple[str, str, str], QIcon] = {}
_bound: WeakKeyDictionary[QAbstractButton | QAction, tuple[str, str]] = WeakKeyDictionary()
_following = False


def icon(name: str, colour: str = "text") -> QIcon:
    """The icon `name` in a colour of the theme; disabled it takes the colour of a disabled control.

    An unknown name is a programming error (`FileNotFoundError`).
    """
    colours = theme().colours
    normal, disabled = getattr(colours, colour), colours.control
    key = (name, normal, disabled)
    if key not in _cache:
        made = QIcon()
        for size in SIZES:
            made.addPixmap(_pixmap(name, normal, size), QIcon.Mode.Normal)
            made.addPixmap(_pixmap(name, disabled, size), QIcon.Mode.Disabled)
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
    target.setIcon(icon(name, colour))


def application_icon() -> QIcon:
    """The icon of the program itself, in its own colours."""
    return QIcon(str(resource_path("icons", "qvl-desktop.svg")))


def _refresh() -> None:
    for target, (name, colour) in list(_bound.items()):
        try:
            target.setIcon(icon(name, colour))
        except RuntimeError:  # the C++ side is gone, the Python side not yet
            _bound.pop(target, None)


def _pixmap(name: str, colour: str, size: int) -> QPixmap:
    source = _sources.get(name)
    if source is None:
        source = _sources[name] = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    made = QPixmap(size, size)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return made


def _ratio() -> float:
    screen = QApplication.primaryScreen()
    return screen.devicePixelRatio() if screen else 1.0
