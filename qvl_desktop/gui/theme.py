"""The look of the window: one small design system.

Owns spacing, type sizes and which colours are in force, and says when they change. Does not own the two sets of colours
(`colours`), the text of the style sheet (`style_sheet`), icons (`icons`) or the colours of refs
(`widgets.ref_colours`). Widgets take distances from `Space`, text styles from `set_role`, colours from
`theme().colours`; nothing else names a colour.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from qvl_desktop.gui.colours import DARK, LIGHT, Colours
from qvl_desktop.gui.style_sheet import style_sheet

Mode = Literal["system", "light", "dark"]
Role = Literal["title", "heading", "body", "muted", "caption", "mono", "danger", "success", "warning", "figure"]
Kind = Literal["primary", "quiet", "danger", "plain"]


class Space(IntEnum):
    """Distances in device-independent pixels; there are no others."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24


_FAMILIES = (
    "Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans",
    "Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei",
)  # fmt: skip
_MONO = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono",
         "WenQuanYi Micro Hei Mono")  # fmt: skip
BASE_PIXELS = 14
"""Body text; titles, headings and captions are steps from it (20, 15, 12)."""


class Theme(QObject):
    """The colours in force. Signals: `changed()` after light and dark were switched."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "system"
        self._installed = False
        self.dark = False
        self.colours = LIGHT

    @property
    def mode(self) -> Mode:
        return self._mode

    def install(self, mode: Mode = "system") -> None:
        """Give the application its style, fonts and colours, and follow the system's scheme from now on."""
        self._mode = mode
        if self._installed:
            self._show()
            return
        self._installed = True
        application = _application()
        application.setStyle("Fusion")
        application.setFont(body_font())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._show(force=True)

    def set_mode(self, mode: Mode) -> None:
        """Follow the system or stay light or dark."""
        self._mode = mode
        self._show()

    def colour(self, name: str) -> QColor:
        """A colour of the set by its field name."""
        return QColor(getattr(self.colours, name))

    def _follow(self) -> None:
        if self._mode == "system":
            self._show()

    def _show(self, *, force: bool = False) -> None:
        system_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        dark = system_dark if self._mode == "system" else self._mode == "dark"
        if dark == self.dark and not force:
            return
        self.dark, self.colours = dark, DARK if dark else LIGHT
        application = _application()
        application.setPalette(_palette(self.colours))
        application.setStyleSheet(style_sheet(self.colours, mono_font().family()))
        self.changed.emit()


_theme: Theme | None = None


def theme() -> Theme:
    """The theme of this application; light until `install` was called."""
    global _theme  # noqa: PLW0603 - made once, when first asked for
    if _theme is None:
        _theme = Theme()
    return _theme


def body_font() -> QFont:
    """The font of the window: the system's good sans, with a Chinese one behind it."""
    return _font(_FAMILIES)


def mono_font() -> QFont:
    """A fixed-width font for tokens, paths and logs."""
    return _font(_MONO)


def _font(families: tuple[str, ...]) -> QFont:
    present = set(QFontDatabase.families())
    font = QFont(QApplication.font())
    if chosen := [family for family in families if family in present]:
        font.setFamilies(chosen)
    font.setPixelSize(BASE_PIXELS)
    return font


def set_role(widget: QWidget, role: Role) -> None:
    """Give a label its text style (`title`, `heading`, `muted`, `caption`, `mono`, `danger`, ...)."""
    _set_property(widget, "role", role)


def set_kind(button: QWidget, kind: Kind) -> None:
    """Give a button its weight: `primary` (at most one a view), `quiet` (no frame), `danger`, `plain`."""
    _set_property(button, "kind", kind)


def set_surface(widget: QWidget, surface: Literal["window", "panel", "raised", "canvas"]) -> None:
    """Give a plain container its background."""
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
    _set_property(widget, "surface", surface)


def _set_property(widget: QWidget, name: str, value: str) -> None:
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication), "the theme belongs to a QApplication"
    return application


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: c.window, QPalette.ColorRole.WindowText: c.text, QPalette.ColorRole.Base: c.panel,
        QPalette.ColorRole.AlternateBase: c.hover, QPalette.ColorRole.Text: c.text, QPalette.ColorRole.Button: c.raised,
        QPalette.ColorRole.ButtonText: c.text, QPalette.ColorRole.BrightText: c.danger,
        QPalette.ColorRole.Highlight: c.accent, QPalette.ColorRole.HighlightedText: c.accent_text,
        QPalette.ColorRole.ToolTipBase: c.raised, QPalette.ColorRole.ToolTipText: c.text,
        QPalette.ColorRole.PlaceholderText: c.muted, QPalette.ColorRole.Link: c.link,
        QPalette.ColorRole.Accent: c.accent,
    }  # fmt: skip
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.control))
    return palette
