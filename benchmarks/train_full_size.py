"""Tuning the full-size model on this machine's GPU: memory and seconds an iteration, by length, LoRA and Q-LoRA.

Qwen-VL-Chat's architecture with random weights (nothing is downloaded) is tuned by the product's own loop in the
official setting: one sample with one picture at a time, eight of them an iteration, rank 64 on the official layers. The
word table lies in main memory. Features of the picture are given, as they come from the cache; parts called uncached
have the visual tower in memory and send the picture through it each time. With activations computed twice memory is
least; with all kept a step is fastest: both are measured. Half of the words after the picture are learnt.

The figures stand beside those that Qwen-VL's authors published for an A100-80G, and beside the rate at which the same
card multiplies large matrices in the same run. Work counts each product once, not those computed twice. A gigabyte is
10**9 bytes; peak memory is what torch reserved.

Each part runs in a process of its own, for at most `--seconds`; when one fails the others are measured, and the table
says so. What was measured stays in benchmarks/results/train_full_size/, so that `--only` adds to it. A card that is
slower than an A100 wants more seconds.

`--tiny` walks the same way with the demo model's sizes, on a processor where there is no card: every part, every
length, the table. Its figures say nothing of anything but that the script works.

`--forecast` needs no card: it prints what the product's own forecast says of the same cases, nothing measured.

Run: `python benchmarks/train_full_size.py [--only lora qlora lora-uncached qlora-uncached] [--lengths 384 512 ...]
[--seconds N] [--save]`, or with `--tiny` or `--forecast`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("PYTORCH_ALLOC_CONF", "expandable_segments:True")

import torch
from transformers import PrinterCallback, TrainerCallback

from benchmarks.full_size import GB, synchronise
from benchmarks.random_weights import random_model
from benchmarks.report import RESULTS, Row, show
from qvl_desktop.core.forecast import DataSummary, Hardware, forecast
from qvl_desktop.core.known_models import FIRST
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.resources import resource_path
from qvl_desktop.models.placement import cards
from qvl_desktop.models.quantization import prepare_quantized
from qvl_desktop.models.qwen_vl import QwenVLConfig
from qvl_desktop.models.registry import BY_MODEL_TYPE
from qvl_desktop.training.memory import keep_table_on_host
from qvl_desktop.training.methods import add_adapter
from qvl_desktop.training.samples import Collator, EncodedSample, EncodedSamples
from qvl_desktop.training.trainer import QvlTrainer, training_arguments

LENGTHS = (384, 512, 1024, 2048)
PUBLISHED = {
    "lora": dict(zip(LENGTHS, ((23.3, 2.2), (23.6, 2.3), (25.1, 3.5), (27.3, 5.9)), strict=True)),
    "qlora": dict(zip(LENGTHS, ((17.0, 4.2), (17.2, 4.5), (18.2, 5.5), (19.3, 7.9)), strict=True)),
}
"""Gigabytes and seconds an iteration of the Chat model, by length."""
AIMS = {"lora": 17.0, "qlora": 8.0}
"""Gigabytes at 512 tokens."""
TIME_AIM = 0.5
"""Of the published seconds an iteration, on a card of the same class."""
SHARE_AIM = 0.5
"""Of the card's matrix rate, for LoRA at 2048 tokens."""
PARTS = ("lora", "qlora", "lora-uncached", "qlora-uncached")
PART_SECONDS = 110
ACCUMULATION = 8
STEPS = 4
"""Iterations at each length; the first makes the optimiser's states and is not timed."""
MATRIX = 8192
RANK = 64
TINY = {"num_hidden_layers": 1}
TINY_MATRIX, TINY_RANK = 512, 8
PROCESSOR = "processor"
"""Stands for the card where there is none."""


@dataclass(frozen=True)
class Figures:
    """One length of a part. `twice`: activations were computed twice. `work`: products and sums of an iteration."""

    part: str
    card: str
    length: int
    twice: bool
    reserved: int
    allocated: int
    seconds: float
    work: float
    matrix_rate: float

    @property
    def method(self) -> str:
        """Without what is said of the pictures."""
        return self.part.partition("-")[0]


