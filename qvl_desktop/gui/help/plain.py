"""Text without Markdown's marks, and the names of headings.

Owns these two rules; the second is that of Python-Markdown's table of contents, so that links which hold on the site
hold here. Knows no widgets.
"""

from __future__ import annotations

import html
import re
import unicodedata

_WITHIN_LINES = (
    (re.compile(r"!\[[^]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\*\*|`|(?<!\w)\*(?=\S)|(?<=\S)\*(?!\w)"), ""),
)
_OF_LINES = (
    (re.compile(r"^\s*(```|~~~).*$", re.MULTILINE), ""),
    (re.compile(r"^\s*!!!\s+\w+\s*(?:\"([^\"]*)\")?\s*$", re.MULTILINE), r"\1"),
    (re.compile(r"^[|\s:-]*-{3,}[|\s:-]*$", re.MULTILINE), ""),
    (re.compile(r"\s*\|\s*"), "  "),
    (re.compile(r"^\s*(?:[-*]|\d+\.|>|:)\s+", re.MULTILINE), ""),
)


def plain_text(source: str) -> str:
    """Markdown as a reader sees it: no marks, no addresses, no lines of tables; line ends stay."""
    for pattern, by in _OF_LINES:
        source = pattern.sub(by, source)
    return plain_words(source)


def plain_words(source: str) -> str:
    """The same for words within a line, such as a heading."""
    for pattern, by in _WITHIN_LINES:
        source = pattern.sub(by, source)
    return html.unescape(source).strip()


def slug(title: str) -> str:
    """The name of a heading's place: lower case letters, digits and hyphens; "" for one that has none of them."""
    ascii_only = unicodedata.normalize("NFKD", plain_words(title)).encode("ascii", "ignore").decode()
    words = re.sub(r"[^\w\s-]", "", ascii_only).strip().lower()
    return re.sub(r"[-\s]+", "-", words)
