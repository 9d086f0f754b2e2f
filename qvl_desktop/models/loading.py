"""From a folder on this machine to a model or a processor ready for use.

Owns the order of things and the checks that a checkpoint is whole. In what and where it computes is for `precision` to
choose, what a family computes is its own business, which there are is `registry`'s; downloading is elsewhere.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Any, cast

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.checkpoint import Checkpoint, named
from qvl_desktop.models.errors import ModelLoadError, QuantizationError
from qvl_desktop.models.families.base import Family
from qvl_desktop.models.families.towerless import OF_THE_TOWER, settings_without_tower, take_tower_out
from qvl_desktop.models.gptq.checkpoint import replace_layers
from qvl_desktop.models.gptq.kernels import use_kernel
from qvl_desktop.models.gptq.settings import is_gptq, read_settings
from qvl_desktop.models.json_files import read_json
from qvl_desktop.models.materialize import Placement, fill, give_back_memory, giving_back_memory
from qvl_desktop.models.names import resolve_model as resolve_model
from qvl_desktop.models.placement import RESERVED_SHARE, Part, cards, host_paths, spread
from qvl_desktop.models.precision import DENSE_DTYPES as DENSE_DTYPES
from qvl_desktop.models.precision import PRECISIONS as PRECISIONS
from qvl_desktop.models.precision import cards_for, stored_method
from qvl_desktop.models.precision import choose_device as choose_device
from qvl_desktop.models.precision import choose_precision as choose_precision
from qvl_desktop.models.quantization import insert_layers, prepare_quantized, stored_bytes
from qvl_desktop.models.registry import BY_MODEL_TYPE
from qvl_desktop.models.sizes import check_sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from transformers import PreTrainedModel

LOAD_FAILURES = (OSError, ValueError, RuntimeError, SafetensorError)
BAD_SETTINGS = (TypeError, AttributeError, LookupError, ArithmeticError, StrictDataclassError, *LOAD_FAILURES)
GENERATION_CONFIG = "generation_config.json"
SHARD_INDEX = "model.safetensors.index.json"
_log = logging.getLogger(__name__)


def load_model(
    folder: Path,
    *,
    precision: str = "auto",
    device: str = "auto",
    adapter: Path | None = None,
    visual: bool = True,
    dtype: torch.dtype | None = None,
    kernel: str = "auto",
    on_host: Sequence[Part] = (),
    tell: Callable[[str], None] = _log.info,
    watch: Callable[[float], None] | None = None,
) -> PreTrainedModel:
    """Load a model in evaluation mode.

    Args:
        folder: a checkpoint folder in the official layout: ``config.json`` and safetensors or ``.bin`` weights, in one
            file or sharded. GPTQ folders (Int4) are recognised by themselves.
        precision: one of PRECISIONS. "auto": on a GPU bf16, or fp16 on cards before Ampere; on a CPU fp32, or bf16 for
            checkpoints over 2 GiB. For a GPTQ folder: what its dense tensors and the computation use.
        device: a torch device; "auto" for the first GPU if there is one, or all of them when the model does not fit
            on it; "all" to spread it over every GPU.
        adapter: a PEFT adapter folder to put on top; the result is then a ``PeftModel``.
        visual: false leaves the visual tower out; pictures then come as image_features (first generation) or
            mm_encoder_outputs.
        dtype: of the dense tensors and the computation of a quantised model; by default what "auto" would choose.
        kernel: how GPTQ layers multiply, one of ``gptq.kernels.KERNELS``. Training needs "native".
        on_host: parts of a first-generation model that go to the host's memory and never to the card, "table" and
            "tower" (``engine.host_parts``); the model is then not spread over several cards.
        tell: gets a sentence about the precision that was chosen, and why.
        watch: hears which share of a first-generation model's weights is read, 0 to 1.

    Raises:
        ModelLoadError: no or broken config, an unknown family, tensors missing, unexpected or of another shape.
        WeightFileError: a file is cut short or wants to run code.
        ConfigurationError: sizes that are absurd or do not fit each other.
        QuantizationError: an unknown precision or kernel, or one the checkpoint does not allow.
    """
    config, family = read_family(folder)
    check_sizes(config, folder / "config.json")
    where = choose_device("auto" if device == "all" else device)
    stored_method(folder, config, precision)
    _check_on_host(folder, family, device, on_host)
    checkpoint = Checkpoint.open(folder)
    used = cards_for(checkpoint.nbytes, str(where) if on_host else device, where)
    dtype, quantization = choose_precision(folder, config, family, precision, where, dtype, used=used, tell=tell)
    read_generation_config(folder)
    if not family.native:
        check_later(folder, family.model_class(config["model_type"]), checkpoint, config)
        devices: Any = {"": where} if len(used) < 2 else "balanced"
        model = _load_later(folder, config, family, dtype, quantization, devices, visual=visual, kernel=kernel)
        return load_adapter(model, adapter).eval() if adapter is not None else model.eval()
    visual = visual and config.get("visual_tower", True)  # a model saved without its tower has none
    model = skeleton(folder, visual=visual)
    gptq = is_gptq(config, folder)
    if gptq:
        replace_layers(model, checkpoint, read_settings(folder, config))
    ignored = None if visual else _is_visual
    if gptq or config.get("quantization_config") is None:
        model = _load_native(model, checkpoint, dtype, quantization, device, where, ignored, on_host, watch)
    else:  # layers that bitsandbytes has written, with tensors of its own beside the weights
        cls = family.model_class(config["model_type"])
        options = {} if visual else {"visual_tower": False}
        model = _load_by_transformers(folder, cls, dtype, None, {"": where}, **options)
    prepare_quantized(model)
    if gptq:
        use_kernel(model, kernel, dtype)
    if adapter is not None:
        model = load_adapter(model, adapter)
    return model.eval()


def skeleton(folder: Path, *, visual: bool = True) -> PreTrainedModel:
    """The native model of a folder on the meta device, without a byte of weights. Raises as `load_model`."""
    config, family = read_family(folder)
    if not family.native:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{folder}: {family} models can be asked, trained and merged here, but not quantised. Take a "
                "first-generation Qwen-VL.",
            ),
            folder=folder,
            family=family.name,
        )
    check_sizes(config, folder / "config.json")
    cls = family.model_class(config["model_type"])
    try:
        settings = cls.config_class.from_pretrained(folder, local_files_only=True, visual_tower=visual)
        settings._name_or_path = str(folder)
        with torch.device("meta"):
            model = cls(settings)
    except BAD_SETTINGS as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: config.json makes no model: {reason}"), folder=folder, reason=error
        ) from error
    return cast("PreTrainedModel", model)


def _load_native(
    model: PreTrainedModel,
    checkpoint: Checkpoint,
    dtype: torch.dtype,
    quantization: Any,
    device: str,
    where: torch.device,
    ignored: Callable[[str], bool] | None,
    on_host: Sequence[Part] = (),
    watch: Callable[[float], None] | None = None,
) -> PreTrainedModel:
    """Fill a native model on the meta device, tensor by tensor, on the devices where its parts are to live."""
    quantizer = insert_layers(model, quantization, {"": where}) if quantization is not None else None
    may_spread = device == "auto" and not on_host
    devices = place(model, dtype, where, spread_over_all=device == "all", may_spread=may_spread)
    away = dict.fromkeys(host_paths(on_host, tied=model.config.tie_word_embeddings), torch.device("cpu"))
    fill(model, checkpoint, dtype=dtype, placement=Placement({**devices, **away}), ignored=ignored, watch=watch)
    _complete(model, checkpoint.folder, dtype, devices)
    if quantizer is not None:
        quantizer.postprocess_model(model)
    return model


def _check_on_host(folder: Path, family: Family, device: str, on_host: Sequence[Part]) -> None:
    """Raise ModelLoadError for a model whose parts cannot stay on the host."""
    if on_host and not family.native:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: only parts of first-generation Qwen-VL can stay on the host."),
            folder=folder,
        )
    if on_host and device == "all":
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors", "{folder}: parts stay on the host of a model on one card. Choose that card: --device cuda:0."
            ),
            folder=folder,
        )


def _complete(model: PreTrainedModel, folder: Path, dtype: torch.dtype, devices: dict[str, torch.device]) -> None:
    """What ``from_pretrained`` sets beside the tensors: dtype, generation settings, hooks between devices."""
    model.config.dtype = dtype
    model.generation_config = read_generation_config(folder) or model.generation_config
    if len(set(devices.values())) > 1:
        from accelerate import dispatch_model

        dispatch_model(model, devices, skip_keys=model._skip_keys_device_placement)


def read_generation_config(folder: Path) -> Any:
    """The generation settings of a folder, a `GenerationConfig`; None where it has none. Raises ModelLoadError."""
    from transformers import GenerationConfig

    path = folder / GENERATION_CONFIG
    if not (raw := read_json(path)):
        return None
    try:
        return GenerationConfig.from_dict(raw)
    except BAD_SETTINGS as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{path}: the settings for answers cannot be read: {reason}"),
            path=path,
            reason=error,
        ) from error


def check_later(folder: Path, cls: Any, checkpoint: Checkpoint, config: dict[str, Any]) -> None:
    """Raise ModelLoadError when a later family's configuration speaks of another amount of weights than there is.

    Names cannot be compared here: `transformers` renames, splits and joins tensors while it loads. Without a look at
    the amount it would make up weights that are missing, in as much memory as the configuration says.
    """
    try:
        settings = cls.config_class.from_pretrained(folder, local_files_only=True)
        with torch.device("meta"):
            model = cls(settings)
    except BAD_SETTINGS as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: config.json makes no model: {reason}"), folder=folder, reason=error
        ) from error
    index = folder / SHARD_INDEX
    if index.is_file() and not isinstance(read_json(index).get("metadata"), dict):
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors", '{path}: "metadata" is missing, without which transformers reads no shards. Add {entry}.'
            ),
            path=index,
            entry='"metadata": {}',
        )
    if config.get("quantization_config"):
        return  # packed: the numbers do not compare
    described = sum(value.numel() for value in model.parameters())
    held = sum(math.prod(tensor.shape) for tensor in checkpoint.tensors.values())
    spare = model.get_input_embeddings().weight.numel() + described // 50  # a head that is tied, or is not
    if abs(described - held) > spare:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{folder}: config.json describes {described} million parameters, but the weights hold {held} million. "
                "Download the model again, or check config.json.",
            ),
            folder=folder,
            described=f"{described / 1e6:.1f}",
            held=f"{held / 1e6:.1f}",
        )


def _load_later(
    folder: Path,
    config: dict[str, Any],
    family: Family,
    dtype: torch.dtype,
    quantization: Any,
    devices: Any,
    *,
    visual: bool,
    kernel: str,
) -> PreTrainedModel:
    """Load a family that `transformers` has the classes of; its own names for renamed tensors count."""
    if kernel not in ("auto", "native"):
        raise QuantizationError(
            QT_TRANSLATE_NOOP("errors", "{folder}: kernel {kernel} is for GPTQ layers, which {family} models lack."),
            folder=folder,
            kernel=kernel,
            family=family.name,
        )
    if is_gptq(config, folder):
        raise QuantizationError(
            QT_TRANSLATE_NOOP(
                "errors", "{folder}: GPTQ checkpoints of {family} cannot be read. Take the full model, as nf4 or int8."
            ),
            folder=folder,
            family=family.name,
        )
    cls, options = family.model_class(config["model_type"]), {}
    if not visual:
        settings = cls.config_class.from_pretrained(folder, local_files_only=True)
        options["config"] = settings_without_tower(settings)
    model = _load_by_transformers(folder, cls, dtype, quantization, devices, **options)
    if not visual:
        take_tower_out(model)
        give_back_memory()
    prepare_quantized(model)
    return model


def _load_by_transformers(
    folder: Path, cls: Any, dtype: torch.dtype, quantization: Any, devices: Any, **options: Any
) -> PreTrainedModel:
    """Load with `from_pretrained`: later families, and bitsandbytes' layers, which quantise on arrival."""
    if quantization is not None:
        options["quantization_config"] = quantization
    try:
        with giving_back_memory():
            model, report = cls.from_pretrained(
                folder,
                dtype=dtype,
                device_map=devices,
                output_loading_info=True,
                ignore_mismatched_sizes=True,  # reported below, all at once and by name
                local_files_only=True,
                **options,
            )
    except BAD_SETTINGS as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: the model cannot be loaded: {reason}"), folder=folder, reason=error
        ) from error
    if "config" in options:  # of a model without its tower, whose tensors are left where they are
        names = report["unexpected_keys"]
        report["unexpected_keys"] = [name for name in names if not OF_THE_TOWER.search(name)]
    check_report(folder, report)
    return cast("PreTrainedModel", model)


