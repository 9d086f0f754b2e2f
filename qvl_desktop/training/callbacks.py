"""Between two steps: what the user asked is done, what happened is told.

Owns when the loop saves, validates, samples, waits and ends, and turning each step into an event. Does not own how
any of it is done (`trainer`, `validation`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import psutil
import torch
from transformers import TrainerCallback

from qvl_desktop.core.errors import Cancelled
from qvl_desktop.core.events import Notice, Paused, Resumed, Saved, Step
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.plan_warnings import ClimbingLoss
from qvl_desktop.core.run_folder import Command
from qvl_desktop.training.checkpoints import PREFIX
from qvl_desktop.training.control import CardFreed, Control
from qvl_desktop.training.distributed import agreed
from qvl_desktop.training.run_writer import RunWriter
from qvl_desktop.training.trainer import QvlTrainer


class RunCallback(TrainerCallback):
    """Joins a trainer to its run folder.

    After the loop, `stopped` says whether the user ended it and `freed` whether it ended to give the card back.
    """

    def __init__(self, plan: TrainingPlan, writer: RunWriter, control: Control, sample: Callable[[int], None]) -> None:
        self._plan = plan
        self._writer = writer
        self._control = control
        self._sample = sample
        self._process = psutil.Process()
        self._climbing = ClimbingLoss()
        self.trainer: QvlTrainer | None = None
        self.stopped = False
        self.freed = False

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """What was asked for while the model was loading. Raises `CardFreed`, and `Cancelled` before the first step."""
        step = int(state.global_step)
        wish = self._wish(step)
        if wish is Command.PAUSE_AND_FREE:
            raise CardFreed  # nothing is to be saved
        if wish is Command.STOP and not step:
            raise Cancelled

    def between_steps(self, trainer: QvlTrainer) -> None:
        """When a step is told, measured and saved: wait as long as the user wants a pause; save and end for more."""
        if trainer.control.should_training_stop:
            return
        wish = self._wish(int(trainer.state.global_step))
        if wish is not Command.RUN:
            trainer.save_now()
            trainer.control.should_training_stop = True
            self.freed, self.stopped = wish is Command.PAUSE_AND_FREE, wish is Command.STOP

    def _wish(self, step: int) -> Command:
        """What the user wants, after the pause there may be at this step."""
        return self._control.wish_after_pause(
            agreed, lambda: self._writer.write(Paused(step=step)), lambda: self._writer.write(Resumed(step=step))
        )

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Decide what follows this step."""
        step, plan = int(state.global_step), self._plan
        last = step >= state.max_steps
        control.should_log = True
        control.should_training_stop = control.should_training_stop or last
        control.should_save = last or step % plan.save_steps == 0
        control.should_evaluate = last or (plan.eval_steps > 0 and step % plan.eval_steps == 0)

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any], **kwargs: Any) -> None:
        """Tell one step, then look whether it is to be the last."""
        if "learning_rate" not in logs or self.trainer is None:
            return
        step, loss = int(state.global_step), float(logs["loss"])
        self._writer.write(
            Step(
                step=step,
                total=int(state.max_steps),
                epoch=float(state.epoch),
                loss=loss,
                learning_rate=float(logs["learning_rate"]),
                grad_norm=float(logs.get("grad_norm", math.nan)),
                seconds=time.perf_counter() - self.trainer.step_began,
                tokens=self.trainer.tokens_seen,
                memory=self._memory(),
            )
        )
        if climbs := self._climbing.after(loss, float(logs["learning_rate"])):
            self._writer.write(Notice(message=climbs))
        if self._control.take_sample_wish():
            self._sample(step)
        if not control.should_training_stop and agreed(self._control.should_stop()):
            self.stopped = control.should_training_stop = control.should_save = True
            control.should_evaluate = False

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Tell that a checkpoint is in its place."""
        step = int(state.global_step)
        self._writer.write(Saved(step=step, path=f"checkpoints/{PREFIX}{step}"))

    def _memory(self) -> int:
        """Bytes in use: what torch holds of the card, or this process' resident memory."""
        if torch.cuda.is_available():
            return int(torch.cuda.memory_reserved())
        return int(self._process.memory_info().rss)
