"""The full-size model on this machine's GPU: memory, time to the first token, and the rate of 2048 tokens.

Builds Qwen-VL-Chat's architecture with random weights on the card (nothing is downloaded) in BF16, NF4 and Int4, asks
about one picture and generates 2048 tokens one by one, as the program does when it chats. In BF16 the embedding table
lies on the host and the visual tower on the card; in NF4 and Int4 both lie on the host, and the tower's blocks visit
the card to encode the picture. The figures stand beside those that Qwen-VL's authors published for an A100-SXM4-80G
(BF16 22.60 GB and 28.87 tokens/s, Int4 11.82 GB and 37.79 tokens/s) and beside the limit that the memory bandwidth,
measured on the same card in the same run, sets to reading every weight once a token. A gigabyte is 10**9 bytes.

Each part runs in a process of its own, for at most two minutes and a half; when one fails the others are measured, and
the table says so. What was measured stays in benchmarks/results/full_size/, so that `--only` adds to it.

Run: `python benchmarks/full_size.py [--only bf16 nf4 int4 compiled] [--kernel auto] [--tokens 2048] [--save]`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from benchmarks.random_weights import random_model
from benchmarks.report import RESULTS, Row, show
from qvl_desktop.engine.decoding import Chosen, make_cache, make_steps, make_store
from qvl_desktop.engine.host_parts import encode_images
from qvl_desktop.models.gptq.kernels import KERNELS
from qvl_desktop.models.growing_cache import GrowingCache
from qvl_desktop.models.placement import cards, native_precision
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration

GB = 10**9
PUBLISHED = {"bf16": (22.60, 28.87), "int4": (11.82, 37.79)}
"""Gigabytes and tokens a second, by precision."""
AIMS = {"bf16": 20.5, "int4": 8.0}
PARTS = ("bf16", "nf4", "int4", "compiled")
"""The last is BF16 once more, with a step that torch compiles first; it takes long and is measured when asked for."""
PART_SECONDS = {"compiled": 290}
DEFAULT_SECONDS = 150
DECODE_SECONDS = 60
"""After so long the rate is taken from the tokens there are."""
GROWING_TOKENS = 32
TEXT_TOKENS = 40
PROBE_BYTES = 4 * 2**30


@dataclass(frozen=True)
class Figures:
    """What one part gave. `weight_bytes` are read for each token; `peak_bytes` is 0 where it is not measured.

    `bandwidth`: bytes a second. `recorded`: whether steps were a CUDA graph. `growing_rate`: without one.
    """

    part: str
    card: str
    dtype: str
    kernel: str
    recorded: bool
    bandwidth: float
    peak_bytes: int
    weight_bytes: int
    cache_bytes: int
    first_seconds: float
    tokens: int
    rate: float
    growing_rate: float

    @property
    def limit(self) -> float:
        """Tokens a second if nothing but reading the weights and half the final cache took time."""
        return self.bandwidth / (self.weight_bytes + self.cache_bytes / 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS[:3]), help="parts to measure now")
    parser.add_argument("--kernel", choices=KERNELS, default="auto", help="of the Int4 layers [auto]")
    parser.add_argument("--tokens", type=int, default=2048, metavar="N", help="tokens to generate [2048]")
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/full_size.md")
    parser.add_argument(
        "--into", type=Path, default=RESULTS / "full_size", metavar="DIR", help="for the parts' figures"
    )
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    found = cards()
    if not found:
        print("There is no CUDA card on this machine: nothing was measured. Run this script where there is one.")
        return 0
    if arguments.part:
        figures = measure_on_card(arguments.part, arguments.tokens, arguments.kernel)
        (arguments.into / f"{arguments.part}.json").write_text(json.dumps(asdict(figures)), encoding="utf-8")
        return 0
    arguments.into.mkdir(parents=True, exist_ok=True)
    failures = {part: run_part(part, arguments) for part in arguments.only}
    known = read_figures(arguments.into, found[0].name)
    rows = [row for figures in known for row in rows_of(figures)]
    show(f"Full-size Qwen-VL, one picture, {found[0].name}", rows, save_as="full_size" if arguments.save else "")
    for part, reason in failures.items():
        if reason:
            print(f"{part}: not measured: {reason}")
    return 1 if any(failures.values()) else 0


def run_part(part: str, arguments: argparse.Namespace) -> str:
    """Measure one part in a process of its own; returns why that failed, or nothing."""
    (arguments.into / f"{part}.json").unlink(missing_ok=True)
    command = [sys.executable, __file__, "--part", part, "--tokens", str(arguments.tokens)]
    command += ["--kernel", arguments.kernel, "--into", str(arguments.into)]
    seconds = PART_SECONDS.get(part, DEFAULT_SECONDS)
    began = time.perf_counter()
    try:
        done = subprocess.run(command, timeout=seconds, capture_output=True, text=True, check=False)
    except subprocess.TimeoutExpired:
        return f"it took longer than {seconds} seconds"
    print(f"{part}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    return ""


def read_figures(folder: Path, card: str) -> list[Figures]:
    """What has been measured on this card, in the order of the parts."""
    files = [folder / f"{part}.json" for part in PARTS]
    known = [Figures(**json.loads(file.read_text(encoding="utf-8"))) for file in files if file.is_file()]
    return [figures for figures in known if figures.card == card]


def rows_of(figures: Figures) -> Iterator[Row]:
    """The table's lines for one part."""
    part = figures.part
    how = f"{figures.dtype}, kernel {figures.kernel}, " + ("recorded" if figures.recorded else "not recorded")
    if part in PUBLISHED:
        memory, rate = PUBLISHED[part]
        yield Row(f"{part}: peak memory", figures.peak_bytes / GB, "GB", AIMS[part], f"aim; published {memory:.2f}")
        yield Row(f"{part}: rate", figures.rate, "tokens/s", rate, f"published, on an A100; {how}")
    else:
        yield Row(f"{part}: peak memory", figures.peak_bytes / GB, "GB")
    bandwidth = f"what {figures.bandwidth / GB:,.0f} GB/s, measured in this run, allow; {figures.tokens} tokens; {how}"
    yield Row(f"{part}: rate", figures.rate, "tokens/s", figures.limit, bandwidth)
    yield Row(f"{part}: rate", figures.rate, "tokens/s", figures.growing_rate, "without windows and recording")
    yield Row(f"{part}: first token", figures.first_seconds, "s", note="picture, prompt and first choice, warm")


