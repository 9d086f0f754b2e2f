"""Makes the fonts of the golden pictures: parts of WenQuanYi Micro Hei, small, with names of their own.

    pip install fonttools
    python packaging/golden_fonts.py /usr/share/fonts/truetype/wqy/wqy-microhei.ttc

Owns which characters they have: Latin letters, the 3,755 commonest Chinese ones, and all that the program and its
documentation say. Needed again only when a character is missing. Without hints: letters are then drawn alike by every
FreeType. Origin and licence are in `tests/gui/golden/fonts/README.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "tests" / "gui" / "golden" / "fonts"
ORIGIN = "Part of WenQuanYi Micro Hei, (c) 2007 Google Corporation, 2008-2009 WenQuanYi Board of Trustees. Apache-2.0."
PROPORTIONAL, FIXED = 0, 1
"""Where the two fonts lie in the collection."""


def main() -> int:
    """Make both."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    latin = {chr(code) for code in range(0x20, 0x180)}
    make(Path(sys.argv[1]), PROPORTIONAL, "QVL Pictures", latin | set(common_chinese()) | said())
    make(Path(sys.argv[1]), FIXED, "QVL Pictures Mono", latin)
    return 0


def common_chinese() -> Iterable[str]:
    """The first level of GB 2312."""
    for high in range(0xB0, 0xD8):
        for low in range(0xA1, 0xFF):
            yield from bytes((high, low)).decode("gb2312", errors="ignore")


def said() -> set[str]:
    """Every character of the program, its catalogues and its documentation."""
    places = [*(ROOT / "qvl_desktop").rglob("*.py"), *(ROOT / "resources" / "translations").glob("*.ts")]
    places += (ROOT / "docs").rglob("*.md")
    return {character for place in places for character in place.read_text(encoding="utf-8")}


def make(collection: Path, number: int, name: str, characters: set[str]) -> None:
    """One font with these characters under this name."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    font = TTFont(collection, fontNumber=number)
    options = subset.Options()
    options.hinting, options.layout_features, options.notdef_outline = False, [], True
    options.drop_tables += ["FFTM"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(font)
    file = name.replace(" ", "")
    font["name"].names = []
    for what, text in enumerate((ORIGIN, name, "Regular", f"{name} 1", name, "Version 1", file)):
        font["name"].setName(text, what, 3, 1, 0x409)
    font.save(PLACE / f"{file}.ttf")
    print(f"{file}.ttf: {len(font.getBestCmap()):,} characters, {(PLACE / f'{file}.ttf').stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
