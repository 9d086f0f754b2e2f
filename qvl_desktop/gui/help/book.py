"""The documentation as the window reads it: pages in the order of its contents, their parts, and finding words in them.

Owns reading the shipped Markdown (`core.resources.help_path`), the names of places in a page, links between pages and
the search. Does not own how a page looks (`pieces`, `paper`) nor the window (`window`). Knows no widgets.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from qvl_desktop.core.resources import help_path
from qvl_desktop.gui.help.plain import plain_text, plain_words, slug

FIRST = "index.md"
CHINESE = "zh"
ENGLISH = "en"
_SETTINGS = "mkdocs.yml"
_HEADING = re.compile(r"^(#{1,4})\s+(.*?)\s*(?:\{\s*#([\w-]+)\s*\})?\s*$")
_QUOTE = re.compile(r"^> ?(.*)$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_SNIPPET = 90
"""Characters of a snippet on each side of the word that was found."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands below it up to the next one. `level` is 1 for the page itself, `text` is without
    Markdown's marks."""

    title: str
    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the documentation: a page by its English file name, and a place on it ("" for its top)."""

    page: str
    anchor: str = ""

    def __str__(self) -> str:
        return f"{self.page}#{self.anchor}" if self.anchor else self.page


@dataclass(frozen=True, slots=True)
class Hit:
    """A part in which all words were found, and some words around the first."""

    link: Link
    page_title: str
    title: str
    snippet: str


class Page:
    """One page in one language. `source` is its Markdown as written; `name` is the English file's name."""

    def __init__(self, name: str, source: str, names: tuple[str, ...] = ()) -> None:
        """`names` are the names of the places of the English page, heading by heading, where this is its
        translation."""
        self.name = name
        self.source = source
        self._names = names

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The page heading by heading, in order."""
        parts: list[Part] = []
        for title, level, named, lines in _cut(self.source):
            at = len(parts)
            anchor = named or (self._names[at] if at < len(self._names) else slug(title))
            parts.append(Part(plain_words(title), level, anchor, plain_text("\n".join(lines))))
        return tuple(parts)

    @property
    def title(self) -> str:
        return self.parts[0].title if self.parts else self.name

    @property
    def anchors(self) -> tuple[str, ...]:
        """The names of its places, heading by heading."""
        return tuple(part.anchor for part in self.parts)

    @cached_property
    def quotes(self) -> tuple[str, ...]:
        """What stands as a quotation of one line, in order: on the troubleshooting page the messages of the program."""
        lines = [match.group(1) for line in self.source.splitlines() if (match := _QUOTE.match(line))]
        return tuple(line.replace("&lt;", "<").replace("\\*", "*") for line in lines)


def quote_anchor(number: int) -> str:
    """The name of the place of a page's quotation, counted from 0."""
    return f"message-{number + 1}"


