"""Draws a page of the documentation into a text document, in the colours and type of the window.

Owns distances, type and frames of what Markdown knows (headings, lists, code, tables, notes, quotations, pictures)
and the places of headings and quotations. Does not own cutting a page into pieces (`pieces`), loading pictures nor
following links (`viewer`).
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrame,
    QTextFrameFormat,
    QTextImageFormat,
    QTextLength,
    QTextTable,
)

from qvl_desktop.gui.help.book import Page, quote_anchor
from qvl_desktop.gui.help.pieces import Piece, pieces
from qvl_desktop.gui.theme import Space, TextSize, body_font, mono_font, theme

LINE_PERCENT = 140
TIGHT_PERCENT = 120
"""In code and in tables."""
_BOX_HEAD = 3
"""Pixels above the first line of a frame, where lines have more room below than above."""
_HEADINGS = {
    1: (TextSize.TITLE, 0, Space.M),
    2: (TextSize.FIGURE, Space.XL, Space.S),
    3: (TextSize.HEADING, Space.L, Space.XS),
    4: (TextSize.BODY, Space.M, Space.XS),
}
"""Level -> type size, room above, room below."""
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value


def write_page(document: QTextDocument, page: Page, picture_sizes: dict[str, QSize], dark: bool) -> dict[str, int]:
    """Fill an empty document that is not shown yet (so that it is laid out once); the position of each named place in
    it.

    `picture_sizes` are the sizes in which pictures stand, by address, in device-independent pixels; one without a
    size is left out. In the dark, pictures of the light window give way to those of the dark one.
    """
    document.setDefaultFont(body_font())
    cursor = QTextCursor(document)
    places: dict[str, int] = {}
    quotes = 0
    for piece in pieces(page.source):
        if piece.kind == "text":
            _new_block(cursor)
            cursor.insertMarkdown(piece.body, _FEATURES)
        elif piece.kind == "picture":
            _picture(cursor, picture_address(piece.body, dark), piece.title, picture_sizes)
        else:
            if piece.kind == "quote":
                places[quote_anchor(quotes)] = cursor.position()
                quotes += len(piece.body.splitlines())
            _boxed(cursor, piece)
    dress(document)
    anchors = iter(page.anchors)
    for block in _blocks(document):
        if block.blockFormat().headingLevel():
            places.setdefault(next(anchors, ""), block.position())
    return places


def picture_address(address: str, dark: bool) -> str:
    """The address of a picture in the look in force."""
    return address.replace("-light-", "-dark-") if dark else address


def picture_addresses(page: Page, dark: bool) -> list[str]:
    """The pictures of a page, in order, each once."""
    found = [picture_address(piece.body, dark) for piece in pieces(page.source) if piece.kind == "picture"]
    return list(dict.fromkeys(found))


def _new_block(cursor: QTextCursor) -> None:
    """Go on in an empty paragraph of running text."""
    if cursor.block().text():
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
    cursor.setBlockFormat(QTextBlockFormat())
    cursor.setCharFormat(QTextCharFormat())


def _picture(cursor: QTextCursor, address: str, words: str, sizes: dict[str, QSize]) -> None:
    size = sizes.get(address)
    if size is None:
        return
    _new_block(cursor)
    image = QTextImageFormat()
    image.setName(address)
    image.setWidth(size.width())
    image.setHeight(size.height())
    image.setProperty(QTextFormat.Property.ImageAltText, words)
    cursor.insertImage(image)
    cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())


def _boxed(cursor: QTextCursor, piece: Piece) -> None:
    """Code, a note or a quotation: a frame of its own colour."""
    colours = theme().colours
    frame_format = QTextFrameFormat()
    frame_format.setPadding(Space.S + 2)
    frame_format.setTopMargin(Space.XS)
    frame_format.setBottomMargin(Space.M)
    frame_format.setBorder(1)
    frame_format.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    frame_format.setBorderBrush(QBrush(QColor(colours.line)))
    frame_format.setBackground(QColor(colours.accent_soft if piece.kind == "note" else colours.hover))
    frame = cursor.insertFrame(frame_format)
    inner = frame.firstCursorPosition()
    if piece.kind == "code":
        inner.insertText(piece.body, _mono_format())
    else:
        if piece.title:
            bold = QTextCharFormat()
            bold.setFontWeight(QFont.Weight.Bold)
            inner.insertText(piece.title, bold)
            inner.insertBlock(QTextBlockFormat(), QTextCharFormat())
        inner.insertMarkdown(piece.body, _FEATURES)
    cursor.setPosition(frame.lastPosition() + 1)


def _mono_format() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFontFamilies(mono_font().families())
    made.setFontFixedPitch(True)
    made.setProperty(QTextFormat.Property.FontPixelSize, theme().pixels(TextSize.CODE))
    return made


def dress(document: QTextDocument) -> None:
    """Give every paragraph and table of what came from Markdown its type and distances."""
    for block in _blocks(document):
        _dress_block(block, _frame_of(document, block))
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _dress_table(frame)


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _frame_of(document: QTextDocument, block: QTextBlock) -> QTextFrame | None:
    """The frame or table a block stands in; None for the page itself."""
    frame = QTextCursor(block).currentFrame()
    return frame if isinstance(frame, QTextFrame) and frame is not document.rootFrame() else None


def _dress_block(block: QTextBlock, frame: QTextFrame | None) -> None:
    cursor = QTextCursor(block)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    shape = block.blockFormat()
    level = shape.headingLevel()
    in_table = isinstance(frame, QTextTable)
    code = frame is not None and not in_table and _is_code(block)
    shape.setLineHeight(TIGHT_PERCENT if code or in_table else LINE_PERCENT, _PROPORTIONAL)
    above, below = 0, Space.S + 2
    if level:
        size, above, below = _HEADINGS[min(level, 4)]
        words = QTextCharFormat()
        words.setProperty(QTextFormat.Property.FontPixelSize, theme().pixels(size))
        words.clearProperty(QTextFormat.Property.FontSizeAdjustment)
        words.setFontWeight(QFont.Weight.Bold)
        cursor.mergeCharFormat(words)
        shape.setLineHeight(TIGHT_PERCENT, _PROPORTIONAL)
    elif frame is not None:
        first = block.position() == frame.firstPosition()
        last = block.position() + block.length() > frame.lastPosition()
        above = _BOX_HEAD if first or in_table else 0
        below = 0 if in_table or code or last else Space.XS
    elif block.textList() is not None:
        below = Space.XS if block.next().textList() is not None else Space.S + 2
    elif not block.text():  # between frames and tables Qt keeps a paragraph
        above = below = 0
        shape.setLineHeight(1, _FIXED)
    shape.setTopMargin(above)
    shape.setBottomMargin(below)
    cursor.setBlockFormat(shape)
    if not code:
        _dress_words(block)


def _is_code(block: QTextBlock) -> bool:
    fragment = next(_fragments(block), None)
    return fragment is not None and fragment[2].hasProperty(QTextFormat.Property.FontPixelSize)


def _fragments(block: QTextBlock) -> Iterator[tuple[int, int, QTextCharFormat]]:
    """(position, length, format) of each run of words in one format."""
    at = block.begin()
    while not at.atEnd():
        fragment = at.fragment()
        if fragment.isValid():
            yield fragment.position(), fragment.length(), fragment.charFormat()
        at += 1


def _dress_words(block: QTextBlock) -> None:
    """Code within a line gets its type and ground, links their colour."""
    colours = theme().colours
    for position, length, shape in list(_fragments(block)):
        cursor = QTextCursor(block)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        if shape.anchorHref().startswith("mailto:"):  # Acc@0.5 is no address
            words = QTextCharFormat()
            words.setFontWeight(shape.fontWeight())
            cursor.setCharFormat(words)
            continue
        made = QTextCharFormat()
        if shape.fontFixedPitch():
            made = _mono_format()
            made.clearProperty(QTextFormat.Property.FontPixelSize)
            if block.blockFormat().headingLevel() == 0:
                made.setProperty(QTextFormat.Property.FontPixelSize, theme().pixels(TextSize.CODE))
                made.setBackground(QColor(colours.hover))
        if shape.isAnchor():
            made.setForeground(QColor(colours.link))
            made.setFontUnderline(False)
        if made.propertyCount():
            cursor.mergeCharFormat(made)


def _dress_table(table: QTextTable) -> None:
    colours = theme().colours
    shape = table.format()
    shape.setBorder(1)
    shape.setBorderCollapse(True)
    shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    shape.setBorderBrush(QBrush(QColor(colours.line)))
    shape.setCellPadding(6)
    shape.setCellSpacing(0)
    shape.setTopMargin(Space.XS)
    shape.setBottomMargin(Space.M)
    shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 99.5))
    table.setFormat(shape)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        cell_format = cell.format()
        cell_format.setBackground(QColor(colours.hover))
        cell.setFormat(cell_format)
        cursor = cell.firstCursorPosition()
        cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.Bold)
        cursor.mergeCharFormat(bold)


def resource_url(address: str) -> QUrl:
    """The name under which a document keeps a picture."""
    return QUrl(address)
