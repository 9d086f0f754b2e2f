"""The full-size model on this machine's GPU: memory, time to the first token, and the rate of 2048 tokens.

Builds Qwen-VL-Chat's architecture with random weights on the card (nothing is downloaded) in BF16, NF4 and Int4, asks
about one picture and generates 2048 tokens one by one. The figures stand beside those that Qwen-VL's authors published
for an A100-SXM4-80G (BF16 22.60 GB and 28.87 tokens/s, Int4 11.82 GB and 37.79 tokens/s) and beside the limit that the
memory bandwidth, measured on the same card in the same run, sets to reading every weight once a token. A gigabyte is
10**9 bytes.

Run: `python benchmarks/full_size.py [--precision bf16 nf4 int4] [--kernel native] [--tokens 2048] [--save]`.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
from torch import nn

from benchmarks.report import Row, show
from qvl_desktop.engine.static_decoding import StaticDecoder
from qvl_desktop.models.gptq.kernels import KERNELS, use_kernel
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.settings import GPTQSettings
from qvl_desktop.models.placement import cards, native_precision
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl.visual import VisualTower

GB = 10**9
PUBLISHED = {"bf16": (22.60, 28.87), "int4": (11.82, 37.79)}
"""Gigabytes and tokens a second, by precision."""
AIMS = {"bf16": 20.5, "int4": 8.0}
TEXT_TOKENS = 40
PROBE_BYTES = 4 * 2**30
SPREAD = 0.02
MIDDLE = 0x77777777
"""Eight zero points of 8, as AutoGPTQ stores them."""


@dataclass(frozen=True)
class Figures:
    """What one precision gave. `weight_bytes` are read for each token; `peak_bytes` is 0 where it is not measured."""

    precision: str
    kernel: str
    peak_bytes: int
    weight_bytes: int
    cache_bytes: int
    first_seconds: float
    rate: float
    compile_seconds: float

    def limit(self, bandwidth: float) -> float:
        """Tokens a second if nothing but reading the weights and half the final cache took time."""
        return bandwidth / (self.weight_bytes + self.cache_bytes / 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--precision", nargs="+", choices=("bf16", "nf4", "int4"), default=["bf16", "nf4", "int4"])
    parser.add_argument("--kernel", choices=KERNELS, default="native", help="of the Int4 layers [native]")
    parser.add_argument("--tokens", type=int, default=2048, metavar="N", help="tokens to generate [2048]")
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/full_size.md")
    arguments = parser.parse_args()
    found = cards()
    if not found:
        print("There is no CUDA card on this machine: nothing was measured. Run this script where there is one.")
        return 0
    card, device = found[0], torch.device("cuda", 0)
    choice = native_precision([card], 10 * GB)
    print(f"{card.name}, {card.free / GB:.1f} GB free; dense tensors in {choice.reason}", file=sys.stderr)
    bandwidth = measured_bandwidth(device)
    rows = [Row("bandwidth, read and written", bandwidth / GB, "GB/s", note=card.name)]
    for precision in arguments.precision:
        try:
            figures = measure(QwenVLConfig(), precision, device, choice.dtype, arguments.tokens, arguments.kernel)
        except torch.cuda.OutOfMemoryError as error:
            print(f"{precision}: the card's memory is not enough ({error})", file=sys.stderr)
            continue
        rows += rows_of(figures, bandwidth, arguments.tokens)
    show(
        f"Full-size Qwen-VL, one picture, {arguments.tokens} tokens",
        rows,
        save_as="full_size" if arguments.save else "",
    )
    return 0


def rows_of(figures: Figures, bandwidth: float, tokens: int) -> Iterator[Row]:
    """The table's lines for one precision."""
    name, limit = figures.precision, figures.limit(bandwidth)
    if name in PUBLISHED:
        memory, rate = PUBLISHED[name]
        yield Row(f"{name}: peak memory", figures.peak_bytes / GB, "GB", AIMS[name], f"aim; published {memory:.2f}")
        yield Row(f"{name}: rate", figures.rate, "tokens/s", rate, f"published, on an A100; kernel {figures.kernel}")
    else:
        yield Row(f"{name}: peak memory", figures.peak_bytes / GB, "GB")
    yield Row(f"{name}: rate", figures.rate, "tokens/s", limit, "the card's bandwidth allows")
    yield Row(f"{name}: first token", figures.first_seconds, "s", note="picture, prompt and first choice, warm")
    yield Row(f"{name}: compiling the step", figures.compile_seconds, "s", note="once, before the first answer")