def measure_on_card(part: str, tokens: int, kernel: str) -> Figures:
    """One part's figures on the first card, in the dtype that suits it."""
    (card, *_), device = cards(), torch.device("cuda", 0)
    choice = native_precision([card], 10 * GB)
    bandwidth = measured_bandwidth(device)
    return measure(
        QwenVLConfig(), part, device, choice.dtype, tokens, kernel=kernel, bandwidth=bandwidth, card=card.name
    )


def measured_bandwidth(device: torch.device, size: int = PROBE_BYTES, repeats: int = 10) -> float:
    """Bytes a second that copying moves, read and written counted, or that summing reads: the best of all."""
    source = torch.zeros(size // 4, dtype=torch.int32, device=device)
    target = torch.empty_like(source)
    best = 0.0
    for moved, work in ((2 * size, partial(target.copy_, source)), (size, source.amax)):
        for _ in range(repeats):
            synchronise(device)
            began = time.perf_counter()
            work()
            synchronise(device)
            best = max(best, moved / (time.perf_counter() - began))
    del source, target, work
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    return best


@torch.no_grad()
def measure(
    config: QwenVLConfig,
    part: str,
    device: torch.device,
    dtype: torch.dtype,
    tokens: int,
    *,
    kernel: str = "auto",
    bandwidth: float = 0.0,
    card: str = "",
) -> Figures:
    """Build, encode a picture, generate; a short answer goes before, so that nothing is measured cold."""
    torch.manual_seed(0)
    precision = part if part in ("nf4", "int4") else "bf16"
    model, used = random_model(
        config,
        precision,
        device,
        dtype,
        kernel=kernel,
        table_on_host=True,
        tower_on_host=precision != "bf16",
    )
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)
    decoding = "compiled" if part == "compiled" else "static"
    pixels = torch.randn(1, 3, config.image_size, config.image_size, dtype=dtype, device=device)
    slots = [config.image_start_id, *[config.image_pad_id] * config.n_queries, config.image_end_id]
    words = torch.randint(0, config.image_start_id, (TEXT_TOKENS,)).tolist()
    ids = torch.tensor([[*slots, *words]], device=device)
    *_, growing_rate = generate(model, ids, pixels, min(GROWING_TOKENS, tokens), "growing")
    recorded, cache, first_seconds, count, rate = generate(model, ids, pixels, tokens, decoding)
    return Figures(
        part=part,
        card=card,
        dtype=str(dtype).removeprefix("torch."),
        kernel=used,
        recorded=recorded,
        bandwidth=bandwidth,
        peak_bytes=torch.cuda.max_memory_reserved(device) if device.type == "cuda" else 0,
        weight_bytes=read_bytes(model),
        cache_bytes=sum(keys.nbytes + values.nbytes for keys, values in cache.reserve(0)),
        first_seconds=first_seconds,
        tokens=count,
        rate=rate,
        growing_rate=growing_rate,
    )


