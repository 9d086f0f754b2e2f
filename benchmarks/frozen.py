"""The packed app: how long it takes to its first paint, to an answer, and how large its parts are.

    python benchmarks/frozen.py [dist/full/qvl-desktop] [dist/slim/qvl-desktop] [--runs N] [--save]

Linux, on a display of its own (packaging/display.py). Warm: the app's files are in memory from the run before. Cold:
the system was asked to forget them, and only them. First paint is seen from outside, from the start of the process to
words on the display. Exits 1 when a warm start misses its limit.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "packaging"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from display import Desk, display

from benchmarks.report import Row, show

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 2.0
PATIENCE = 60.0
PARTS = ("torch", "PySide6", "transformers", "numpy", "PIL", "resources", "the program")


def main() -> int:
    """Measure each folder; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    both = [ROOT / "dist" / edition / "qvl-desktop" for edition in ("full", "slim")]
    parser.add_argument("apps", nargs="*", type=Path, default=both)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/frozen.md")
    options = parser.parse_args()
    rows: list[Row] = []
    slow = False
    for app in (path.resolve() for path in options.apps if path.exists()):
        edition = app.parent.name
        with display() as screen, tempfile.TemporaryDirectory() as home:
            environment = os.environ | {"DISPLAY": screen, "HOME": home, "QVL_CONFIG_DIR": f"{home}/qvl"}
            environment.pop("QT_QPA_PLATFORM", None)
            first_paint(app, screen, environment)  # its settings and caches are made
            forget(app)
            cold = first_paint(app, screen, environment)
            warm = [first_paint(app, screen, environment) for _ in range(options.runs)]
            median = statistics.median(warm)
            slow = slow or median > LIMIT_SECONDS
            note = f"{min(warm):.2f} to {max(warm):.2f} in {options.runs} runs"
            rows.append(Row(f"{edition}: first paint, warm", median, "s", LIMIT_SECONDS, note))
            rows.append(Row(f"{edition}: first paint, cold", cold, "s", note="its files forgotten first"))
            rows.append(Row(f"{edition}: --version", command(app, environment, "--version"), "s"))
            if (app / "_internal" / "torch").exists():
                rows.append(Row(f"{edition}: demo model answers HTTP", until_listening(app, environment), "s"))
        rows += sizes(app, edition)
    show("The packed app", rows, save_as="frozen" if options.save else "")
    return 1 if slow else 0


def first_paint(app: Path, screen: str, environment: dict[str, str]) -> float:
    """Seconds from the start of the process to words on the display."""
    desk = Desk(screen)
    begun = time.perf_counter()
    process = subprocess.Popen([str(app / "qvl-desktop")], env=environment, stderr=subprocess.DEVNULL)
    try:
        while not desk.painted():
            if time.perf_counter() - begun > PATIENCE or process.poll() is not None:
                raise SystemExit(f"{app}: nothing was painted")
            time.sleep(0.01)
        seconds = time.perf_counter() - begun
        time.sleep(1)
        desk.ask_to_close()
        process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        while desk.painted():
            time.sleep(0.05)
        desk.close()
    return seconds


def forget(app: Path) -> None:
    """Ask the system to drop the app's files from its memory; files that others have mapped stay."""
    for path in app.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with contextlib.suppress(OSError), path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def command(app: Path, environment: dict[str, str], *words: str) -> float:
    """Seconds a command takes."""
    begun = time.perf_counter()
    subprocess.run([str(app / "qvl-desktop"), *words], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def until_listening(app: Path, environment: dict[str, str]) -> float:
    """Seconds until a server on the demo model says that it answers."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(app / "qvl-desktop"), "serve", "--model", "demo"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        if json.loads(process.stdout.readline() or "{}").get("event") != "listening":
            raise SystemExit(f"{app}: serve does not answer")
        return time.perf_counter() - begun
    finally:
        process.kill()
        process.communicate()


def sizes(app: Path, edition: str) -> list[Row]:
    """The folder's size, its archive's, and its parts'."""
    total: Counter[str] = Counter()
    for path in app.rglob("*"):
        if path.is_file() and not path.is_symlink():
            total[part_of(path.relative_to(app))] += path.stat().st_size
    rows = [Row(f"{edition}: folder", sum(total.values()) / 1e6, "MB")]
    archives = [path for path in app.parent.parent.glob(f"qvl-desktop-*-{edition}*") if path.suffix in (".gz", ".zip")]
    rows += [Row(f"{edition}: archive", path.stat().st_size / 1e6, "MB", note=path.name) for path in archives]
    rows += [Row(f"{edition}: {part}", total[part] / 1e6, "MB") for part in (*PARTS, "all else") if total[part]]
    return rows


def part_of(path: Path) -> str:
    """Which part a file of the app belongs to."""
    if path.parts[0] != "_internal":
        return "the program"
    names = {"numpy.libs": "numpy", "pillow.libs": "PIL", "shiboken6": "PySide6"}
    top = names.get(path.parts[1], path.parts[1])
    return top if top in PARTS else "all else"


if __name__ == "__main__":
    sys.exit(main())
