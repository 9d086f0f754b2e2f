"""What the server counts, as Prometheus reads it.

Owns the numbers and their text (Prometheus' text format 0.0.4). Thread-safe. Does not decide what is counted when
(`worker`, `server`).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Upper bounds of the histograms' buckets."""

_HELP = {
    "qvl_requests_total": ("counter", "Requests by model and outcome."),
    "qvl_prompt_tokens_total": ("counter", "Tokens of prompts."),
    "qvl_prompt_tokens_cached_total": ("counter", "Tokens of prompts that did not have to be computed."),
    "qvl_generation_tokens_total": ("counter", "Tokens of answers."),
    "qvl_steps_total": ("counter", "Steps of one token for all answers that go on."),
    "qvl_preemptions_total": ("counter", "Answers put aside for want of memory, to go on later."),
    "qvl_pictures_total": ("counter", "Pictures that went through the visual tower."),
    "qvl_time_to_first_token_seconds": ("histogram", "From a question's arrival to the first token of its answer."),
    "qvl_request_seconds": ("histogram", "From a question's arrival to the end of its answer."),
    "qvl_requests_running": ("gauge", "Answers that go on."),
    "qvl_requests_waiting": ("gauge", "Questions that wait."),
    "qvl_kv_cache_bytes": ("gauge", "Keys and values of answers that go on."),
    "qvl_kept_bytes": ("gauge", "Keys and values kept for the next turn of a chat."),
}

Labels = tuple[tuple[str, str], ...]


class Meter:
    """Counters and histograms; gauges are given when the text is made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[str, dict[Labels, float]] = defaultdict(lambda: defaultdict(float))
        self._buckets: dict[str, list[int]] = {}
        self._sums: dict[str, float] = defaultdict(float)

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""
        with self._lock:
            self._counters[name][tuple(sorted(labels.items()))] += amount

    def observe(self, name: str, seconds: float) -> None:
        """Add to a histogram."""
        with self._lock:
            buckets = self._buckets.setdefault(name, [0] * (len(SECONDS) + 1))
            buckets[sum(seconds > bound for bound in SECONDS)] += 1
            self._sums[name] += seconds

    def total(self, name: str) -> float:
        """A counter's sum over all labels."""
        with self._lock:
            return sum(self._counters[name].values())

    def seconds(self, name: str) -> float:
        """The sum of all that a histogram saw."""
        with self._lock:
            return self._sums[name]

    def text(self, gauges: Mapping[str, float]) -> str:
        """All of it."""
        lines: list[str] = []
        with self._lock:
            for name, (kind, words) in _HELP.items():
                lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
                if kind == "gauge":
                    lines.append(f"{name} {_number(gauges.get(name, 0))}")
                elif kind == "histogram":
                    lines += self._histogram(name)
                else:
                    counted = self._counters.get(name) or {(): 0.0}
                    lines += [f"{name}{_labels(labels)} {_number(value)}" for labels, value in sorted(counted.items())]
        return "\n".join(lines) + "\n"

    def _histogram(self, name: str) -> Sequence[str]:
        buckets = self._buckets.get(name, [0] * (len(SECONDS) + 1))
        lines, so_far = [], 0
        for bound, count in zip((*map(str, SECONDS), "+Inf"), buckets, strict=True):
            so_far += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {so_far}')
        return [*lines, f"{name}_sum {_number(self._sums[name])}", f"{name}_count {so_far}"]


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.6g}"
