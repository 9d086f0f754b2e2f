"""The one table all benchmark scripts print: what, ours, the yardstick, the ratio.

Owns the layout and the line about the machine. Does not measure anything.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `limit` is the aim or a peer's figure in the same unit; `note` says which."""

    what: str
    ours: float
    unit: str
    limit: float | None = None
    note: str = ""

    @property
    def ratio(self) -> str:
        """Ours over the yardstick."""
        return f"{self.ours / self.limit:.2f}" if self.limit else "–"


def fresh_environment(folder: Path) -> dict[str, str]:
    """The environment of a process whose start is measured: Python keeps its bytecode, as it does for everybody unless
    told otherwise, here in `folder`. The first start then compiles, the others read; measure those."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return environment | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def number(value: float | None) -> str:
    """Three meaningful digits."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> str:
    """Processor, cores and system in one line."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def table(title: str, rows: Iterable[Row]) -> str:
    """A Markdown table of the rows under a heading."""
    lines = [
        f"## {title}",
        "",
        machine(),
        "",
        "| what | ours | yardstick | unit | ratio | note |",
        "|---|---:|---:|---|---:|---|",
    ]
    lines += [
        f"| {row.what} | {number(row.ours)} | {number(row.limit)} | {row.unit} | {row.ratio} | {row.note} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def show(title: str, rows: Iterable[Row], *, save_as: str = "") -> None:
    """Print the table; with `save_as` also write it to `benchmarks/results/NAME.md`."""
    text = table(title, rows)
    print(text, flush=True)
    if save_as:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{save_as}.md").write_text(text, encoding="utf-8")