def measured_bandwidth(device: torch.device, size: int = PROBE_BYTES, repeats: int = 10) -> float:
    """Bytes a second that copying moves, read and written counted, the best of `repeats`."""
    source = torch.zeros(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    best = float("inf")
    for _ in range(repeats):
        synchronise(device)
        began = time.perf_counter()
        target.copy_(source)
        synchronise(device)
        best = min(best, time.perf_counter() - began)
    return 2 * size / best


@torch.no_grad()
def measure(
    config: QwenVLConfig, precision: str, device: torch.device, dtype: torch.dtype, tokens: int, kernel: str = "native"
) -> Figures:
    """Build, encode a picture, generate.

    The tower encodes the picture first and leaves the card before the decoder comes: its output is all that is needed.
    """
    free_memory(device)
    torch.manual_seed(0)
    pixels = torch.randn(1, 3, config.image_size, config.image_size, device=device)
    features, encode_seconds = encode(config, pixels, dtype)
    free_memory(device)
    model = random_decoder(config, precision, device, dtype)
    used = use_kernel(model, kernel, dtype) if precision == "int4" else "torch"
    slots = [config.image_start_id, *[config.image_pad_id] * config.n_queries, config.image_end_id]
    words = torch.randint(0, config.image_start_id, (TEXT_TOKENS,)).tolist()
    ids = torch.tensor([[*slots, *words]], device=device)
    decoder = StaticDecoder(model, ids.shape[1] + tokens)
    began = time.perf_counter()
    for _ in decoder.tokens(ids, 4, likeliest, image_features=features):
        pass
    synchronise(device)
    compile_seconds = time.perf_counter() - began
    width = config.num_attention_heads * config.kv_channels
    marks = []
    began = time.perf_counter()
    for _ in decoder.tokens(ids, tokens, likeliest, image_features=features):
        marks.append(time.perf_counter())
    synchronise(device)
    return Figures(
        precision=precision,
        kernel=used,
        peak_bytes=torch.cuda.max_memory_reserved(device) if device.type == "cuda" else 0,
        weight_bytes=read_bytes(model),
        cache_bytes=decoder.length * 2 * width * config.num_hidden_layers * dtype.itemsize,
        first_seconds=encode_seconds + marks[0] - began,
        rate=(len(marks) - 1) / (marks[-1] - marks[0]),
        compile_seconds=compile_seconds,
    )


def likeliest(logits: torch.Tensor) -> torch.Tensor:
    """Greedy choice."""
    return logits.argmax(-1)


def encode(config: QwenVLConfig, pixels: torch.Tensor, dtype: torch.dtype) -> tuple[torch.Tensor, float]:
    """Features of a picture by a tower with random weights that is gone afterwards, and the seconds of a warm pass."""
    with torch.device("meta"):
        tower = VisualTower(config)
    fill_randomly(tower.to(dtype), pixels.device)
    tower(pixels)
    synchronise(pixels.device)
    began = time.perf_counter()
    features = tower(pixels)
    synchronise(pixels.device)
    return features, time.perf_counter() - began


def random_decoder(
    config: QwenVLConfig, precision: str, device: torch.device, dtype: torch.dtype
) -> QwenVLForConditionalGeneration:
    """The model without its tower, with random weights made on the device, the decoder's layers in `precision`."""
    with torch.device("meta"):
        model = QwenVLForConditionalGeneration(QwenVLConfig(**config.to_dict() | {"visual_tower": False}))
    model.to(dtype)
    for block in model.transformer.h:
        for name, layer in list(block.named_modules()):
            if isinstance(layer, nn.Linear) and precision != "bf16":
                parent, _, leaf = name.rpartition(".")
                make = random_nf4 if precision == "nf4" else random_int4
                setattr(block.get_submodule(parent), leaf, make(layer, device, dtype))
    fill_randomly(model, device)
    model.transformer.rotary.inv_freq = model.transformer.rotary.frequencies().to(device)
    model.transformer.rotary.level_limits = model.transformer.rotary.limits().to(device)
    return model.eval().requires_grad_(False)


def fill_randomly(module: nn.Module, device: torch.device) -> None:
    """Give every parameter that is still on the meta device random values: ones where it is a norm's weight."""
    for path, part in module.named_modules():
        for name, value in list(part._parameters.items()):
            if value is not None and value.is_meta:
                filled = torch.empty(value.shape, dtype=value.dtype, device=device)
                is_norm = name == "weight" and "ln_" in path.rpartition(".")[2]
                part._parameters[name] = nn.Parameter(filled.fill_(1) if is_norm else filled.normal_(std=SPREAD))


def random_nf4(layer: nn.Linear, device: torch.device, dtype: torch.dtype) -> nn.Module:
    """bitsandbytes' 4-bit layer of the same size."""
    import bitsandbytes as bnb

    weight = torch.empty(layer.out_features, layer.in_features, dtype=dtype, device=device).normal_(std=SPREAD)
    made = bnb.nn.Linear4bit(
        layer.in_features,
        layer.out_features,
        layer.bias is not None,
        compute_dtype=dtype,
        quant_type="nf4",
        device="meta",
    )
    made.weight = bnb.nn.Params4bit(weight.cpu(), requires_grad=False, quant_type="nf4", compress_statistics=True).to(
        device
    )
    made.weight.module = made
    made.quant_state = made.weight.quant_state
    if layer.bias is not None:
        made.bias = nn.Parameter(torch.zeros(layer.out_features, dtype=dtype, device=device))
    return made


def random_int4(layer: nn.Linear, device: torch.device, dtype: torch.dtype) -> nn.Module:
    """A GPTQ layer of the same size with AutoGPTQ's settings: 4 bits, groups of 128, a bias."""
    made = GPTQLinear(layer.in_features, layer.out_features, GPTQSettings(), device=device, dtype=dtype)
    made.qweight.random_(-(2**31), 2**31 - 1)
    made.qzeros.fill_(MIDDLE)
    made.scales.fill_(SPREAD / 4)
    made.settle()
    return made


def read_bytes(model: QwenVLForConditionalGeneration) -> int:
    """Bytes of what a one-token step reads: all but the embedding table, of which it reads one row."""
    table = model.transformer.wte.weight
    tensors = [*model.parameters(), *model.buffers()]
    return sum(tensor.nbytes for tensor in tensors) - table.nbytes


def synchronise(device: torch.device) -> None:
    """Wait for the card."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def free_memory(device: torch.device) -> None:
    """Give back what is not used any more, and begin a new peak."""
    gc.collect()
    torch.compiler.reset()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


if __name__ == "__main__":
    raise SystemExit(main())