def generate(
    model: QwenVLForConditionalGeneration, ids: torch.Tensor, pixels: torch.Tensor, tokens: int, decoding: str
) -> tuple[bool, GrowingCache, float, int, float]:
    """Greedy tokens after a picture. Whether steps were recorded, the cache, seconds to the first, count and rate."""
    store = make_store(model, decoding)  # type: ignore[arg-type]
    cache = make_cache(store, ids.shape[1], ids.shape[1] + tokens)
    for limit in (4, tokens):  # the first time warms up
        cache.fill_to(0)
        marks = [time.perf_counter()]
        features = encode_images(model, pixels)
        logits = model(
            input_ids=ids, image_features=features, past_key_values=cache, use_cache=True, logits_to_keep=1
        ).logits[:, -1]
        steps = make_steps(store, model, cache, None, "", ids.shape[1] + tokens)
        while len(marks) <= limit and marks[-1] - marks[min(1, len(marks) - 1)] < DECODE_SECONDS:
            chosen = logits.argmax(-1)
            number = Chosen(chosen)
            ahead = steps.ahead
            if ahead:
                logits = steps.next(chosen)
            number.numbers()
            marks.append(time.perf_counter())
            if not ahead and len(marks) <= limit:
                logits = steps.next(chosen)
        steps.close(ids.shape[1])
    recorded = store is not None and store.record and not store.given_up
    count = len(marks) - 1
    return recorded, cache, marks[1] - marks[0], count, (count - 1) / (marks[-1] - marks[1])


def read_bytes(model: QwenVLForConditionalGeneration) -> int:
    """Bytes of what a one-token step reads: all but the tower, and the embedding table, of which it reads one row."""
    decoder = [model.transformer.h, model.transformer.ln_f, model.lm_head]
    tensors = [tensor for part in decoder for tensor in (*part.parameters(), *part.buffers())]
    states = [getattr(module, "quant_state", None) for module in model.transformer.h.modules()]
    scales = sum(int(state.absmax.nbytes) for state in states if state is not None)
    return sum(tensor.nbytes for tensor in tensors) + scales


def synchronise(device: torch.device) -> None:
    """Wait for the card."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


if __name__ == "__main__":
    raise SystemExit(main())
