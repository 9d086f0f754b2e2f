"""One design system: nobody but its own modules names a colour, a size of text or a distance by its value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qvl_desktop.gui.theme import Space, TextSize

GUI = Path(__file__).resolve().parents[2] / "qvl_desktop" / "gui"
SYSTEM = {"colours.py", "theme.py", "style_sheet.py"}
"""The system itself, at the top of `gui`."""
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(")
PIXELS = re.compile(r"font-size\s*:|font\s*:\s*\d|(margin|padding)[a-z-]*\s*:\s*[^0;\s]")
SIZES = {"setPixelSize", "setPointSize", "setPointSizeF"}
DISTANCES = {
    "setContentsMargins", "setSpacing", "setHorizontalSpacing", "setVerticalSpacing", "addSpacing", "QMargins",
    "setViewportMargins",
}  # fmt: skip
GLOBAL_COLOURS_ALLOWED = {"transparent"}


def faults(text: str) -> Iterator[str]:
    """What a module may not say, with its line."""
    tree = ast.parse(text)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        place = f"line {getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            if HEX.search(node.value):
                yield f"{place}: a raw colour in {node.value!r}"
            if PIXELS.search(node.value):
                yield f"{place}: a raw size or distance in {node.value!r}"
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("GlobalColor"):
            if node.attr not in GLOBAL_COLOURS_ALLOWED:
                yield f"{place}: {ast.unparse(node)}"
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SIZES:
                yield f"{place}: {ast.unparse(node)}: take `sized` or `set_role`"
            if name == "QColor" and any(isinstance(one, ast.Constant) for one in node.args):
                yield f"{place}: {ast.unparse(node)}"
            if name in DISTANCES and any(holds_number(one) for one in node.args):
                yield f"{place}: {ast.unparse(node)}: take `Space`"


def holds_number(node: ast.expr) -> bool:
    """Whether a number other than 0 stands in an expression, but for a factor of a `Space`."""
    if isinstance(node, ast.Starred):
        return holds_number(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return not any("Space" in ast.unparse(side) for side in (node.left, node.right))
    return any(isinstance(one, ast.Constant) and one.value not in (0, None) for one in ast.walk(node))


def test_the_window_names_no_value_of_its_own() -> None:
    found = {
        str(path.relative_to(GUI)): said
        for path in sorted(GUI.rglob("*.py"))
        if str(path.relative_to(GUI)) not in SYSTEM and (said := list(faults(path.read_text(encoding="utf-8"))))
    }
    assert not found, "\n".join(f"{path}: {line}" for path, lines in found.items() for line in lines)


@pytest.mark.parametrize(
    "line",
    [
        'QColor("#fff")', 'label.setText("<b style=color:#123456>")', "QColor(1, 2, 3)", "f.setPixelSize(13)",
        "layout.setSpacing(6)", "layout.setContentsMargins(0, 0, 0, Space.S + 1)", "Qt.GlobalColor.red",
        'w.setStyleSheet("padding: 3px 8px")', 'w.setStyleSheet(f"font-size: {size}px")', 'QColor("red")',
    ],
)  # fmt: skip
def test_a_raw_value_is_found(line: str) -> None:
    assert list(faults(line))


@pytest.mark.parametrize(
    "line",
    [
        'QColor(theme().colour("text"))', "layout.setSpacing(Space.S)", "layout.setContentsMargins(0, 0, Space.L, 0)",
        "layout.addSpacing(2 * Space.S)", "p.fill(Qt.GlobalColor.transparent)", 'print("#, see issue")',
        "layout.setSpacing(spacing)",
    ],
)  # fmt: skip
def test_a_name_passes(line: str) -> None:
    assert not list(faults(line))


def test_the_steps_are_on_a_grid() -> None:
    assert all(step % 4 == 0 for step in Space if step is not Space.HAIR)
    assert sorted(TextSize) == list(TextSize)
    assert min(TextSize) >= 12, "nothing is smaller than can be read"
