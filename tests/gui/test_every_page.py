"""The list of every page and dialog is whole, and each comes up by itself."""

from __future__ import annotations

import ast
from pathlib import Path

from qvl_desktop.gui.shell.pages import PAGES
from tests.gui.every_page import VIEWS, stage

GUI = Path(__file__).resolve().parents[2] / "qvl_desktop" / "gui"
ABSTRACT = {"DataDialog"}
"""A dialog that only others are made of."""


def test_each_comes_up_in_its_place(tmp_path: Path) -> None:
    pages, dialogs = set(), set()
    with stage(tmp_path) as there:
        for one in VIEWS:
            shown = one.show(there)
            assert shown.isVisible(), one.name
            assert (shown is not there.window) is one.is_dialog, one.name
            assert not shown.grab().isNull()
            pages.add(there.window.current_page)
            dialogs.add(type(shown).__name__)
            there.leave()
    assert pages == {page.name for page in PAGES}
    forgotten = all_dialogs() - dialogs - ABSTRACT
    assert not forgotten, f"dialogs without a view in every_page.py: {sorted(forgotten)}"


def all_dialogs() -> set[str]:
    """The dialog classes of the window, by the text of its modules."""
    bases: dict[str, set[str]] = {}
    for path in GUI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {base.id for base in node.bases if isinstance(base, ast.Name)}
    found = {"QDialog"}
    while more := {name for name, over in bases.items() if over & found} - found:
        found |= more
    return found - {"QDialog"}