def place(
    model: PreTrainedModel, dtype: torch.dtype, where: torch.device, *, spread_over_all: bool, may_spread: bool
) -> dict[str, torch.device]:
    """The device of each part of a model: all on ``where``, or spread over every card when it must or may be."""
    found = cards() if where.type == "cuda" else []
    parts = part_sizes(model, dtype)
    fits = len(found) < 2 or sum(parts.values()) <= found[where.index or 0].free * (1 - RESERVED_SHARE)
    if len(found) < 2 or not (spread_over_all or (may_spread and not fits)):
        return {"": where}
    return {path: torch.device("cuda", card) for path, card in spread(parts, [card.free for card in found]).items()}


def part_sizes(model: PreTrainedModel, dtype: torch.dtype) -> dict[str, int]:
    """Bytes of each part that must stay whole (a decoder block, the tower, ...), in the order they compute."""
    paths = [f"transformer.{name}" for name in ("visual", "wte", "drop", "rotary")]
    paths += [f"transformer.h.{index}" for index in range(model.config.num_hidden_layers)]
    sizes = {}
    for path in (*paths, "transformer.ln_f", "lm_head"):
        module = model.get_submodule(path) if path != "transformer.visual" or model.config.visual_tower else None
        if module is not None:
            tensors = module.state_dict(keep_vars=True).values()
            sizes[path] = sum(stored_bytes(tensor, dtype) for tensor in tensors)
    return sizes


