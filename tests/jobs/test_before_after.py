"""What a run has changed, phrase by phrase."""

from __future__ import annotations

from qvl_desktop.core.events import Evaluated, Sampled, Started
from qvl_desktop.jobs.before_after import before_after
from qvl_desktop.jobs.run_history import RunHistory


def figures(**refs: float) -> dict[str, dict[str, float]]:
    return {ref: {"acc50": acc50, "mean_iou": acc50, "boxes": 4.0} for ref, acc50 in refs.items()}


def test_what_got_worse_comes_first() -> None:
    history = RunHistory()
    assert before_after(history) is None
    history.add(
        [
            Started(1, 10, 0, 1, "cpu", "fp32", 5, 100),
            Evaluated(0, {"acc50": 0.5, "loss": 2.0}, figures(cat=0.5, dog=0.5, cup=0.25)),
            Sampled(0, "samples/0.jpg", "Find the cat.", "nothing"),
            Evaluated(5, {"acc50": 0.6, "loss": 1.5}, figures(cat=0.6)),
            Evaluated(10, {"acc50": 0.7, "loss": 1.0}, figures(cat=1.0, dog=0.0, cup=0.25, new=1.0)),
            Sampled(10, "samples/10.jpg", "Find the cat.", "here"),
            Sampled(10, "samples/11.jpg", "Find the cup.", "there"),
        ]
    )
    seen = before_after(history)
    assert seen is not None
    assert (seen.first_step, seen.last_step) == (0, 10)
    assert [ref.name for ref in seen.refs] == ["dog", "cup", "cat"]
    assert [ref.name for ref in seen.worse] == ["dog"]
    assert seen.figures["loss"].delta == -1.0
    assert [(a.path, b.path) for a, b in seen.pictures] == [("samples/0.jpg", "samples/10.jpg")]


def test_a_run_resumed_earlier_forgets_what_came_later() -> None:
    history = RunHistory()
    history.add(
        [Evaluated(0, {"acc50": 0.5}), Evaluated(10, {"acc50": 0.9}), Started(1, 10, 4, 1, "cpu", "fp32", 5, 1)]
    )
    assert before_after(history) is None
