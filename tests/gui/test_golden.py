"""Every page and dialog looks as its golden picture does, in both languages and both themes.

`python packaging/golden.py --update` makes the golden pictures anew. When one differs, the golden picture, this one and
the difference lie side by side in the folder that the failure names.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.gui.every_page import VIEWS

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = [(view.name, theme, language) for view in VIEWS for language in ("en", "zh") for theme in ("light", "dark")]
NO_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<match target="font"><edit name="antialias" mode="assign"><bool>false</bool></edit>
<edit name="hinting" mode="assign"><bool>true</bool></edit>
<edit name="hintstyle" mode="assign"><const>hintfull</const></edit></match></fontconfig>"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems draw letters in another way")


@pytest.fixture(scope="module")
def golden() -> Iterator[Any]:
    """The script that draws and compares."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "packaging"))
        yield importlib.import_module("golden")
        for name in ("golden", "picture_compare"):
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def drawn(golden: Any) -> Path:
    """All pictures as they are now; what differs stays in the folder for who looks."""
    out = ROOT / "build" / "golden"
    golden.draw_all(out)
    return out


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("view", "theme", "language"), KINDS, ids=["-".join(kind) for kind in KINDS])
def test_it_looks_as_it_did(golden: Any, drawn: Path, view: str, theme: str, language: str) -> None:
    told = golden.compare(drawn / f"{view}-{theme}-{language}.png", drawn)
    assert not told, told


def test_there_are_no_other_golden_pictures_and_they_are_small(golden: Any) -> None:
    kept = {path.stem: path.stat().st_size for path in golden.GOLDEN.glob(f"*{golden.SUFFIX}")}
    assert sorted(kept) == sorted("-".join(kind) for kind in KINDS)
    assert sum(kept.values()) < 4_000_000


def test_the_fonts_of_the_machine_do_not_matter(golden: Any, tmp_path: Path) -> None:
    """A machine without any font, whose letters are to be hinted and not antialiased, makes the same pictures."""
    settings = tmp_path / "fonts.conf"
    settings.write_text(NO_FONTS, encoding="utf-8")
    views = ("welcome", "models")
    found = golden.draw_all(tmp_path / "drawn", views, {"FONTCONFIG_FILE": str(settings)})
    assert len(found) == 4 * len(views)
    assert [told for path in found if (told := golden.compare(path, tmp_path / "drawn"))] == []


def test_what_differs_is_laid_side_by_side(golden: Any, drawn: Path, tmp_path: Path) -> None:
    """One page in place of another: the failure names where, and three pictures show it."""
    wrong = tmp_path / "welcome-light-en.png"
    wrong.write_bytes((drawn / "chat-light-en.png").read_bytes())
    told = golden.compare(wrong, tmp_path)
    assert "differs at" in told
    made = sorted(path.name for path in (tmp_path / "different").iterdir())
    assert made == [f"welcome-light-en-{kind}.png" for kind in ("difference", "golden", "now")]
    assert str(tmp_path / "different" / "welcome-light-en-difference.png") in told
