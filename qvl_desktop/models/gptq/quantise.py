"""A dense model folder made into a GPTQ folder, in the layout that AutoGPTQ writes and every GPTQ loader reads.

The decoder's linear layers are quantised; embeddings, head, norms and the visual tower stay as they are, in their
dtype. Without samples each weight is rounded to the nearest, tensor by tensor as the files are read; with samples the
model is loaded once and GPTQ runs block by block. Owns the order of the work; arithmetic is in ``rounding`` and
``calibration``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.checkpoint import Checkpoint
from qvl_desktop.models.errors import QuantizationError
from qvl_desktop.models.gptq.calibration import Tensors, calibrate
from qvl_desktop.models.gptq.rounding import round_to_nearest
from qvl_desktop.models.gptq.settings import QUANTIZE_CONFIG, GPTQSettings
from qvl_desktop.models.loading import choose_device, is_quantised, load_model, read_family, skeleton
from qvl_desktop.models.weight_writer import ModelFolderWriter

DECODER = "transformer.h."
Progress = Callable[[int, int], None]


def quantise_folder(
    folder: Path,
    target: Path,
    settings: GPTQSettings,
    samples: Sequence[dict[str, torch.Tensor]] | None = None,
    *,
    device: str = "auto",
    progress: Progress | None = None,
) -> None:
    """Write the GPTQ version of a dense model folder.

    Args:
        target: a folder that does not exist yet, or is empty.
        samples: inputs of the model to calibrate with (see ``calibration.calibrate``); None rounds to the nearest.
        device: where the arithmetic is done; the model itself is held on the host.
        progress: told (done, all): blocks when calibrating, else layers.

    Raises QuantizationError (quantised already, sizes that do not pack), ModelLoadError, WeightFileError,
    ModelWriteError.
    """
    if is_quantised(folder):
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "{folder}: this model is quantised already. Start from the dense one."),
            folder=folder,
        )
    config, _ = read_family(folder)
    model: Any = skeleton(folder)
    layers = decoder_layers(model)
    where = choose_device(device)
    checkpoint = Checkpoint.open(folder)
    if not config.get("tie_word_embeddings"):
        checkpoint.check({name: value.shape for name, value in model.state_dict().items()})
    with ModelFolderWriter(target) as writer:
        writer.copy_beside_weights(folder)
        if samples is None:
            tensors = nearest(checkpoint.read(), layers, settings, where, progress)
        else:
            model = load_model(folder, device="cpu")
            solved = calibrate(model, samples, settings, device=where, progress=progress)
            tensors = replaced(checkpoint.read(), solved, layers)
        writer.add_all(tensors)
        write_settings(writer, config, settings)


def write_settings(writer: ModelFolderWriter, config: dict[str, Any], settings: GPTQSettings) -> None:
    """``config.json`` with its ``quantization_config``, and AutoGPTQ's ``quantize_config.json``."""
    stored = settings.to_dict()
    writer.write_json("config.json", config | {"quantization_config": stored})
    writer.write_json(QUANTIZE_CONFIG, stored | {"model_name_or_path": None, "model_file_base_name": "model"})


def decoder_layers(model: nn.Module) -> dict[str, bool]:
    """Paths of the linear layers in the decoder's blocks, and whether each has a bias."""
    return {
        name: getattr(module, "bias", None) is not None
        for name, module in model.named_modules()
        if name.startswith(DECODER) and isinstance(module, nn.Linear)
    }


def nearest(
    tensors: Iterable[tuple[str, torch.Tensor]],
    layers: dict[str, bool],
    settings: GPTQSettings,
    device: torch.device,
    progress: Progress | None = None,
) -> Iterator[tuple[str, torch.Tensor]]:
    """Dense tensors by name, those of ``layers`` rounded to the nearest, one at a time."""
    done = 0
    for name, value in tensors:
        path = name.removesuffix(".weight")
        if path not in layers or path == name:
            yield name, value
            continue
        try:
            rounded = round_to_nearest(value.to(device), settings).tensors(settings)
        except QuantizationError as error:
            raise QuantizationError(
                QT_TRANSLATE_NOOP("errors", "{layer}: {reason}"), layer=path, reason=error
            ) from error
        yield from _layer(path, rounded, layers[path])
        done += 1
        if progress is not None:
            progress(done, len(layers))


def replaced(
    tensors: Iterable[tuple[str, torch.Tensor]], solved: dict[str, Tensors], layers: dict[str, bool]
) -> Iterator[tuple[str, torch.Tensor]]:
    """Dense tensors by name, the weights of solved layers replaced by their integers."""
    for name, value in tensors:
        path = name.removesuffix(".weight")
        if path == name or path not in solved:
            yield name, value
        else:
            yield from _layer(path, solved[path], layers[path])


def _layer(path: str, tensors: Tensors, has_bias: bool) -> Iterator[tuple[str, torch.Tensor]]:
    for kind, value in tensors.items():
        yield f"{path}.{kind}", value
    if not has_bias:  # AutoGPTQ's layers always have one, and its readers expect it
        yield f"{path}.bias", torch.zeros(tensors["qweight"].shape[1], dtype=torch.float16)
