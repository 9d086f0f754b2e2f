"""How fast a run is on this machine's processor, and what each of its economies is worth.

A model of 50 million parameters in the proportions of the full one (a tower of 1024 patches with a fifth of the
weights, 256 slots a picture), with random weights, is tuned by LoRA on the demo project. First with all economies:
pictures' features cached, the samples of a step packed, logits at supervised positions alone. Then without one of them
at a time, without any, and without any while every sample is padded to 512 tokens, as the original script pads to
its limit. Each case is a run in a process of its own; memory is the most that was resident during its steps. All cases
are run in turn, round after round, every other round backwards, so that what the machine does meanwhile meets them
alike. Rates are of the median step after the first ones of all rounds: by the clock, and by the time that processors
really worked on it, which depends little on what else the machine does. About five minutes on two quiet cores.

Run: `python benchmarks/train_cpu.py [--steps N] [--rounds N] [--threads N] [--save]`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, show
from qvl_desktop.core.events import Failed, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.storage.demo_project import PROJECT_NAME, make_demo_project, read_shipped

SAMPLES = 4
"""In a step."""
ORIGINAL_LENGTH = 512
SKIPPED = 2
"""First steps, which pay for warming up."""
LARGER: dict[str, Any] = {
    "hidden_size": 512, "num_attention_heads": 8, "kv_channels": 64, "num_hidden_layers": 8, "intermediate_size": 2816,
    "vocab_size": 16384,
}  # fmt: skip
LARGER_TOWER: dict[str, Any] = {
    "width": 384, "layers": 6, "heads": 6, "mlp_ratio": 4, "output_dim": 512, "patch_size": 14, "n_queries": 256,
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Which economies a run makes; `pad_to` pads every sample to so many tokens."""

    name: str
    cached: bool = True
    packed: bool = True
    chunked: bool = True
    pad_to: int = 0


OURS = Case("all economies")
CASES = (
    Case("pictures through the tower each time", cached=False),
    Case("samples padded to the longest", packed=False),
    Case("logits at every position", chunked=False),
    Case("none of these", cached=False, packed=False, chunked=False),
    Case("none, padded as the original", cached=False, packed=False, chunked=False, pad_to=ORIGINAL_LENGTH),
)


@dataclass
class Figures:
    """What a case gave, of all its rounds: seconds of the counted steps by the clock and of processors' work, bytes
    resident at most in the steps of each round, and the losses of the last."""

    seconds: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Samples a second by the clock."""
        return SAMPLES / statistics.median(self.seconds)

    @property
    def core_rate(self) -> float:
        """Samples a second of a core's work."""
        return SAMPLES / statistics.median(self.work)

    @property
    def peak(self) -> float:
        """Bytes."""
        return statistics.median(self.peaks)


def make_larger_model(folder: Path) -> int:
    """Write the model folder; returns how many parameters it has."""
    import torch

    from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration

    shutil.copytree(resource_path("demo_model"), folder, ignore=shutil.ignore_patterns("*.safetensors*"))
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings |= LARGER | {"visual": settings["visual"] | LARGER_TOWER}
    torch.manual_seed(0)
    model = QwenVLForConditionalGeneration(QwenVLConfig(**settings))
    model.save_pretrained(folder)
    return sum(parameter.numel() for parameter in model.parameters())


def without_economies(case: Case) -> None:
    """Make this process do what the case does without."""
    if not case.chunked:
        from qvl_desktop.models.qwen_vl import modeling

        modeling.supervised_loss = full_loss
    if case.pad_to:
        from qvl_desktop.training.samples import Collator

        plain = Collator.__call__

        def padded(self: Any, samples: Any) -> dict[str, Any]:
            import torch.nn.functional as F

            batch = plain(self, samples)
            missing = case.pad_to - batch["input_ids"].shape[1]
            batch["input_ids"] = F.pad(batch["input_ids"], (0, missing), value=self._pad_id)
            batch["labels"] = F.pad(batch["labels"], (0, missing), value=-100)
            return batch

        Collator.__call__ = padded  # type: ignore[method-assign]


def full_loss(hidden_states: Any, labels: Any, lm_head: Any, vocab_size: int, num_items_in_batch: Any = None) -> Any:
    """The loss as it is usually written: logits of all positions, in float32."""
    import torch.nn.functional as F

    logits = lm_head(hidden_states).float()
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), reduction="sum") / num_items_in_batch


def work(folder: Path, model: Path, project: Path, steps: int, case: Case) -> None:
    """One case: a run of `steps` steps, watched for its memory."""
    from qvl_desktop.storage.dataset import load_dataset
    from qvl_desktop.training.runner import leave, run_training

    run = RunFolder(folder)
    run.create()
    TrainingPlan(
        model=str(model), data=str(project), method="lora", batch_size=SAMPLES, accumulation=1, epochs=100.0,
        max_steps=steps, save_steps=steps, eval_samples=0, eval_steps=0, lora_rank=16, lora_dropout=0.0,
        packing=case.packed,
    ).save(run.plan)  # fmt: skip
    without_economies(case)
    clocks = count_work()
    threading.Thread(target=forget_the_start, args=(run,), daemon=True).start()
    code = run_training(run, lambda plan: load_dataset(Path(plan.data)), lambda name: model, cached=case.cached)
    works = [after - before for before, after in itertools.pairwise([*clocks, time.process_time()])][SKIPPED:]
    (folder / "counted.json").write_text(json.dumps([peak_bytes(), works]))
    leave(code)