def _is_visual(name: str) -> bool:
    return name.startswith("transformer.visual.")


def load_processor(folder: Path) -> Any:
    """Load the processor of a checkpoint folder: a `QwenVLProcessor`, or a `FamilyProcessor` for the later families."""
    _, family = read_family(folder)
    return family.load_processor(folder)


def load_adapter(model: PreTrainedModel, adapter: Path, name: str = "default") -> PreTrainedModel:
    """Put a PEFT adapter on a model, or one more on a model that has some, for inference; it becomes the active one.

    Raises ModelLoadError when the folder holds no adapter, or none that fits the model.
    """
    from peft import PeftConfig, PeftModel

    from qvl_desktop.models.gptq.peft import with_gptq_layers

    if not (adapter / "adapter_config.json").is_file():
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: not an adapter folder: it has no adapter_config.json."),
            folder=adapter,
        )
    try:
        config = with_gptq_layers(PeftConfig.from_pretrained(str(adapter)))
        config.inference_mode = True
        if isinstance(model, PeftModel):
            model.add_adapter(name, config)  # load_adapter would read a config of its own, and not know GPTQ layers
            model.load_adapter(str(adapter), adapter_name=name, torch_device=str(model.device))
            model.set_adapter(name)
        else:
            model = PeftModel.from_pretrained(model, str(adapter), adapter_name=name, config=config)
        return cast("PreTrainedModel", model.eval())
    except (KeyError, TypeError, *LOAD_FAILURES) as error:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: the adapter does not fit this model: {reason}"),
            folder=adapter,
            reason=error,
        ) from error


