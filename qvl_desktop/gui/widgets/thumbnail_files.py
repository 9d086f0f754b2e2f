"""Thumbnails on the disk: where each lies, made when first asked for, the oldest gone when there are too many.

Owns the cache folder (the user's, never beside the pictures), the names of its files and its size. Safe with several
windows and threads at once: files are written beside and moved into place, and a missing one is only made again. Does
not own who asks (`thumbnails`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QImage

from qvl_desktop.core.pictures import open_upright, to_rgb
from qvl_desktop.gui.widgets.picture_loader import to_qimage

SIDE = 160
"""Longer side of a thumbnail of a list, in pixels."""
LARGE = 320
"""Longer side of one in the gallery."""

LIMIT_BYTES = 512 * 2**20
"""What all thumbnails together may take on the disk: about 60,000 of them."""
_KEEP = 0.8
_DAY = 86_400.0


def thumbnail(file: Path, folder: Path, side: int = SIDE) -> QImage:
    """The upright picture with its longer side cut down to `side` pixels, from `folder` or made and put there.

    Raises `PictureError`. A cache that cannot be written is no reason to fail. Safe on any thread.
    """
    place = place_of(file, folder, side)
    if place is not None and not (kept := QImage(str(place))).isNull():
        _used(place)
        return kept
    image = to_rgb(open_upright(file, at_least=(side, side)))
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if place is not None:
        _keep(image, place)
    return to_qimage(image)


def place_of(file: Path, folder: Path, side: int) -> Path | None:
    """Where the thumbnail of a file lies in the cache: named by its place, time and size, so that an edited picture
    gets another. None when the file is not there."""
    try:
        facts = file.stat()
    except OSError:
        return None
    text = f"{file}\n{facts.st_mtime_ns}\n{facts.st_size}\n{side}"
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return folder / name[:2] / f"{name}.jpg"


def shrink(folder: Path, limit: int = LIMIT_BYTES) -> int:
    """Delete the thumbnails not used for longest until they take four fifths of `limit` bytes, if they take more than
    it; how many. Also what a killed process left half written for a day."""
    files: list[tuple[float, int, str]] = []
    gone = 0
    for root, _, names in os.walk(folder):
        for name in names:
            place = os.path.join(root, name)
            with contextlib.suppress(OSError):
                facts = os.stat(place)
                if name.endswith(".jpg"):
                    files.append((facts.st_mtime, facts.st_size, place))
                elif time.time() - facts.st_mtime > _DAY:
                    os.unlink(place)
    total = sum(size for _, size, _ in files)
    if total <= limit:
        return 0
    for _, size, place in sorted(files):
        if total <= limit * _KEEP:
            break
        with contextlib.suppress(OSError):
            os.unlink(place)
            gone += 1
        total -= size
    return gone


def held(folder: Path) -> int:
    """What all thumbnails take, in bytes."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.stat(os.path.join(root, name)).st_size
    return total


def _used(place: Path) -> None:
    """Note, at most once a day, that a thumbnail was wanted."""
    with contextlib.suppress(OSError):
        if time.time() - place.stat().st_mtime > _DAY:
            os.utime(place)


def _keep(image: Image.Image, place: Path) -> None:
    beside = place.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        image.save(beside, "JPEG", quality=82)
        beside.replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
