"""Makes the pictures of the documentation small: they are shipped with the program, which shows them in its help.

    python packaging/small_pictures.py [docs/images]

A window has few colours; with the 256 that suit it best a picture takes a third of the room and looks the same.
Pictures that are small already are left alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
COLOURS = 256


def make_small(folder: Path) -> tuple[int, int]:
    """Rewrite the pictures of a folder; how many bytes they took and take."""
    before = after = 0
    for path in sorted(folder.glob("*.png")):
        before += path.stat().st_size
        with Image.open(path) as picture:
            whole = None if picture.mode == "P" else picture.convert("RGB")
        if whole is not None:
            whole.quantize(COLOURS, method=Image.Quantize.MEDIANCUT).save(path, optimize=True)
        after += path.stat().st_size
    return before, after


def main() -> int:
    """Rewrite them and say what it saved."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs" / "images")
    before, after = make_small(parser.parse_args().folder)
    print(f"{before / 1e6:.1f} MB before, {after / 1e6:.1f} MB now")
    return 0


if __name__ == "__main__":
    sys.exit(main())
