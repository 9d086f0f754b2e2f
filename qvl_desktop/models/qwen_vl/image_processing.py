"""From a picture to the pixels the visual tower reads.

Owns the steps of first-generation Qwen-VL: upright, RGB, squashed to a square by Pillow's bicubic filter, divided by
255, then CLIP's mean and standard deviation. Does not own decoding limits and EXIF (`core.pictures`) or the tower.

Differs from the original in one point: EXIF orientation is applied (once, as everywhere in the product), so a rotated
photo reaches the model as a person sees it. Modes other than RGB go through Pillow's own conversion, as in the
original: alpha is dropped, 16-bit grey is cut at 255.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from transformers.feature_extraction_utils import BatchFeature
from transformers.image_processing_utils import BaseImageProcessor

from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import open_upright, to_rgb
from qvl_desktop.models.errors import ConfigurationError
from qvl_desktop.models.json_files import check_json, read_json

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
DEFAULT_IMAGE_SIZE = 448

MAX_IMAGE_SIZE = 2**14
COLOUR_AXES = 3
CHANNELS = (1, 3, 4)

Pixels = npt.NDArray[np.float32]
PictureSource = Image.Image | Path | str | bytes
"""A decoded picture, a file, or the bytes of a file. The processor also takes arrays and tensors of pixels."""


class PictureKindError(PictureError, TypeError):
    """Something was handed over as a picture that is none."""

    __str__ = PictureError.__str__


class QwenVLImageProcessor(BaseImageProcessor):
    """Pictures -> `pixel_values`, float32 (pictures, 3, image_size, image_size), channels R, G, B.

    `preprocessor_config.json` holds its numbers; official checkpoints have none, then `image_size` comes from
    `config.json` (`visual.image_size`).
    """

    model_input_names = ["pixel_values"]

    def __init__(
        self,
        image_size: int = DEFAULT_IMAGE_SIZE,
        image_mean: Sequence[float] = CLIP_MEAN,
        image_std: Sequence[float] = CLIP_STD,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("image_processor_type", None)
        super().__init__(**kwargs)
        self.image_size = _checked_size(image_size)
        self.image_mean = _checked_colours("image_mean", image_mean)
        self.image_std = _checked_colours("image_std", image_std)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | Path, **kwargs: Any) -> QwenVLImageProcessor:
        """The processor of a model folder, with or without `preprocessor_config.json`."""
        folder = Path(pretrained_model_name_or_path)
        check_json(folder, "preprocessor_config.json", "processor_config.json")
        if folder.is_dir() and not (folder / "preprocessor_config.json").is_file():
            return cls(image_size=read_visual_config(folder).get("image_size", DEFAULT_IMAGE_SIZE), **kwargs)
        processor: QwenVLImageProcessor = super().from_pretrained(pretrained_model_name_or_path, **kwargs)
        return processor

    def resize(self, picture: PictureSource) -> Image.Image:
        """The picture as the tower sees it: upright RGB, `image_size` pixels square, before any arithmetic."""
        side = (self.image_size, self.image_size)
        return to_rgb(_upright(picture)).resize(side, Image.Resampling.BICUBIC)

    def pixels(self, picture: PictureSource) -> Pixels:
        """One picture as float32 (3, image_size, image_size). Raises `PictureError` for a file that is no picture."""
        values = np.asarray(self.resize(picture), dtype=np.float32).transpose(2, 0, 1)
        mean = np.asarray(self.image_mean, dtype=np.float32)[:, None, None]
        std = np.asarray(self.image_std, dtype=np.float32)[:, None, None]
        return np.ascontiguousarray((values / np.float32(255) - mean) / std)

    def preprocess(
        self, images: PictureSource | Sequence[PictureSource], return_tensors: str | None = None, **kwargs: Any
    ) -> BatchFeature:
        """`pixel_values` of one or several pictures, in order. `return_tensors` is "pt", "np" or None (arrays)."""
        pictures: list[Any] = [images] if is_picture(images) else list(_several(images))
        stacked = [self.pixels(picture) for picture in pictures]
        if return_tensors is None:
            return BatchFeature({"pixel_values": stacked})
        empty = np.zeros((0, 3, self.image_size, self.image_size), dtype=np.float32)
        return BatchFeature({"pixel_values": np.stack(stacked) if stacked else empty}, tensor_type=return_tensors)

    __call__ = preprocess


def _checked_size(side: Any) -> int:
    if type(side) is not int or not 0 < side <= MAX_IMAGE_SIZE:
        raise ConfigurationError(
            QT_TRANSLATE_NOOP("errors", "image_size is {side}; it must be a whole number between 1 and {bound}."),
            side=side,
            bound=MAX_IMAGE_SIZE,
        )
    return side


def _checked_colours(field: str, values: Any) -> list[float]:
    """Three finite numbers, for red, green and blue; none of a deviation is zero."""
    try:
        numbers = [float(value) for value in values]
        good = len(numbers) == COLOUR_AXES and all(map(math.isfinite, numbers))
        good = good and (field != "image_std" or all(numbers))
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ConfigurationError(
            QT_TRANSLATE_NOOP("errors", "{field} is {value}; it must be three numbers."), field=field, value=values
        )
    return numbers


def is_picture(source: object) -> bool:
    """Whether something is one picture rather than several: an array has at most three dimensions."""
    return isinstance(source, PictureSource) or (_is_array(source) and len(source.shape) <= COLOUR_AXES)


def _is_array(source: object) -> TypeGuard[Any]:
    return isinstance(source, np.ndarray) or (hasattr(source, "numpy") and hasattr(source, "shape"))


def _several(images: object) -> Iterable[Any]:
    if isinstance(images, Iterable):
        return images
    raise no_picture(images)


def no_picture(source: object) -> PictureKindError:
    """The error for something that cannot be a picture."""
    return PictureKindError(
        QT_TRANSLATE_NOOP("errors", "{kind} is no picture: give a file, its bytes, a Pillow picture or its pixels."),
        kind=type(source).__name__,
    )


def _upright(picture: Any) -> Image.Image:
    if isinstance(picture, Image.Image):
        return ImageOps.exif_transpose(picture)
    if isinstance(picture, str) and picture.startswith(("http://", "https://")):
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{url}: nothing is fetched from the network. Download the picture first."),
            url=picture,
        )
    if isinstance(picture, bytes | str | Path):
        return open_upright(picture if isinstance(picture, bytes) else Path(picture))
    if not _is_array(picture):
        raise no_picture(picture)
    return _from_pixels(picture)


def _from_pixels(values: Any) -> Image.Image:
    """Pixels as `transformers` takes them: uint8 or floats in [0, 1], (height, width) with channels last or first."""
    pixels = np.asarray(values)
    if pixels.ndim == COLOUR_AXES and pixels.shape[-1] not in CHANNELS and pixels.shape[0] in CHANNELS:
        pixels = pixels.transpose(1, 2, 0)
    if pixels.ndim == COLOUR_AXES and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    good = pixels.size and (pixels.ndim == 2 or (pixels.ndim == COLOUR_AXES and pixels.shape[-1] in CHANNELS))
    if np.issubdtype(pixels.dtype, np.floating):
        good = good and bool(((pixels >= 0) & (pixels <= 1)).all())
        pixels = (pixels * 255).round() if good else pixels
    if not good or not (pixels.dtype == np.uint8 or np.issubdtype(pixels.dtype, np.floating)):
        raise PictureKindError(
            QT_TRANSLATE_NOOP(
                "errors",
                "Pixels are uint8, or floats from 0 to 1, in one, three or four channels; these are {kind} {shape}.",
            ),
            kind=pixels.dtype,
            shape=pixels.shape,
        )
    return Image.fromarray(pixels.astype(np.uint8))


def read_visual_config(folder: Path) -> dict[str, Any]:
    """The `visual` part of a model folder's `config.json`; empty when there is none."""
    visual = read_json(folder / "config.json").get("visual")
    return visual if isinstance(visual, dict) else {}