class Book:
    """All pages in one language ("en" or "zh"); what is not translated is there in English."""

    def __init__(self, language: str, folder: Path | None = None) -> None:
        self.language = language
        self.folder = folder or help_path()
        self._pages: dict[str, Page] = {}

    @cached_property
    def contents(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """The contents: (group, ((title, page), ...)) in the order and words of the site's."""
        body = _settings(self.folder)
        words: dict[str, str] = _nav_words(body) if self.language == CHINESE else {}
        groups = []
        for group in body["nav"]:
            ((title, pages),) = group.items()
            entries = tuple((words.get(name, name), path) for page in pages for name, path in page.items())
            groups.append((words.get(title, title), entries))
        return tuple(groups)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every page there is, those of the contents first."""
        listed = [path for _, pages in self.contents for _, path in pages]
        found = sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.md"))
        others = [name for name in found if not name.endswith(".zh.md") and name not in listed]
        return tuple(name for name in (*listed, *others) if (self.folder / name).is_file())

    def page(self, name: str) -> Page:
        """A page by its English file name. Raises `KeyError` where there is none."""
        if name not in self._pages:
            if name not in self.names:
                raise KeyError(name)
            self._pages[name] = self._read(name)
        return self._pages[name]

    def _read(self, name: str) -> Page:
        english = Page(name, (self.folder / name).read_text(encoding="utf-8"))
        other = self.folder / name.replace(".md", ".zh.md")
        if self.language != CHINESE or not other.is_file():
            return english
        return Page(name, other.read_text(encoding="utf-8"), english.anchors)

    def link(self, address: str, here: str = FIRST) -> Link | None:
        """The place that an address on page `here` means; None for one that leads out of the documentation."""
        path, _, anchor = address.partition("#")
        if re.match(r"[a-z][a-z0-9+.-]*:", path, re.IGNORECASE):
            return None
        name = posixpath.normpath(posixpath.join(posixpath.dirname(here), path)) if path else here
        name = name.replace(".zh.md", ".md")
        return Link(name, anchor) if name in self.names else None

    def has(self, link: Link) -> bool:
        """Whether there is such a page, and such a place on it."""
        if link.page not in self.names:
            return False
        page = self.page(link.page)
        quotes = (quote_anchor(number) for number in range(len(page.quotes)))
        return not link.anchor or link.anchor in page.anchors or link.anchor in quotes

    def title(self, name: str) -> str:
        """What the contents call a page, else its own heading."""
        for _, pages in self.contents:
            for title, path in pages:
                if path == name:
                    return title
        return self.page(name).title

    def search(self, typed: str, limit: int = 60) -> list[Hit]:
        """The parts in which every word occurs, those first that have them in their title; whole words not needed."""
        words = typed.casefold().split()
        if not words:
            return []
        ranked = []
        for number, (page, title, part) in enumerate(self._all_parts):
            score = _rank(words, title.casefold(), part.title.casefold(), part.text.casefold())
            if score:
                ranked.append((-score, number, page, title, part))
        ranked.sort(key=lambda entry: entry[:2])
        return [
            Hit(Link(page, part.anchor if part.level > 1 else ""), title, part.title, _snippet(part.text, words))
            for _, _, page, title, part in ranked[:limit]
        ]

    @cached_property
    def _all_parts(self) -> list[tuple[str, str, Part]]:
        return [(name, self.title(name), part) for name in self.names for part in self.page(name).parts]


@lru_cache(maxsize=2)
def book(language: str) -> Book:
    """The shipped documentation in a language; read once, a page when it is first needed."""
    return Book(CHINESE if language.startswith(CHINESE) else ENGLISH)


def _settings(folder: Path) -> dict[str, Any]:
    """The site's settings, in which the contents stand: beside the shipped pages, in a checkout above them."""
    import yaml  # late: it takes longer than all the rest of this module

    path = folder / _SETTINGS if (folder / _SETTINGS).is_file() else folder.parent / _SETTINGS
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    body: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), loader)
    return body


def _nav_words(body: dict[str, Any]) -> dict[str, str]:
    for plugin in body["plugins"]:
        if isinstance(plugin, dict) and "i18n" in plugin:
            for language in plugin["i18n"]["languages"]:
                if language["locale"] == CHINESE:
                    return dict(language["nav_translations"])
    return {}


def _cut(source: str) -> Iterator[tuple[str, int, str, list[str]]]:
    """(title, level, given name, lines below) of each heading; what stands above the first is left out."""
    head: tuple[str, int, str] | None = None
    lines: list[str] = []
    fenced = False
    for line in source.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        match = None if fenced else _HEADING.match(line)
        if match is None:
            lines.append(line)
            continue
        if head is not None:
            yield (*head, lines)
        head, lines = (match.group(2), len(match.group(1)), match.group(3) or ""), []
    if head is not None:
        yield (*head, lines)


def _rank(words: list[str], page: str, title: str, text: str) -> int:
    """0 where a word does not occur; more for titles, and for titles that begin with it."""
    total = 0
    for word in words:
        if title.startswith(word):
            total += 40
        elif word in title:
            total += 25
        elif word in text:
            total += 1 + min(text.count(word), 5) + (5 if word in page else 0)
        elif word in page:
            total += 3
        else:
            return 0
    return total


def _snippet(text: str, words: list[str]) -> str:
    """The text around the first word that occurs, on one line."""
    low = text.casefold()
    places = [at for word in words if (at := low.find(word)) >= 0]
    at = min(places, default=0)
    begin = max(0, at - _SNIPPET // 3)
    if begin:
        gap = text.find(" ", begin, at)
        begin = gap + 1 if gap >= 0 else begin
    end = min(len(text), at + _SNIPPET)
    cut = " ".join(text[begin:end].split())
    return ("…" if begin else "") + cut + ("…" if end < len(text) else "")