def count_work() -> list[float]:
    """The processor time of this process when each step begins, as they come."""
    from qvl_desktop.training.trainer import QvlTrainer

    plain, clocks = QvlTrainer.get_batch_samples, []

    def timed(self: Any, *args: Any, **kwargs: Any) -> Any:
        clocks.append(time.process_time())
        return plain(self, *args, **kwargs)

    QvlTrainer.get_batch_samples = timed  # type: ignore[method-assign]
    return clocks


def forget_the_start(run: RunFolder) -> None:
    """Begin counting the most resident memory anew once the first steps are made (Linux)."""
    while sum(isinstance(event, Step) for event in EventReader(run).read()) < SKIPPED:
        time.sleep(0.2)
    Path("/proc/self/clear_refs").write_text("5")


def peak_bytes() -> int:
    """The most memory that was resident since it was last forgotten."""
    import psutil

    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return int(psutil.Process().memory_info().rss)


def measure(place: Path, model: Path, project: Path, steps: int, case: Case, figures: Figures) -> None:
    """One more round of a case in a process of its own. Raises `RuntimeError` with the run's words when it fails."""
    folder = place / f"{case.name.replace(' ', '-').replace(',', '')}-{len(figures.peaks)}"
    process = multiprocessing.get_context("spawn").Process(target=work, args=(folder, model, project, steps, case))
    process.start()
    process.join()
    events = list(EventReader(RunFolder(folder)).read())
    for event in events:
        if isinstance(event, Failed):
            raise RuntimeError(f"{case.name}: {event.message}")
    made = [event for event in events if isinstance(event, Step)]
    peak, works = json.loads((folder / "counted.json").read_text())
    figures.seconds += [step.seconds for step in made[SKIPPED:]]
    figures.work += works
    figures.peaks.append(peak)
    figures.losses = [step.loss for step in made]
    shutil.rmtree(folder)


def rows_of(ours: Figures, others: dict[str, Figures]) -> list[Row]:
    """Ours beside each of the others; the ratio of rates should be high, that of memory low."""
    rows = []
    for name, other in others.items():
        aim = "; aim: a ratio of 2" if name == CASES[-2].name else ""
        rows.append(
            Row(f"rate, against {name}", ours.core_rate, "samples/s", other.core_rate, f"of a core's work{aim}")
        )
        rows.append(Row(f"rate, against {name}", ours.rate, "samples/s", other.rate, f"by the clock{aim}"))
        rows.append(Row(f"peak memory, against {name}", ours.peak / 2**20, "MiB", other.peak / 2**20))
    return rows


def main() -> None:
    """Run the cases in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--steps", type=int, default=5, help=f"of each case in a round, {SKIPPED} of them uncounted [5]"
    )
    parser.add_argument("--rounds", type=int, default=2, help="how often each case is run [2]")
    parser.add_argument("--save", action="store_true", help="write the table to benchmarks/results")
    parser.add_argument("--threads", type=int, default=2, help="of every case [2]")
    options = parser.parse_args()
    if options.steps <= SKIPPED or options.rounds < 1:
        parser.error(f"at least one round of {SKIPPED + 1} steps")
    os.environ["OMP_NUM_THREADS"] = str(options.threads)  # else models of under 50 million parameters take one
    figures = {case.name: Figures() for case in (OURS, *CASES)}
    began, load = time.perf_counter(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["QVL_CONFIG_DIR"] = str(place / "settings")  # features of this model are of no use to anybody
        make_demo_project(place / "demo", read_shipped("en"), "en")
        parameters = make_larger_model(place / "model")
        for number in range(options.rounds):
            for case in (OURS, *CASES)[:: -1 if number % 2 else 1]:
                measure(place, place / "model", place / "demo" / PROJECT_NAME, options.steps, case, figures[case.name])
                load = max(load, os.getloadavg()[0])
    ours = figures.pop(OURS.name)
    rows = rows_of(ours, figures)
    furthest = max(abs(a - b) for other in figures.values() for a, b in zip(ours.losses, other.losses, strict=True))
    rows.append(Row("largest difference between losses of the same step", furthest, "", note="the work is the same"))
    rows.append(
        Row("load of the machine", load, "processes", os.cpu_count(), f"cores; {options.threads} thread(s) a case")
    )
    rows.append(Row("all cases together", time.perf_counter() - began, "s", 360, f"{options.rounds} rounds; aim"))
    title = f"LoRA of {parameters / 1e6:.0f} million parameters on the processor, {SAMPLES} samples a step"
    show(title, rows, save_as="train_cpu" if options.save else "")


if __name__ == "__main__":
    main()
