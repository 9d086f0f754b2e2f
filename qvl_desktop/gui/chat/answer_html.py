"""An answer as rich text: its phrases are coloured links, its boxes small signs.

Owns the HTML. Does not own which colours there are (`theme`, `widgets.ref_colours`) nor what a link does (`messages`).
"""

from __future__ import annotations

from html import escape

from PySide6.QtGui import QColor

from qvl_desktop.gui.chat.thread import Phrase, phrases, settled
from qvl_desktop.gui.theme import theme
from qvl_desktop.gui.widgets.ref_colours import ref_colour

BOX_SIGN = "▢"
_LIT_ALPHA = 0.28
_REST_ALPHA = 0.12


def answer_html(text: str, *, streaming: bool = False, lit: int | None = None) -> str:
    """HTML of canonical text. Phrase `n` (counted from 0) with boxes is a link to "n"; `lit` is drawn stronger."""
    out: list[str] = []
    number = 0
    for part in phrases(settled(text) if streaming else text):
        if isinstance(part, str):
            out.append(plain_html(part))
        else:
            out.append(_phrase_html(part, number, lit=number == lit))
            number += 1
    return f'<div style="line-height:150%">{"".join(out)}</div>'


def shown_words(text: str) -> str:
    """The words a reader sees of canonical text, to measure them."""
    return "".join(
        part if isinstance(part, str) else part.words or BOX_SIGN * max(1, len(part.boxes)) for part in phrases(text)
    )


def plain_html(text: str) -> str:
    """Words as they are: line ends kept, nothing interpreted."""
    return escape(text).replace("\n", "<br>").replace("  ", " &nbsp;")


def _phrase_html(phrase: Phrase, number: int, *, lit: bool) -> str:
    colour = ref_colour(phrase.words, theme().dark)
    words = escape(phrase.words) or BOX_SIGN * max(1, len(phrase.boxes))
    ground = _mixed(colour, theme().colour("panel"), _LIT_ALPHA if lit else _REST_ALPHA)
    ink = _mixed(colour, theme().colour("text"), 0.55)
    style = f"color:{ink.name()}; background-color:{ground.name()}; font-weight:600; text-decoration:none;"
    if not phrase.boxes:
        return f'<span style="{style}">{words}</span>'
    many = f"&nbsp;×{len(phrase.boxes)}" if phrase.words and len(phrase.boxes) > 1 else ""
    return f'<a href="{number}" style="{style}">{words}{many}</a>'


def _mixed(colour: QColor, ground: QColor, share: float) -> QColor:
    """`share` of `colour` over `ground`."""
    return QColor(
        round(colour.red() * share + ground.red() * (1 - share)),
        round(colour.green() * share + ground.green() * (1 - share)),
        round(colour.blue() * share + ground.blue() * (1 - share)),
    )
