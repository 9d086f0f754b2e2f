"""A small XML file as a tree of plain values, and back.

Owns reading XML that may be hostile: a document type, and with it every entity, is refused, so nothing expands and
nothing is fetched. Comments and the blanks between elements are not kept. Does not know what the elements mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from qvl_desktop.core.errors import DataError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.formats.files import cannot_read

_LARGEST = 64 * 2**20
_DEEPEST = 50
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class _Refused(Exception):
    """Something that no annotation needs."""


@dataclass(slots=True)
class Element:
    """One element: its tag, its attributes, and either text or children."""

    tag: str
    text: str = ""
    children: list[Element] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)

    def find(self, tag: str) -> Element | None:
        """The first child of that tag."""
        return next(self.all(tag), None)

    def all(self, tag: str) -> Iterator[Element]:
        """The children of that tag."""
        return (child for child in self.children if child.tag == tag)

    def text_of(self, tag: str) -> str:
        """The text of the first child of that tag, without blanks around it; "" when there is none."""
        child = self.find(tag)
        return child.text.strip() if child else ""

    def put(self, tag: str, text: str) -> None:
        """Give the first child of that tag this text; one is added when there is none."""
        child = self.find(tag)
        if child is None:
            self.children.append(Element(tag, text))
        else:
            child.text = text

    def as_json(self) -> list[Any]:
        """The element as JSON values: tag, text, children, attributes; empty ones at the end are left away."""
        values: list[Any] = [self.tag, self.text, [child.as_json() for child in self.children], self.attributes]
        while len(values) > 1 and not values[-1]:
            values.pop()
        return values

    @classmethod
    def from_json(cls, value: list[Any]) -> Element:
        """The inverse of `as_json`."""
        text = str(value[1]) if len(value) > 1 else ""
        children = [cls.from_json(child) for child in value[2]] if len(value) > 2 else []
        return cls(str(value[0]), text, children, dict(value[3]) if len(value) > 3 else {})

    def write(self, depth: int = 0) -> str:
        """The element as XML, a line an element, indented by tabs."""
        marks = "".join(f" {name}={quoteattr(_legal(value))}" for name, value in self.attributes.items())
        indent = "\t" * depth
        if not self.children:
            return f"{indent}<{self.tag}{marks}>{escape(_legal(self.text))}</{self.tag}>\n"
        inner = "".join(child.write(depth + 1) for child in self.children)
        return f"{indent}<{self.tag}{marks}>\n{inner}{indent}</{self.tag}>\n"


def _legal(text: str) -> str:
    """The text with a sign in place of each character that no XML may hold."""
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)


def read_xml(path: Path) -> Element:
    """The root of an XML file in UTF-8, UTF-16 or Latin-1. Raises `DataError`, naming the line."""
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(QT_TRANSLATE_NOOP("errors", "{path}: too large for an annotation."), path=path)
        return _parse(path.read_bytes())
    except OSError as error:
        raise cannot_read(path, error) from error
    except expat.ExpatError as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}, line {line}: the XML is broken ({reason})."),
            path=path,
            line=error.lineno,
            reason=expat.ErrorString(error.code),
        ) from error
    except (_Refused, LookupError, UnicodeError) as error:
        raise DataError(
            QT_TRANSLATE_NOOP("errors", "{path}: the XML is refused ({reason})."), path=path, reason=error
        ) from error


def _parse(data: bytes) -> Element:
    parser = expat.ParserCreate()
    root = Element("")
    open_elements = [root]

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        if len(open_elements) > _DEEPEST:
            raise _Refused("elements nested too deep")
        element = Element(tag, attributes=dict(attributes))
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_: str) -> None:
        element = open_elements.pop()
        if element.children:
            element.text = ""

    def text(words: str) -> None:
        open_elements[-1].text += words

    def refuse(*_: object) -> None:
        raise _Refused("it defines a document type or entities")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    parser.Parse(data, True)
    return root.children[0]


def with_children(element: Element, tag: str, children: list[Element]) -> Element:
    """The element with these instead of its children of that tag, at the end."""
    others = [child for child in element.children if child.tag != tag]
    return Element(element.tag, element.text, others + children, element.attributes)