def read_family(folder: Path) -> tuple[dict[str, Any], Family]:
    """The raw ``config.json`` of a model folder and the family its model_type names."""
    path = folder / "config.json"
    if not path.is_file():
        if (folder / "adapter_config.json").is_file():
            raise ModelLoadError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{folder}: this is an adapter, not a model. Name the model it belongs to, or merge both first "
                    "(qvl-desktop merge) and take what comes out.",
                ),
                folder=folder,
            )
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{folder}: not a model folder: it has no config.json."), folder=folder
        )
    config = read_json(path)
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in BY_MODEL_TYPE:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP("errors", "{path}: model_type {kind} is not known here. Known: {known}."),
            path=path,
            kind=kind,
            known=", ".join(BY_MODEL_TYPE),
        )
    return config, BY_MODEL_TYPE[kind]


def is_quantised(folder: Path) -> bool:
    """Whether the weights in a model folder are quantised already. Raises as `read_family`."""
    config, _ = read_family(folder)
    return is_gptq(config, folder) or bool(config.get("quantization_config"))


def check_report(folder: Path, report: dict[str, Any]) -> None:
    """Raise ModelLoadError naming the tensors that a checkpoint lacks, has too many, or has in another shape."""
    missing = sorted(report["missing_keys"])
    unexpected = sorted(report["unexpected_keys"])
    mismatched = sorted(entry[0] if isinstance(entry, tuple) else entry for entry in report["mismatched_keys"])
    if missing or unexpected or mismatched:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{folder}: the weights do not fit the configuration. Missing: {missing}. Unexpected: {unexpected}. "
                "Other shape: {mismatched}. Download the model again, or check config.json.",
            ),
            folder=folder,
            missing=named(missing),
            unexpected=named(unexpected),
            mismatched=named(mismatched),
        )
