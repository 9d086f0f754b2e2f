"""How far the user is on the tour, kept between runs.

Owns the two values in the setting `window_state`. Does not own the steps (`steps`) nor what is shown (`tour`).
"""

from __future__ import annotations

from typing import Literal

from qvl_desktop.storage.settings import Settings

Stage = Literal["", "on", "left", "done"]
"""Never begun, under way, left at a step, or gone through to its end."""

_STAGES: tuple[Stage, ...] = ("", "on", "left", "done")
_STAGE, _STEP = "tour", "tour.step"


class Progress:
    """Where the tour stands; setting a value writes it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def stage(self) -> Stage:
        value = self._settings.window_state.get(_STAGE, "")
        return next((stage for stage in _STAGES if stage == value), "")

    @property
    def step(self) -> str:
        """The name of the step it is at; "" before the first."""
        return self._settings.window_state.get(_STEP, "")

    def keep(self, stage: Stage, step: str) -> None:
        """Remember both."""
        state = self._settings.window_state
        if (state.get(_STAGE), state.get(_STEP)) != (stage, step):
            self._settings.window_state = state | {_STAGE: stage, _STEP: step}
