"""Brings the catalogues of the window up to date: `python packaging/translations.py [--check]`.

Collects the words of the program into `resources/translations/*.ts` (pyside6-lupdate) and builds the `.qm` files that
the window and the command line load (pyside6-lrelease). With `--check` nothing is written: it fails when a word is
missing, left over or not translated, when a marked word was not seen by the collector, when a placeholder was lost in
translation, or when a `.qm` file is older than its words; and so for the words of the web page, of the question
templates and of the documentation (`other_words`).
Does not translate.
"""

from __future__ import annotations

import argparse
import ast
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import other_words

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("zh_CN", "en")
"""English has a catalogue of its own for plurals ("1 picture", "2 pictures")."""

PLACEHOLDER = re.compile(r"{[^{}]*}|%n|%\(\w+\)[srd]|%[sr]\b")
"""What is filled in: `{name}` by `format`, `%n` in plurals, `%(name)s` and `%s` in the words of `argparse`."""

MARKERS = ("translate", "QT_TRANSLATE_NOOP", "_N")


def main() -> int:
    """Update, or check; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is missing or stale")
    if not parser.parse_args().check:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for language in LANGUAGES:
            collect(language, FOLDER)
            build(language, FOLDER)
        return report(unseen() + problems(FOLDER))
    return report(unseen() + stale() + problems(FOLDER) + other_words.problems())


def report(found: list[str]) -> int:
    """Print what was found."""
    for line in found:
        print(line)
    print(f"{len(found)} problem(s)")
    return 1 if found else 0


def tool(name: str) -> str:
    """The path of a PySide6 tool beside this Python."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name


def collect(language: str, folder: Path) -> None:
    """Update one catalogue from the sources; words that are gone are dropped."""
    command = [tool("pyside6-lupdate"), "-extensions", "py", "-recursive", str(ROOT / "qvl_desktop"),
               "-tr-function-alias", "QT_TRANSLATE_NOOP+=_N", "-no-obsolete", "-locations", "none",
               "-source-language", "en", "-target-language", language]  # fmt: skip
    command += ["-pluralonly"] if language == "en" else []
    subprocess.run([*command, "-ts", str(folder / f"qvl_{language}.ts")], check=True, capture_output=True)


def build(language: str, folder: Path) -> None:
    """Make the `.qm` file of one catalogue; in one piece, for a window that is open reads the one that is there."""
    source = folder / f"qvl_{language}.ts"
    made = source.with_suffix(".new")
    subprocess.run([tool("pyside6-lrelease"), str(source), "-qm", str(made)], check=True, capture_output=True)
    made.replace(source.with_suffix(".qm"))


def stale() -> list[str]:
    """Catalogues that differ from what the sources and their own words would give now."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for language in LANGUAGES:
            source = FOLDER / f"qvl_{language}.ts"
            if not source.exists():
                found.append(f"{source.name}: missing")
                continue
            shutil.copy(source, copy)
            collect(language, copy)
            if entries(copy / source.name) != entries(source):
                found.append(f"{source.name}: older than the program; run packaging/translations.py")
            build(language, copy)
            built = source.with_suffix(".qm")
            if not built.exists() or built.read_bytes() != (copy / built.name).read_bytes():
                found.append(f"{built.name}: older than its words; run packaging/translations.py")
    return found


def unseen() -> list[str]:
    """Marked words that are in no catalogue: lupdate passes over what it cannot read, such as a plural whose number is
    more than a name."""
    known = entries(FOLDER / f"qvl_{LANGUAGES[0]}.ts")
    found = []
    for path in sorted((ROOT / "qvl_desktop").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = marked(node)
            if words is not None and words not in known:
                found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: not in the catalogue: {words}")
    return found


def marked(node: ast.AST) -> tuple[str, str] | None:
    """Context and source that a call of a marker names, when both are written out."""
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first, second = node.args[0], node.args[1]
    if name not in MARKERS or not isinstance(first, ast.Constant) or not isinstance(second, ast.Constant):
        return None
    return (first.value, second.value) if isinstance(first.value, str) and isinstance(second.value, str) else None


def entries(path: Path) -> set[tuple[str, str]]:
    """Context and source of every message."""
    return {
        (context.findtext("name", ""), message.findtext("source", ""))
        for context in ElementTree.parse(path).getroot().iter("context")
        for message in context.iter("message")
    }


def problems(folder: Path) -> list[str]:
    """Messages that are not translated, or lost a placeholder."""
    found = []
    for language in LANGUAGES:
        for context in ElementTree.parse(folder / f"qvl_{language}.ts").getroot().iter("context"):
            for message in context.iter("message"):
                where = f"{language}: {context.findtext('name')}: {message.findtext('source')!r}"
                found += [f"{where}: {fault}" for fault in faults(message)]
    return found


def faults(message: ElementTree.Element) -> list[str]:
    """What is wrong with one message."""
    translation = message.find("translation")
    if translation is None:
        return ["not translated"]
    texts = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
    if translation.get("type") or not all(texts):
        return ["not translated"]
    wanted = set(PLACEHOLDER.findall(message.findtext("source", "")))
    lost = [sorted(wanted ^ set(PLACEHOLDER.findall(text))) for text in texts]
    return [f"placeholders differ: {', '.join(names)}" for names in lost if names and names != ["%n"]]


if __name__ == "__main__":
    sys.exit(main())
