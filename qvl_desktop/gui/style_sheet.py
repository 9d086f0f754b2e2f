"""The style sheet of the window, made from one set of colours and the sizes of text.

Owns the QSS text. Does not own the colours (`colours`), the sizes, or when they change (`theme`). A control is
32 pixels high: what its words need, and the padding that is left over. Corners are 4 (marks), 6 (controls) and 8
(areas).
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from qvl_desktop.core.resources import resource_path
from qvl_desktop.gui.colours import Colours

_QSS = Template("""
QWidget[surface="window"] { background: $window; }
QWidget[surface="panel"] { background: $panel; }
QWidget[surface="raised"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QWidget[surface="canvas"] { background: $canvas; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }

QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading}px; font-weight: 600; }
QLabel[role="figure"] { font-size: ${figure}px; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="caption"] { color: $muted; font-size: ${small}px; }
QLabel[role="mono"], QPlainTextEdit[role="mono"] { font-family: "$mono"; font-size: ${code}px; }
QLabel[role="danger"] { color: $danger; }
QLabel[role="success"] { color: $success; }
QLabel[role="warning"] { color: $warning; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton { background: $raised; border: 1px solid $control; border-radius: 6px; padding: 5px 12px;
    min-height: ${inside}px; outline: none; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $accent_soft; }
QPushButton:focus { border: 2px solid $accent; padding: 4px 11px; outline: none; }
QPushButton:disabled { color: $control; border-color: $line; }
QPushButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton[kind="primary"] { background: $accent_fill; border-color: $accent_fill; color: $accent_text;
    font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $ring; }
QPushButton[kind="primary"]:disabled { background: $hover; border-color: $line; color: $control; }
QPushButton[kind="danger"] { color: $danger; }
QPushButton[kind="quiet"] { background: transparent; border-color: transparent; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:focus { border: 2px solid $accent; }
QPushButton[tight="true"] { padding: 4px 8px 4px 4px; min-height: ${tight}px; }
QPushButton[tight="true"]:focus { padding: 3px 7px 3px 3px; }
QPushButton[align="left"] { text-align: left; padding: 7px 12px; }
QPushButton[align="left"]:focus { padding: 6px 11px; }
QPushButton[line="true"] { text-align: left; padding: 2px 4px; min-height: ${tight}px; color: $danger; }
QPushButton[line="true"]:focus { padding: 1px 3px; }
QPushButton[chip="true"] { background: $accent_soft; border: 1px solid transparent; border-radius: 10px;
    padding: 1px 8px; min-height: ${tight}px; font-size: ${small}px; color: $text; }
QPushButton[chip="true"]:hover { border-color: $accent; }
QPushButton[chip="true"]:focus { border: 2px solid $accent; padding: 0 7px; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 4px; }
QToolButton[small="true"] { font-size: ${small}px; font-weight: 600; padding: 2px 4px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $accent_soft; }
QToolButton:focus { border: 2px solid $accent; padding: 3px; }
QToolButton[small="true"]:focus { padding: 1px 3px; }
QToolButton:disabled { color: $control; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: $panel; border: 1px solid $control; border-radius: 6px; padding: 4px 8px; min-height: ${inside}px;
    selection-background-color: $accent_fill; selection-color: $accent_text; }
QPlainTextEdit, QTextEdit { padding: 4px; }
QLineEdit[role="title"] { font-size: ${title}px; font-weight: 600; background: transparent; border-color: transparent;
    padding: 2px 4px; }
QLineEdit[role="title"]:hover { border-color: $line; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
    border: 2px solid $accent; padding: 3px 7px; outline: none; }
QPlainTextEdit:focus, QTextEdit:focus { padding: 3px; }
QLineEdit[role="title"]:focus { background: $panel; border: 2px solid $accent; padding: 1px 3px; }
QDoubleSpinBox[tight="true"]:focus { padding: 2px 4px; }
QTextEdit[bare="true"], QTextEdit[bare="true"]:focus,
QPlainTextEdit[bare="true"], QPlainTextEdit[bare="true"]:focus { background: transparent; border: none; padding: 0; }
QLineEdit[wrong="true"], QSpinBox[wrong="true"], QDoubleSpinBox[wrong="true"],
QComboBox[wrong="true"] { border: 1px solid $danger; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
    color: $control; border-color: $line; }
QComboBox { padding-right: 4px; }
QComboBox:focus { padding-right: 25px; }
QComboBox::drop-down { subcontrol-origin: padding; subcontrol-position: center right; width: 24px; border: none; }
QComboBox::down-arrow { image: url("$chevron"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; padding: 4px; outline: none; }
QDoubleSpinBox[tight="true"] { padding: 3px 5px; }
#keyboardSheet QTreeView::item, #helpContents::item { padding: 4px 2px; }
#helpContents { background: transparent; }
QPushButton#helpMore { color: $link; background: transparent; border-color: transparent; padding: 0 4px; }
QPushButton#helpMore:hover { background: $hover; }
QPushButton#helpMore:focus { border: 2px solid $accent; padding: 0 3px; }
QToolButton[helpMark="true"] { padding: 0; border-radius: 9px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    width: 0; border: none; }
QCheckBox, QRadioButton { spacing: 8px; }
QCheckBox:focus, QRadioButton:focus { outline: 2px solid $accent; outline-radius: 4px; }
QRadioButton { padding: 2px 1px 2px 4px; spacing: 4px; }
QCheckBox::indicator, QAbstractItemView::indicator { width: 14px; height: 14px; border: 1px solid $control;
    border-radius: 4px; background: $panel; }
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: $accent_fill; border-color: $accent;
    image: url("$check"); }
QCheckBox::indicator:disabled { border-color: $line; }
QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid $control; border-radius: 8px;
    background: $panel; }
QRadioButton::indicator:hover { border-color: $accent; }
QRadioButton::indicator:checked { width: 6px; height: 6px; border: 5px solid $accent; background: $accent_text; }
QRadioButton::indicator:disabled { border-color: $line; }
QRadioButton::indicator:checked:disabled { border-color: $control; }

QAbstractItemView { background: $panel; border: none; outline: none; alternate-background-color: $hover;
    selection-background-color: $accent_soft; selection-color: $text; }
QAbstractItemView:focus { outline: 2px solid $accent; outline-radius: 4px; }
QListView::item, QListWidget::item, QTableView::item { border: none; padding: 4px; }
QListView::item:selected, QTableView::item:selected { background: $accent_soft; color: $text; }
QListView::item:hover:!selected { background: $hover; }
QListView:focus, QTableView:focus { border: none; }
QHeaderView::section { background: $panel; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: 6px 8px; }
QTableView { gridline-color: $line; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $control; border-radius: 3px; margin: 2px; }
QScrollBar::handle:disabled { background: transparent; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabWidget::pane { border: none; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; border: none; border-bottom: 2px solid transparent;
    padding: 6px 12px; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { border: 2px solid $accent; border-radius: 4px; padding: 4px 10px 6px 10px; }
QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QFrame[line="true"] { background: $line; border: none; }
QProgressBar { background: $accent_soft; border: none; border-radius: 3px; max-height: 6px; min-height: 6px;
    color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QMenu { background: $raised; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 28px; border-radius: 4px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $control; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 8px; }
QMenu::indicator:checked { image: url("$tick"); }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }

QWidget#rail { background: $panel; border-right: 1px solid $line; }
QWidget#topBar { background: $panel; border-bottom: 1px solid $line; }
QToolButton[rail="true"] { border-radius: 8px; padding: 7px 2px 5px 2px; font-size: ${small}px; color: $muted; }
QToolButton[rail="true"]:hover { background: $hover; color: $text; }
QToolButton[rail="true"]:checked { background: $accent_soft; color: $text; }
QToolButton[rail="true"]:focus { border: 2px solid $accent; padding: 6px 1px 4px 1px; }
QFrame#strip { background: $accent_soft; border: none; border-bottom: 1px solid $line; }
QFrame#strip[level="warning"] { background: $raised; border-left: 4px solid $warning; }
QFrame#question { background: $accent_soft; border: none; border-radius: 8px; }
QFrame#toast { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame#toast[level="error"] { border-left: 4px solid $danger; }
QFrame#toast[level="warning"] { border-left: 4px solid $warning; }
QFrame#toast[level="success"] { border-left: 4px solid $success; }
QFrame#toast[level="info"] { border-left: 4px solid $accent; }
""")


def style_sheet(colours: Colours, mono: str, sizes: Mapping[str, int]) -> str:
    """The whole QSS for one set of colours; `mono` is the family of fixed-width text, `sizes` are pixels by the names
    of sizes of text, and `inside` and `tight`: the least height inside the frame of a control."""
    values = {name: getattr(colours, name) for name in colours.__dataclass_fields__}
    chevron = resource_path("icons", "chevron-down-control.svg").as_posix()
    check = resource_path("icons", "check-light.svg").as_posix()
    tick = resource_path("icons", "check-control.svg").as_posix()
    pixels = {name: str(size) for name, size in sizes.items()}
    return _QSS.substitute(values, mono=mono, chevron=chevron, check=check, tick=tick, **pixels)
