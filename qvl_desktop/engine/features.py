"""Picture features, computed once per picture and kept.

Owns the content key of a picture and a store bounded in bytes. Does not own pixels (`models`) or the disk cache of
training (`training`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path

import torch
from PIL import Image

from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

PictureSource = Path | str | bytes | Image.Image
"""A file, the bytes of a file, or a decoded picture."""

Encode = Callable[[Sequence[PictureSource]], torch.Tensor]
"""Feature rows of pictures, (pictures, n_queries, hidden)."""

KEPT_BYTES = 256 * 2**20
ENCODED_AT_ONCE = 8


def content_key(picture: PictureSource) -> str:
    """A key that two pictures share when their content does. Raises `PictureError` for an unreadable file."""
    if isinstance(picture, Image.Image):
        head = f"{picture.mode}{picture.size}{picture.getexif().get(0x0112, 1)}".encode()
        return blake2b(head + picture.tobytes(), digest_size=16).hexdigest()
    if isinstance(picture, bytes):
        return blake2b(picture, digest_size=16).hexdigest()
    digest = blake2b(digest_size=16)
    try:
        with Path(picture).open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
    except OSError as error:
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the file cannot be read ({reason})."),
            path=picture,
            reason=error.strerror or error,
        ) from error
    return digest.hexdigest()


class FeatureStore:
    """Features by content key; the least recently used go first when `limit` bytes are exceeded."""

    def __init__(self, encode: Encode, limit: int = KEPT_BYTES) -> None:
        self._encode = encode
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str], torch.Tensor] = OrderedDict()
        self._bytes = 0
        self.encoded = 0
        """Pictures that went through the tower so far."""

    def get(self, pictures: Sequence[PictureSource], keys: Sequence[str], variant: str = "") -> list[torch.Tensor]:
        """Features (n_queries, hidden) of each picture. `variant` names what changes the tower (an adapter on it)."""
        wanted = {key: picture for key, picture in zip(keys, pictures, strict=True)}
        found = {key: self._kept[key, variant] for key in wanted if (key, variant) in self._kept}
        missing = [key for key in wanted if key not in found]
        for start in range(0, len(missing), ENCODED_AT_ONCE):
            some = missing[start : start + ENCODED_AT_ONCE]
            for key, rows in zip(some, self._encode([wanted[key] for key in some]), strict=True):
                found[key] = rows.clone()
                self._keep((key, variant), found[key])
            self.encoded += len(some)
        for key in found:
            if (key, variant) in self._kept:
                self._kept.move_to_end((key, variant))
        return [found[key] for key in keys]

    def holds(self, key: str) -> bool:
        """Whether a picture was seen, by whichever tower; may be asked from any thread."""
        return any(kept == key for kept, _ in list(self._kept))

    def forget(self) -> None:
        """Drop everything: the weights of the tower have changed, or the memory is wanted."""
        self._kept.clear()
        self._bytes = 0

    def _keep(self, key: tuple[str, str], rows: torch.Tensor) -> None:
        self._kept[key] = rows
        self._bytes += rows.nbytes
        while self._bytes > self._limit and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.nbytes