class Shown:
    """A picture as features or pixels, random, without a file."""

    def __init__(self, name: str, shape: tuple[int, ...], dtype: torch.dtype) -> None:
        self._name = name
        self._tensor = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(dtype)

    def inputs(self, pictures: Sequence[Path], input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        """What the model takes for that many pictures."""
        return {self._name: self._tensor.expand(len(pictures), *self._tensor.shape[1:])}


class Clock(TrainerCallback):
    """Seconds of each iteration, optimiser included."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._marks: list[float] = []

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        synchronise(self._device)
        self._marks.append(time.perf_counter())

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.on_step_begin(args, state, control)

    def seconds(self) -> float:
        """The median of those after the first."""
        times = [after - before for before, after in zip(self._marks, self._marks[1:], strict=False)]
        return statistics.median(times[1:])


def main() -> int:
    """Measure the parts that were asked for, each in a process of its own, and print what is known of this card."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="parts to measure now")
    parser.add_argument("--lengths", nargs="+", type=int, choices=LENGTHS, default=LENGTHS, help="tokens [all]")
    parser.add_argument("--seconds", type=int, default=PART_SECONDS, help=f"a part may take [{PART_SECONDS}]")
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/train_full_size.md")
    parser.add_argument("--tiny", action="store_true", help="try the script out: tiny sizes, also without a card")
    parser.add_argument("--forecast", action="store_true", help="no measuring: what the forecast says of these cases")
    parser.add_argument("--into", type=Path, metavar="DIR", help="for the parts' figures")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.tiny and arguments.save:
        parser.error("figures of a tiny model are not kept: leave --save out")
    if arguments.forecast:
        show("Forecast for full-size Qwen-VL: nothing of this is measured", forecast_rows())
        return 0
    found = cards()
    if not found and not arguments.tiny:
        print("There is no CUDA card on this machine: nothing was measured. Run this script where there is one.")
        print("To see that it works: --tiny. What is to be expected: --forecast.")
        return 0
    with tempfile.TemporaryDirectory() as place:
        into = arguments.into or (Path(place) if arguments.tiny else RESULTS / "train_full_size")
        if arguments.part:
            measure_here(arguments.part, into, arguments.lengths, tiny=arguments.tiny)
            return 0
        into.mkdir(parents=True, exist_ok=True)
        flags = ["--lengths", *map(str, arguments.lengths), *(["--tiny"] if arguments.tiny else [])]
        failures = {part: run_part(part, into, arguments.seconds, flags) for part in arguments.only}
        card = found[0].name if found else PROCESSOR
        rows = list(rows_of(read_figures(into, card)))
    what = "Trying out on the demo model's sizes" if arguments.tiny else "Tuning full-size Qwen-VL"
    title = f"{what}, batch 1 x {ACCUMULATION}, one picture, {card}"
    show(title, rows, save_as="train_full_size" if arguments.save else "")
    for part, reason in failures.items():
        if reason:
            print(f"{part}: not measured to the end: {reason}")
    return 1 if any(failures.values()) else 0


def run_part(part: str, into: Path, seconds: int = PART_SECONDS, flags: Sequence[str] = ()) -> str:
    """Measure one part in a process of its own; returns why that failed, or nothing. What it measured by then stays."""
    (into / f"{part}.json").unlink(missing_ok=True)
    command = [sys.executable, __file__, "--part", part, "--into", str(into), *flags]
    began = time.perf_counter()
    try:
        done = subprocess.run(command, timeout=seconds, capture_output=True, text=True, check=False)
    except subprocess.TimeoutExpired:
        return f"it took longer than {seconds} seconds (--seconds)"
    print(f"{part}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    return ""


def forecast_rows() -> Iterator[Row]:
    """What the forecast says of each length, beside what was published. Without the card's own context, as measured
    figures are."""
    for method in PUBLISHED:
        for twice in ("on", "off"):
            for length in LENGTHS:
                words = (length - FIRST.queries - 2) // 2
                plan = replace(plan_of(method), gradient_checkpointing=twice)
                data = DataSummary(ACCUMULATION, ACCUMULATION, length, words, average=length)
                need = forecast(plan, FIRST, data, Hardware(value_bytes=2, on_card=True))
                memory, _ = PUBLISHED[method][length]
                aim = f"; aim: no more than {AIMS[method]:g}" if length == 512 and twice == "on" else ""
                parts = ", ".join(f"{name} {size / GB:.2f}" for name, size in need.parts.items() if name != "overhead")
                mode = "computed twice" if twice == "on" else "all kept"
                what = f"{method} at {length}, {mode}: forecast of the peak"
                yield Row(what, (need.memory - need.parts["overhead"]) / GB, "GB", memory, f"published{aim}; {parts}")


def plan_of(method: str, rank: int = RANK, steps: int = STEPS) -> TrainingPlan:
    """The official setting."""
    return TrainingPlan(
        data="random", method=method, batch_size=1, accumulation=ACCUMULATION, lora_rank=rank, embeddings_on_host=True,
        max_steps=steps, epochs=1000.0, eval_samples=0,
    )  # fmt: skip


def read_figures(folder: Path, card: str) -> list[Figures]:
    """What has been measured on this card, in the order of the parts."""
    files = [folder / f"{part}.json" for part in PARTS]
    known = [Figures(**one) for file in files if file.is_file() for one in json.loads(file.read_text("utf-8"))]
    return [figures for figures in known if figures.card == card]


def rows_of(known: Sequence[Figures]) -> Iterator[Row]:
    """The table's lines."""
    for one in known:
        memory, seconds = PUBLISHED[one.method].get(one.length, (0.0, 0.0))
        what = f"{one.part} at {one.length}, " + ("computed twice" if one.twice else "all kept")
        held = f"published; {one.allocated / GB:.2f} GB of it in use"
        yield Row(f"{what}: peak memory", one.reserved / GB, "GB", memory, held)
        if one.length == 512 and one.twice and one.part in AIMS:
            yield Row(f"{what}: peak memory", one.reserved / GB, "GB", AIMS[one.part], "aim: no more than this")
        faster = (
            f"; aim on a card of that class: a ratio of {TIME_AIM:g}" if one.length == 512 and not one.twice else ""
        )
        yield Row(f"{what}: an iteration", one.seconds, "s", seconds, f"published, on an A100{faster}")
        rate = one.work / one.seconds / 1e12
        note = "what large matrices reach in this run"
        if one.part == "lora" and one.length == 2048 and not one.twice:
            note += f"; aim: a ratio of {SHARE_AIM:g}"
        yield Row(f"{what}: rate", rate, "Tflop/s", one.matrix_rate / 1e12, note)


def measure_here(part: str, into: Path, lengths: Sequence[int] = LENGTHS, *, tiny: bool = False) -> None:
    """All lengths of a part on the first card; each is written down as soon as it is measured."""
    known: list[Figures] = []

    def keep(figures: Figures) -> None:
        known.append(figures)
        file = into / f"{part}.json"
        file.with_suffix(".partial").write_text(json.dumps([asdict(one) for one in known]), encoding="utf-8")
        file.with_suffix(".partial").replace(file)

    found = cards()
    device = torch.device("cuda", 0) if found else torch.device("cpu")
    card = found[0].name if found else PROCESSOR
    dtype = torch.bfloat16 if found else torch.float32
    config = QwenVLConfig.from_pretrained(resource_path("demo_model"), **TINY) if tiny else QwenVLConfig()
    rate = matrix_rate(device, dtype, size=TINY_MATRIX if tiny else MATRIX)
    rank, steps = (TINY_RANK, 2) if tiny else (RANK, STEPS)
    measure(config, part, device, dtype, lengths, keep, card=card, rate=rate, rank=rank, steps=steps)


def matrix_rate(device: torch.device, dtype: torch.dtype, size: int = MATRIX, repeats: int = 20) -> float:
    """Products and sums a second of large square matrices: the median of some."""
    left, right = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    times = []
    for _ in range(repeats):
        synchronise(device)
        began = time.perf_counter()
        left @ right
        synchronise(device)
        times.append(time.perf_counter() - began)
    return float(2 * size**3 / statistics.median(times[repeats // 4 :]))


def measure(
    config: QwenVLConfig,
    part: str,
    device: torch.device,
    dtype: torch.dtype,
    lengths: Sequence[int],
    keep: Callable[[Figures], None],
    *,
    card: str = "",
    rate: float = 0.0,
    rank: int = RANK,
    steps: int = STEPS,
) -> None:
    """Build the model of a part and tune it at each length, activations computed twice and, with features, all kept."""
    method, _, uncached = part.partition("-")
    config.visual_tower = bool(uncached)
    plan = plan_of(method, rank, steps)
    torch.manual_seed(0)
    base, _ = random_model(config, "nf4" if method == "qlora" else "bf16", device, dtype, table_on_host=True)
    prepare_quantized(base)
    keep_table_on_host(base)
    frozen = base.transformer.visual
    eyes = sum(p.numel() for p in frozen.parameters()) if frozen is not None else 0
    model = add_adapter(base, plan, BY_MODEL_TYPE["qwen"])
    model.config.use_cache = False
    side = config.image_size
    shown = (
        Shown("pixel_values", (1, 3, side, side), torch.float32)
        if uncached
        else Shown("image_features", (1, config.n_queries, config.hidden_size), dtype)
    )
    for twice in (True,) if uncached else (True, False):
        if twice:
            model.gradient_checkpointing_enable({"use_reentrant": False})
        else:
            model.gradient_checkpointing_disable()
        for length in lengths:
            sample = random_sample(config, length)
            forget(device)
            seconds = tune(model, plan, Collator(config.image_pad_id, shown), sample, device, dtype)
            on_card = device.type == "cuda"
            keep(
                Figures(
                    part=part,
                    card=card,
                    length=length,
                    twice=twice,
                    reserved=torch.cuda.max_memory_reserved(device) if on_card else 0,
                    allocated=torch.cuda.max_memory_allocated(device) if on_card else 0,
                    seconds=seconds,
                    work=work_of(config, length, sample.supervised, rank, eyes),
                    matrix_rate=rate,
                )
            )


def random_sample(config: QwenVLConfig, length: int) -> EncodedSample:
    """A picture and random words up to `length` tokens, of which the second half is learnt."""
    slots = [config.image_start_id, *[config.image_pad_id] * config.n_queries, config.image_end_id]
    words = length - len(slots)
    generator = torch.Generator().manual_seed(length)
    ids = (
        slots + torch.randint(0, min(config.image_start_id, config.vocab_size), (words,), generator=generator).tolist()
    )
    learnt = words // 2
    return EncodedSample(ids, [-100] * (length - learnt) + ids[length - learnt :], (Path("picture"),), "random")


def forget(device: torch.device) -> None:
    """Let go of what the length before left behind."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def tune(
    model: Any, plan: TrainingPlan, collator: Collator, sample: EncodedSample, device: torch.device, dtype: torch.dtype
) -> float:
    """The product's loop over one sample again and again; returns seconds an iteration."""
    clock = Clock(device)
    with tempfile.TemporaryDirectory() as folder:
        trainer = QvlTrainer(
            model=model,
            args=training_arguments(plan, Path(folder), device=device, dtype=dtype, total_steps=plan.max_steps),
            data_collator=collator,
            train_dataset=EncodedSamples([sample] * ACCUMULATION),
            callbacks=[clock],
            plan=plan,
            validate=lambda step: {},
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    model.zero_grad(set_to_none=True)
    return clock.seconds()


def work_of(config: QwenVLConfig, length: int, supervised: int, rank: int, eyes: int) -> float:
    """Products and sums of an iteration. A frozen weight takes part twice (forwards, and for its input's gradient),
    an adapter's three times, a causal pair of tokens once forwards and twice backwards, the eyes only forwards.
    """
    hidden, width, inner = (
        config.hidden_size,
        config.num_attention_heads * config.kv_channels,
        config.intermediate_size // 2,
    )
    frozen = 4 * hidden * width + 3 * hidden * inner
    adapted = rank * ((hidden + 3 * width) + (width + hidden) + 2 * (hidden + inner))
    attention = 3 * length * width  # of a token: two products with half the tokens, three times
    blocks = length * config.num_hidden_layers * (2 * frozen + 3 * adapted + attention)
    head = 2 * supervised * hidden * config.vocab_size
    patches = (config.image_size // config.visual["patch_size"]) ** 2
    return float(2 * ACCUMULATION * (blocks + head + patches * eyes))


if __name__ == "__main__":
    raise SystemExit(main())
