"""How well the forecast of memory agrees with what a run really takes on this machine's processor.

Each case is a run of a few steps in a process of its own; its highest resident memory, told by the operating system,
stands beside the forecast for the same plan and data: the demo model, and a small model of each later family (random
weights, 40 to 70 million of them, so that more is weighed than the program itself). Data is the demo project. On a
machine with a card the most that torch reserved there, with its context, is what is compared; `--model` names one model
that suits it.
Run: `python benchmarks/forecast.py [--steps N] [--only demo qwen3-vl ...] [--save]`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, show
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.storage.demo_project import PROJECT_NAME, make_demo_project, read_shipped

CASES = tuple((method, batch) for method in ("lora", "qlora", "full") for batch in (1, 8, 24))
FAMILIES = ("qwen2-vl", "qwen2.5-vl", "qwen3-vl", "qwen3.5", "qwen3-vl-moe")
FAMILY_CASES = (("lora", 4), ("qlora", 4), ("full", 2))
MIB = 2**20
AIM = 0.15
"""How far off a forecast may be."""
WIDER = {
    "hidden_size": 512, "intermediate_size": 1408, "num_hidden_layers": 8, "num_attention_heads": 32,
    "num_key_value_heads": 8, "vocab_size": 32768, "moe_intermediate_size": 352, "max_position_embeddings": 4096,
}  # fmt: skip


def work(folder: Path, plan: TrainingPlan, told: multiprocessing.Queue[tuple[int, int]]) -> None:
    """One case: forecast, then a run that finds nothing remembered. Tells forecast and highest memory, in bytes."""
    os.environ["QVL_CONFIG_DIR"] = str(folder / "user")
    from qvl_desktop.commands.plan import measure_needs
    from qvl_desktop.models.names import resolve_model
    from qvl_desktop.storage.dataset import load_dataset
    from qvl_desktop.training.probe import peak_memory
    from qvl_desktop.training.runner import run_training

    needs = measure_needs(plan, resolve_model(plan.model), corrected=False)
    run = RunFolder(folder)
    run.create()
    plan.save(run.plan)
    run_training(run, lambda plan: load_dataset(Path(plan.data)), resolve_model)
    told.put((needs.forecast.memory, peak_memory()))


def measured(folder: Path, plan: TrainingPlan) -> tuple[int, int]:
    """Forecast and highest memory of one case, bytes."""
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[tuple[int, int]] = context.Queue()
    process = context.Process(target=work, args=(folder, plan, told))
    process.start()
    while True:
        try:
            figures = told.get(timeout=5)
            break
        except queue.Empty:
            if not process.is_alive():
                raise SystemExit(f"{folder.name} ended with exit code {process.exitcode}") from None
    process.join()
    return figures


def family_model(name: str, folder: Path) -> Path:
    """A model of a later family that is large enough to be weighed."""
    from tests.models.tiny_families import make_model

    return make_model(name, folder, text=WIDER)


def main() -> None:
    """Run the cases one after the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--model", default="", help="this model alone")
    parser.add_argument("--only", nargs="+", choices=("demo", *FAMILIES), default=["demo", *FAMILIES])
    parser.add_argument("--save", action="store_true", help="write the table to benchmarks/results")
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "demo"
        make_demo_project(out, read_shipped("en"), "en")
        base = TrainingPlan(
            data=str(out / PROJECT_NAME), accumulation=1, epochs=100.0, eval_samples=4, max_steps=options.steps,
            save_steps=options.steps,
        )  # fmt: skip
        for name in [options.model] if options.model else options.only:
            later = name in FAMILIES
            model = str(family_model(name, Path(place) / name)) if later else name
            for method, batch in FAMILY_CASES if later else CASES:
                plan = replace(base, model=model, method=method, batch_size=batch)
                ours, truth = measured(Path(place) / f"run-{len(rows)}", plan)
                off = ours / truth - 1
                note = f"forecast against the peak, {100 * off:+.0f} %" + (" (too far)" if abs(off) > AIM else "")
                rows.append(Row(f"{name}, {method}, batch {batch}", ours / MIB, "MiB", truth / MIB, note))
                print(f"{rows[-1].what}: {rows[-1].note}", file=sys.stderr, flush=True)
    show("Forecast of memory", rows, save_as="forecast" if options.save else "")


if __name__ == "__main__":
    main()
