"""What can go wrong in the model families. Messages only; what raises them decides when."""

from __future__ import annotations

from qvl_desktop.core.errors import QvlError


class ModelError(QvlError):
    """Root of the errors of the torch side that concern a model or its files."""


class ConfigurationError(ModelError):
    """A model's configuration contradicts itself."""


class PictureCountError(ModelError):
    """The pictures handed over and the places for them in the tokens do not match."""


class PictureSpanError(ModelError):
    """The place of a picture in the tokens has the wrong number of slots."""


class VisualTowerMissingError(ModelError):
    """Pixels were handed to a model that was loaded without its visual tower."""


class ModelLoadError(ModelError):
    """A model folder cannot be loaded: missing or unexpected tensors, an unknown family, a missing file."""


class WeightFileError(ModelLoadError):
    """A file of weights is cut short, is not what its name says, or wants to run code."""


class ModelWriteError(ModelError):
    """A model folder cannot be written: something is there already, no space, no permission."""


class QuantizationError(ModelError):
    """A precision that this model or machine does not offer."""
