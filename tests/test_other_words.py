"""What `packaging/translations.py --check` finds: words that are missing, left over or stale, wherever they stand."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A script of `packaging/`, which is no package (and has the name of one of PyPI's)."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    found = importlib.util.spec_from_file_location(f"checked_{name}", ROOT / "packaging" / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    made = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, found.name, made)
    found.loader.exec_module(made)
    return made


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return module("other_words", monkeypatch)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "resources" / "web", tmp_path / "web"))


def change(web: Path, old: str, new: str) -> None:
    file = web / "words.js"
    source = file.read_text(encoding="utf-8")
    assert old in source
    file.write_text(source.replace(old, new, 1), encoding="utf-8")


def test_what_is_here_has_no_problems(words: ModuleType) -> None:
    assert words.problems() == []
    assert len(words.web_words()["en"]) == len(words.web_words()["zh"]) > 60


def test_a_word_of_the_web_page_that_is_missing_or_left_over(words: ModuleType, web: Path) -> None:
    change(web, '    copied: "已复制",\n', "")
    change(web, '    send: "发送",\n', '    send: "发送",\n    sendAll: "全部发送",\n')
    assert words.web_problems(web) == ["words.js: zh: copied: missing", "words.js: zh: sendAll: left over"]


def test_a_word_of_the_web_page_in_english_or_without_its_number(words: ModuleType, web: Path) -> None:
    change(web, '    stop: "停止"', '    stop: "Stop"')
    change(web, '    tokenMany: "{count} 个 token"', '    tokenMany: "很多个 token"')
    assert words.web_problems(web) == ["words.js: tokenMany: placeholders differ", "words.js: zh: stop: not translated"]


def test_a_word_of_the_web_page_that_nothing_asks_for(words: ModuleType, web: Path) -> None:
    for line in ('    stop: "Stop",\n', '    stop: "停止",\n'):
        change(web, line, line + line.replace("stop", "stopEverything"))
    assert words.web_problems(web) == ["words.js: stopEverything: nothing asks for it"]


def test_a_template_without_a_language(words: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    from qvl_desktop.core.template_wordings import SHIPPED, Wording

    monkeypatch.setitem(SHIPPED, "counting", {"en": SHIPPED["counting"]["en"]})
    monkeypatch.setitem(SHIPPED, "listing", SHIPPED["listing"] | {"zh": Wording(("Detect all objects.",), ("{list}",))})
    assert words.template_problems() == [
        "template listing: zh: 'Detect all objects.' is not in its language",
        "template counting: zh: missing",
    ]


def test_a_page_without_its_other_language(words: ModuleType, tmp_path: Path) -> None:
    for name, text in (
        ("a.md", "A"),
        ("a.zh.md", "甲"),
        ("b.md", "B"),
        ("c.zh.md", "丙"),
        ("d.md", "D"),
        ("d.zh.md", "D"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert words.page_problems(tmp_path) == [
        "docs/b.md: no Chinese page", "docs/c.zh.md: no English page", "docs/d.zh.md: not in Chinese",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<name>cli</name>", "<name>cli</name>\n    <message>\n        <source>Gone long ago</source>\n"
         "        <translation type=\"vanished\">早已不在</translation>\n    </message>", "older than the program"),
        ("<name>cli</name>", "<name>cli</name>\n    <message>\n        <source>Never was</source>\n"
         "        <translation>从未有过</translation>\n    </message>", "older than the program"),
    ],
)  # fmt: skip
def test_an_entry_that_nothing_says_any_more_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, told: str
) -> None:
    """Obsolete entries too: what lupdate keeps as "vanished" is a fault here."""
    checked = module("translations", monkeypatch)
    folder = Path(shutil.copytree(ROOT / "resources" / "translations", tmp_path / "translations"))
    monkeypatch.setattr(checked, "FOLDER", folder)
    catalogue = folder / "qvl_zh_CN.ts"
    source = catalogue.read_text(encoding="utf-8")
    assert old in source
    catalogue.write_text(source.replace(old, new, 1), encoding="utf-8")
    assert any(told in line for line in checked.stale())
