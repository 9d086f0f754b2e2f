"""What is allowed in a training plan and seldom meant, or not as one may think: sentences before the run, and in it.

Owns the rules of thumb for the learning rate, what a forecast does not know, and noticing a loss that climbs away. Does
not own what is forbidden (`plan_checks`) nor where it is told.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.plan import SHARDED, TrainingPlan

USUAL_RATE = {"qlora": 2e-4, "lora": 2e-4, "full": 1e-5}
"""Learning rates that are a good first try, by method."""
TOO_MANY_TIMES = 50
"""A rate that is more times the usual one is seldom meant."""
WINDOW = 10
"""Steps of whose losses the median is taken."""
RISEN = 2.0, 1.0
"""A median this many times the lowest one, and this much above it, climbs away."""


def plan_warnings(plan: TrainingPlan) -> list[str]:
    """What may be a slip or misread, in sentences; the run starts all the same."""
    found = []
    usual = USUAL_RATE.get(plan.method, 0.0)
    if usual and plan.learning_rate > usual * TOO_MANY_TIMES:
        text = QT_TRANSLATE_NOOP(
            "plan",
            "Learning rate: {rate:g} is {times:.0f} times what is usual for this method ({usual:g}); models forget "
            "what they knew at that rate, or their loss becomes no number. Try {usual:g} first.",
        )
        rate = plan.learning_rate
        found.append(translate("plan", text).format(rate=rate, times=rate / usual, usual=usual))
    if plan.distributed in SHARDED:
        text = QT_TRANSLATE_NOOP(
            "plan",
            "Several cards: {way} shares the model out over {count}, so each needs less than the forecast, which is "
            "for one card that holds all of it. No real step checks it before the run: only the first step shares it "
            "out.",
        )
        found.append(translate("plan", text).format(way=plan.distributed, count=plan.processes))
    return found


class ClimbingLoss:
    """Notices, once, that the loss climbs away from where it began, or from the lowest it was."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=WINDOW)
        self._lowest = math.inf
        self._told = False

    def after(self, loss: float, rate: float) -> str:
        """A sentence after the step at which it is certain; empty otherwise."""
        self._last.append(loss)
        self._lowest = min(self._lowest, loss) if len(self._last) == 1 else self._lowest  # before anything was learnt
        if self._told or len(self._last) < WINDOW or not math.isfinite(loss):
            return ""
        usual = median(self._last)  # some samples are much harder than others, the first ones above all
        self._lowest = min(self._lowest, usual)
        if usual < self._lowest * RISEN[0] or usual < self._lowest + RISEN[1]:
            return ""
        self._told = True
        text = QT_TRANSLATE_NOOP(
            "plan",
            "The loss climbs: {now:.2f} over the last {count} steps, {lowest:.2f} at its lowest. The run seems to "
            "diverge, most often because the learning rate (now {rate:g}) is too high: stop it and start again with a "
            "third of it.",
        )
        return translate("plan", text).format(now=usual, count=WINDOW, lowest=self._lowest, rate=rate)
