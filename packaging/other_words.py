"""Words that stand in no catalogue of Qt: the web page's, the question templates', the pages of the documentation.

Owns finding what one language has and another lacks, placeholders that differ, words that nothing uses any more, and
words that were left in English. `translations.py --check` runs it. Does not translate.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "resources" / "web"
DOCS = ROOT / "docs"

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"{[^{}]*}")
_LANGUAGE = re.compile(r"^  (en|zh): \{$(.*?)^  \},$", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"^\s+(\w+): (\"(?:[^\"\\]|\\.)*\"),$", re.MULTILINE)
_ENDINGS = ("1", "Many")
"""A word of the web page with a number has two forms, `token1` and `tokenMany`, and is asked for as `token`."""


def problems(web: Path = WEB, docs: Path = DOCS) -> list[str]:
    """All of it, a sentence each."""
    return [*web_problems(web), *template_problems(), *page_problems(docs)]


def web_words(web: Path = WEB) -> dict[str, dict[str, str]]:
    """The words of the web page by language and name, as `words.js` has them."""
    source = (web / "words.js").read_text(encoding="utf-8")
    return {
        code: {name: json.loads(text) for name, text in _WORD.findall(body)} for code, body in _LANGUAGE.findall(source)
    }


def web_problems(web: Path = WEB) -> list[str]:
    """What is missing, left over, unused or unlike in `words.js`."""
    words = web_words(web)
    english, chinese = words.get("en", {}), words.get("zh", {})
    found = [f"words.js: zh: {name}: missing" for name in english.keys() - chinese.keys()]
    found += [f"words.js: zh: {name}: left over" for name in chinese.keys() - english.keys()]
    for name in english.keys() & chinese.keys():
        if set(PLACEHOLDER.findall(english[name])) != set(PLACEHOLDER.findall(chinese[name])):
            found.append(f"words.js: {name}: placeholders differ")
        if not CHINESE.search(chinese[name]) and CHINESE.search(english[name]) is None:
            found.append(f"words.js: zh: {name}: not translated")
    return sorted(found) + _unused(web, english)


def _unused(web: Path, english: dict[str, str]) -> list[str]:
    """Names that no part of the page asks for."""
    files = [file for file in (*web.glob("*.js"), *web.glob("*.html")) if file.name != "words.js"]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    source += re.sub(_LANGUAGE, "", (web / "words.js").read_text(encoding="utf-8"))
    named = set(re.findall(r"[\"'`](\w+)[\"'`]", source))
    found = []
    for name in english:
        stem = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)
        if not named & {name, stem}:
            found.append(f"words.js: {name}: nothing asks for it")
    return sorted(found)


def template_problems() -> list[str]:
    """Question templates that lack a language, ask for other things in it, or are not in it."""
    sys.path.insert(0, str(ROOT))
    from qvl_desktop.core.template_wordings import LANGUAGES, PARTS, SHIPPED

    found = []
    for kind, wordings in SHIPPED.items():
        for language in LANGUAGES:
            wording = wordings.get(language)
            if wording is None:
                found.append(f"template {kind}: {language}: missing")
                continue
            for part in PARTS:
                texts = getattr(wording, part)
                if bool(texts) != bool(getattr(wordings["en"], part)):
                    found.append(f"template {kind}: {language}: {part}: missing or left over")
                for text in texts:
                    plain = PLACEHOLDER.sub("", text)
                    if bool(CHINESE.search(plain)) != (language == "zh") and re.search(r"\w", plain):
                        found.append(f"template {kind}: {language}: {text!r} is not in its language")
    return found


def page_problems(docs: Path = DOCS) -> list[str]:
    """Pages of the documentation that lack their other language."""
    pages = {page.relative_to(docs).as_posix() for page in docs.rglob("*.md")}
    chinese = {page for page in pages if page.endswith(".zh.md")}
    english = pages - chinese
    found = [f"docs/{page}: no Chinese page" for page in english if page.removesuffix(".md") + ".zh.md" not in chinese]
    found += [f"docs/{page}: no English page" for page in chinese if page.removesuffix(".zh.md") + ".md" not in english]
    for page in chinese:
        if not CHINESE.search((docs / page).read_text(encoding="utf-8")):
            found.append(f"docs/{page}: not in Chinese")
    return sorted(found)
