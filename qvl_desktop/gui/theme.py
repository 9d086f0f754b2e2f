"""The look of the window: one small design system.

Owns spacing, type sizes and which colours are in force, and says when they change. Does not own the sets of colours
(`colours`), the text of the style sheet (`style_sheet`), icons (`icons`) or the colours of refs
(`widgets.ref_colours`). Widgets take distances from `Space`, text styles from `set_role`, what they paint themselves
from `sized` and `theme().colour`; nothing else names a colour, a distance or a size of text.

The system is followed while the window is open: light and dark, high contrast, and text that is larger than usual.
"""

from __future__ import annotations

import sys
from enum import IntEnum
from typing import Literal

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from qvl_desktop.gui.colours import DARK, LIGHT, Colours, stronger
from qvl_desktop.gui.style_sheet import style_sheet

Mode = Literal["system", "light", "dark"]
Role = Literal["title", "heading", "body", "muted", "caption", "mono", "danger", "success", "warning", "figure"]
Kind = Literal["primary", "quiet", "danger", "plain"]


class Space(IntEnum):
    """Distances in device-independent pixels, all of a grid of four; there are no others. `HAIR` is the room that a
    line around an area takes."""

    HAIR = 1
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


class TextSize(IntEnum):
    """Sizes of text in device-independent pixels, at the usual size of the system's text; there are no others."""

    SMALL = 12
    CODE = 13
    BODY = 14
    HEADING = 15
    FIGURE = 17
    TITLE = 20


BASE_PIXELS = TextSize.BODY

_USUAL_PIXELS = {"win32": 12.0, "darwin": 13.0}
"""How large the system's own text is where nobody has changed it; elsewhere as on GNOME, 11 points."""
_USUAL_ELSEWHERE = 14.7
_LARGEST_SCALE = 2.0
_INSIDE, _TIGHT = 20, 16
"""The height inside the frame of a control, and of a small one, in pixels at the usual size of text."""


class Theme(QObject):
    """The colours and the scale of text in force. Signals: `changed()` after either was switched."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "system"
        self._installed = False
        self.text_size = 100
        self.dark = False
        self.strong = False
        self.scale = 1.0
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
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        hints.accessibility().contrastPreferenceChanged.connect(self._follow)
        self._show(force=True)

    def set_mode(self, mode: Mode) -> None:
        """Follow the system or stay light or dark."""
        self._mode = mode
        self._show()

    def set_text_size(self, percent: int) -> None:
        """Make all words larger or smaller, in per cent of the system's own size."""
        self.text_size = percent
        if self._installed:
            self._show()

    def pixels(self, size: int) -> int:
        """A `TextSize` as it is now."""
        return round(size * self.scale)

    def curve(self, place: int) -> QColor:
        """The colour of the curve in this place; after the last one they begin again."""
        return QColor(self.colours.curves[place % len(self.colours.curves)])

    def colour(self, name: str) -> QColor:
        """A colour of the set by its field name."""
        return QColor(getattr(self.colours, name))

    def _follow(self) -> None:
        self._show()

    def _show(self, *, force: bool = False) -> None:
        hints = QGuiApplication.styleHints()
        system_dark = hints.colorScheme() == Qt.ColorScheme.Dark
        dark = system_dark if self._mode == "system" else self._mode == "dark"
        strong = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
        scale = min(system_scale() * self.text_size / 100, _LARGEST_SCALE)
        if (dark, strong, scale) == (self.dark, self.strong, self.scale) and not force:
            return
        larger = force or scale != self.scale
        self.dark, self.strong, self.scale = dark, strong, scale
        colours = DARK if dark else LIGHT
        self.colours = stronger(colours) if strong else colours
        application = _application()
        if larger:
            application.setFont(body_font())
        application.setPalette(_palette(self.colours))
        sizes = {size.name.lower(): self.pixels(size) for size in TextSize}
        sizes |= {"inside": self.pixels(_INSIDE), "tight": self.pixels(_TIGHT)}
        application.setStyleSheet(style_sheet(self.colours, mono_font().family(), sizes))
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
    font.setPixelSize(theme().pixels(TextSize.BODY))
    return font


def sized(font: QFont, size: TextSize) -> QFont:
    """A copy of a font in another size, for what a widget paints itself."""
    made = QFont(font)
    made.setPixelSize(theme().pixels(size))
    return made


def fitting(dialog: QWidget, width: int, height: int) -> QSize:
    """The size of a dialog for words of the usual size, larger with them, but inside the window it belongs to."""
    wanted = QSize(theme().pixels(width), theme().pixels(height))
    parent = dialog.parentWidget()
    if parent is None:
        return wanted
    room = parent.window().size()
    return wanted.boundedTo(QSize(room.width() - Space.XL, room.height() - Space.XL))


def system_scale() -> float:
    """How much larger than usual the system shows text, in steps of a twentieth; 1 where it is the usual or less."""
    own = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).pixelSize()
    return max(1.0, round(own / _USUAL_PIXELS.get(sys.platform, _USUAL_ELSEWHERE) * 20) / 20)


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
        QPalette.ColorRole.Highlight: c.accent_fill, QPalette.ColorRole.HighlightedText: c.accent_text,
        QPalette.ColorRole.ToolTipBase: c.raised, QPalette.ColorRole.ToolTipText: c.text,
        QPalette.ColorRole.PlaceholderText: c.muted, QPalette.ColorRole.Link: c.link,
        QPalette.ColorRole.Accent: c.accent,
    }  # fmt: skip
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(c.control))
    return palette
