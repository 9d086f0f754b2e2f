"""Reading pictures: upright, bounded, with errors that name the file.

Owns decoding with Pillow for every part that needs pixels or a size, and the limits on what is decoded. EXIF
orientation is applied here, once. Does not own resizing for a model or drawing on a canvas.
"""

from __future__ import annotations

import struct
import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from qvl_desktop.core.amounts import MB
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

MAX_PIXELS = 120_000_000
"""Pictures with more pixels are refused before they are decoded (120 megapixels are 360 MB as RGB)."""

MAX_BYTES = 512 * MB
"""Larger files are refused unread."""

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm"})
"""The endings that count as pictures when a folder is indexed."""

_DAMAGED = QT_TRANSLATE_NOOP("errors", "{path}: the picture is damaged or cut off ({reason}).")
_DECODING_ERRORS = (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error)
_ORIENTATION = 0x0112
_TRANSPOSED = {5, 6, 7, 8}
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_METADATA = {b"eXIf", b"tEXt", b"zTXt", b"iTXt"}


def picture_size(source: Path | bytes, *, name: str = "") -> tuple[int, int]:
    """Width and height of the upright picture, in pixels, from its header alone. Raises `PictureError`.

    `source` and `name` as in `open_upright`. Pixels are decoded only for the rare PNG whose orientation may stand
    behind them.
    """
    name = name or (str(source) if isinstance(source, Path) else "picture")
    with _open(source, name) as image:
        try:
            width, height = image.size
            return (height, width) if _orientation(image, source) in _TRANSPOSED else (width, height)
        except _DECODING_ERRORS as error:
            raise PictureError(_DAMAGED, path=name, reason=error) from error


def picture_orientation(path: Path) -> int:
    """The EXIF orientation of a picture, 1 (upright as it lies) to 8. Raises `PictureError`."""
    with _open(path, str(path)) as image:
        try:
            value = _orientation(image, path)
        except _DECODING_ERRORS as error:
            raise PictureError(_DAMAGED, path=path, reason=error) from error
    return value if value is not None and 1 <= value <= 8 else 1


def open_upright(source: Path | bytes, *, name: str = "", at_least: tuple[int, int] | None = None) -> Image.Image:
    """The decoded picture, EXIF orientation applied, in its own mode. Raises `PictureError`.

    `source` is a file or the bytes of one; `name` is what errors call it (the path by default). With `at_least`
    (width, height in pixels, before turning) a JPEG may be decoded smaller, though not below that: for thumbnails.
    """
    name = name or (str(source) if isinstance(source, Path) else "picture")
    with _open(source, name) as image:
        try:
            if at_least is not None:
                image.draft(None, at_least)
            image.load()
            return ImageOps.exif_transpose(image)
        except _DECODING_ERRORS as error:
            raise PictureError(_DAMAGED, path=name, reason=error) from error


def to_rgb(image: Image.Image) -> Image.Image:
    """The picture as 8-bit RGB by Pillow's own rules, the way the original code shows it to the model."""
    return image if image.mode == "RGB" else image.convert("RGB")


def _open(source: Path | bytes, name: str) -> Image.Image:
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size == 0:
            raise PictureError(QT_TRANSLATE_NOOP("errors", "{path}: the file is empty."), path=name)
        if size > MAX_BYTES:
            raise PictureError(
                QT_TRANSLATE_NOOP("errors", "{path}: {megabytes} MB is more than a picture may have ({limit} MB)."),
                path=name,
                megabytes=size // MB,
                limit=MAX_BYTES // MB,
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(source) if isinstance(source, bytes) else source)
    except Image.DecompressionBombError as error:
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the picture has more than {limit} megapixels, the limit."),
            path=name,
            limit=MAX_PIXELS // 10**6,
        ) from error
    except (UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: this is not a picture that can be read."), path=name
        ) from error
    except OSError as error:
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."),
            path=name,
            reason=error.strerror or error,
        ) from error
    _check_size(image, name)
    return image


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width <= 0 or height <= 0:
        image.close()
        raise PictureError(QT_TRANSLATE_NOOP("errors", "{path}: the picture has no pixels."), path=name)
    if width * height > MAX_PIXELS:
        image.close()
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: {megapixels} megapixels are more than the limit of {limit}."),
            path=name,
            megapixels=width * height // 10**6,
            limit=MAX_PIXELS // 10**6,
        )


def _orientation(image: Image.Image, source: Path | bytes) -> int | None:
    """The EXIF orientation. Pillow decodes every PNG that begins without one, in case it stands behind the pixels."""
    if image.format == "PNG" and "exif" not in image.info and not _has_late_metadata(source):
        exif = Image.Image.getexif(image)
    else:
        exif = image.getexif()
    value: int | None = exif.get(_ORIENTATION)
    return value


def _has_late_metadata(source: Path | bytes) -> bool:
    """Whether a PNG file holds text or EXIF chunks behind its first pixels."""
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        file.seek(len(_PNG_SIGNATURE))
        in_pixels = False
        while len(head := file.read(8)) == 8:
            length, kind = struct.unpack(">I4s", head)
            if in_pixels and kind in _PNG_METADATA:
                return True
            in_pixels |= kind == b"IDAT"
            file.seek(length + 4, 1)
    return False
