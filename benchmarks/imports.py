"""Import time of the window's half, by part: what a start pays before it can do anything.

Run it with `python benchmarks/imports.py [--runs N] [--module NAME] [--slowest N] [--save]`. Each run is a fresh
interpreter with `-X importtime`; a part's time is the sum of its modules' own times, without what they import. The
figures are medians over the runs. Bytecode is there, as after the first start of a program.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.report import Row, fresh_environment, show

PARTS = {
    "PySide6": ("PySide6", "shiboken6", "shibokensupport"),
    "gui": ("qvl_desktop.gui",),
    "jobs": ("qvl_desktop.jobs",),
    "storage": ("qvl_desktop.storage",),
    "hubs": ("qvl_desktop.hubs",),
    "formats": ("qvl_desktop.formats",),
    "core": ("qvl_desktop.core",),
    "app": ("qvl_desktop",),
    "Pillow": ("PIL",),
}
"""By the first name that fits; what none fits is of the standard library, or another library."""
REST, STANDARD = "other libraries", "standard library"
NEVER = ("torch", "transformers", "numpy", "pyqtgraph", "ssl", "qvl_desktop.hubs")


def main() -> int:
    """Measure and print; 1 when a library of the model half came along."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--module", default="qvl_desktop.app")
    parser.add_argument("--slowest", type=int, default=0, help="list so many modules by their own time")
    parser.add_argument("--save", action="store_true", help="write results/imports.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = seconds_without_telling(arguments.module, folder)
        runs = [import_once(arguments.module, folder) for _ in range(arguments.runs)]
        wall = statistics.median(seconds_without_telling(arguments.module, folder) for _ in range(arguments.runs))
        bare = statistics.median(seconds_without_telling("sys", folder) for _ in range(arguments.runs))
    modules = {name: statistics.median(run.get(name, 0.0) for run in runs) for name in set().union(*runs)}
    sums: dict[str, float] = defaultdict(float)
    counts: dict[str, int] = defaultdict(int)
    for name, own in modules.items():
        sums[part_of(name)] += own
        counts[part_of(name)] += 1
    rows = [
        Row(f"import {arguments.module}, a fresh interpreter", 1000 * wall, "ms", note="start of the interpreter too"),
        Row("the same, the very first time", 1000 * first, "ms", note="Python compiles all modules"),
        Row("an interpreter that imports nothing", 1000 * bare, "ms"),
    ]
    for part in sorted(sums, key=lambda part: -sums[part]):
        rows.append(Row(part, sums[part] / 1000, "ms", note=f"{counts[part]} modules, their own time, told by Python"))
    for name in sorted(modules, key=lambda name: -modules[name])[: arguments.slowest]:
        rows.append(Row(f"  {name}", modules[name] / 1000, "ms"))
    came = [name for name in NEVER if name in modules]
    rows.append(Row(f"of {', '.join(NEVER)}", len(came), "", note="how many came along; 0 is right"))
    show("Import time by part", rows, save_as="imports" if arguments.save else "")
    return int(bool(came))


def import_once(module: str, folder: Path) -> dict[str, float]:
    """Own time of each module in microseconds."""
    done = run(folder, "-X", "importtime", "-c", f"import {module}")
    found = {}
    for line in done.stderr.splitlines():
        if line.startswith("import time:") and "|" in line:
            own, _, name = line.removeprefix("import time:").split("|")
            if own.strip().isdigit():
                found[name.strip()] = float(own)
    return found


def seconds_without_telling(module: str, folder: Path) -> float:
    """Wall time of a fresh interpreter that imports it: `-X importtime` itself takes time."""
    began = time.perf_counter()
    run(folder, "-c", f"import {module}")
    return time.perf_counter() - began


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter in the project's folder; `folder` has the bytecode."""
    environment = fresh_environment(folder) | {"QT_QPA_PLATFORM": "offscreen"}
    command, place = [sys.executable, *words], Path(__file__).resolve().parent.parent
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=True)


def part_of(module: str) -> str:
    """The part a module belongs to."""
    for part, names in PARTS.items():
        if any(module == name or module.startswith(name + ".") for name in names):
            return part
    top = module.partition(".")[0]
    return STANDARD if top in sys.stdlib_module_names or top.startswith("_") else REST


if __name__ == "__main__":
    sys.exit(main())
