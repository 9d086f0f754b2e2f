"""The loop: `transformers.Trainer` with what it lacks here.

Owns checkpoints that are whole or not there, the order of the samples, counting tokens, and validation in the loop.
Everything else (accumulation, clipping, schedules, mixed precision, many cards) is `Trainer`'s own.
"""

from __future__ import annotations

import math
import shutil
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch.utils.data import DataLoader
from transformers import Trainer, TrainingArguments

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.training.checkpoints import PLAN_NAME, PREFIX, Best, drop_old_checkpoints, place_folder, seal
from qvl_desktop.training.distributed import agreed, share_on_processors, sharing
from qvl_desktop.training.errors import DivergedError, disk_full, says_disk_full
from qvl_desktop.training.memory import optimiser_name, slim_adapter_inputs
from qvl_desktop.training.packing import SharedSteps, rows_of
from qvl_desktop.training.resuming import Written
from qvl_desktop.training.samples import EncodedSample, EncodedSamples, LengthGroupedSampler


def training_arguments(
    plan: TrainingPlan,
    folder: Path,
    *,
    device: torch.device,
    dtype: torch.dtype,
    total_steps: int,
    blocks: Sequence[str] = (),
) -> TrainingArguments:
    """The plan in `Trainer`'s words. Saving and evaluating are decided by our callback, not by its strategies.

    With packing the samples of a step are one batch (`packing`), so there is nothing for `Trainer` to accumulate.
    `blocks` names the classes of its layers, for runs that share the model out. Raises `OptimiserError`.
    """
    on_card = device.type == "cuda"
    accumulation = 1 if plan.packing else plan.accumulation
    return TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=plan.batch_size * plan.accumulation // accumulation,
        gradient_accumulation_steps=accumulation,
        num_train_epochs=plan.epochs,
        max_steps=total_steps,
        learning_rate=plan.learning_rate,
        lr_scheduler_type="constant_with_warmup" if plan.schedule == "constant" else plan.schedule,
        warmup_steps=round(plan.warmup_ratio * total_steps),
        weight_decay=plan.weight_decay,
        adam_beta2=plan.adam_beta2,
        max_grad_norm=plan.max_grad_norm,
        optim=optimiser_name(plan, device),
        bf16=dtype == torch.bfloat16,
        fp16=dtype == torch.float16 and on_card,
        use_cpu=not on_card,
        seed=plan.seed,
        data_seed=plan.seed,
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="no",
        eval_strategy="no",
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        dataloader_pin_memory=on_card,
        ddp_find_unused_parameters=False,
        label_names=["labels"],
        accelerator_config={"even_batches": not plan.packing},  # packed steps are shared out by `SharedSteps`
        **sharing(plan, blocks, on_card=on_card),
    )


def steps_of(plan: TrainingPlan, samples: int, world_size: int) -> int:
    """Optimiser steps of the whole run: what the epochs need, at most `max_steps` when that is set."""
    batches = math.ceil(samples / (plan.batch_size * world_size))
    steps = max(1, math.ceil(plan.epochs * math.ceil(batches / plan.accumulation)))
    return min(steps, plan.max_steps) if plan.max_steps else steps


class QvlTrainer(Trainer):
    """`Trainer` for a run folder.

    `grouped_by` is the batch size by which the samples are put in order (`resuming`; 0: the plan's). `validate` is
    called where `Trainer` would evaluate; `last_metrics` is what it found last. `tokens_seen` and
    `step_began` describe the step at hand, for the callback that reports it. `between_steps` is called when a step is
    told, measured and saved.
    """

    control: Any
    is_fsdp_enabled: bool

    def __init__(
        self,
        *,
        plan: TrainingPlan,
        validate: Callable[[int], dict[str, float]],
        train_dataset: EncodedSamples,
        grouped_by: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(train_dataset=train_dataset, **kwargs)
        self._plan = plan
        self._grouped_by = grouped_by or plan.batch_size
        self._order: LengthGroupedSampler | None = None
        self._validate = validate
        self._staging: Path | None = None
        self.best = Best.load(Path(self.args.output_dir))
        self.last_metrics: dict[str, float] = {}
        self.tokens_seen = 0
        self.step_began = time.perf_counter()
        self.between_steps: Callable[[QvlTrainer], None] = lambda trainer: None
        self._saved_step = -1
        self._at_hand: deque[tuple[EncodedSample, ...]] = deque()

    def create_accelerator_and_postprocess(self) -> None:
        """As `Trainer` makes it; without cards FSDP2 is put in its place by hand."""
        super().create_accelerator_and_postprocess()
        if self.args.fsdp_plugin_args is not None and not self.is_fsdp_enabled:
            from accelerate.utils import FullyShardedDataParallelPlugin

            share_on_processors(self.accelerator, FullyShardedDataParallelPlugin(**self.args.fsdp_plugin_args))
            self.is_fsdp_enabled = True

    # The order of the samples

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthGroupedSampler:
        dataset = train_dataset or self.train_dataset
        lengths = [len(sample.input_ids) for sample in dataset.samples]
        self._order = LengthGroupedSampler(lengths, self._grouped_by, self._plan.seed)
        return self._order

    def _init_training_state(self, *args: Any, **kwargs: Any) -> tuple[int, int]:
        """As `Trainer` finds it; the order is told the epoch in which a run goes on, which never arrives through the
        loader that leaves out what was learnt from where several processes share it."""
        epochs, batches = super()._init_training_state(*args, **kwargs)
        if self._order is not None:
            self._order.set_epoch(epochs)
        return epochs, batches

    def get_train_dataloader(self) -> DataLoader[Any]:
        """As `Trainer` makes it; packed steps that several processes share are shared out to the last sample."""
        if not self._plan.packing or self.args.world_size == 1:
            return super().get_train_dataloader()
        steps = SharedSteps(self._get_train_sampler(), self.args.per_device_train_batch_size, self.args.world_size)
        loader: DataLoader[Any] = DataLoader(
            self.train_dataset,
            batch_sampler=steps,
            collate_fn=self.data_collator,
            pin_memory=self.args.dataloader_pin_memory,
        )
        prepared: DataLoader[Any] = self.accelerator.prepare(loader)
        return prepared

    # Counting

    def get_batch_samples(self, *args: Any, **kwargs: Any) -> Any:
        """The batches of one step; the step's clock starts here."""
        self.step_began = time.perf_counter()
        self.tokens_seen = 0
        batches, items = super().get_batch_samples(*args, **kwargs)
        counts = [batch.pop("token_count") for batch in batches]
        self._at_hand = deque(batch.pop("samples") for batch in batches)
        self.tokens_seen = int(sum(counts)) * int(self.args.world_size)
        return batches, items

    # Numbers that are none

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """One batch forth and back, row by row when it is packed; gradients are shared with others after the last.

        Raises `DivergedError` before weights learn from a loss that is no number.
        """
        rows = rows_of(inputs)
        mixed = self.accelerator.mixed_precision != "no"
        with slim_adapter_inputs(model, mixed and not self._plan.use_dora):
            with self.accelerator.no_sync(model) if len(rows) > 1 else nullcontext():
                losses = [super(QvlTrainer, self).training_step(model, row, num_items_in_batch) for row in rows[:-1]]
            losses.append(super().training_step(model, rows[-1], num_items_in_batch))
        loss = torch.stack(losses).sum()
        samples = self._at_hand.popleft() if self._at_hand else ()
        if not torch.isfinite(loss).item():
            raise DivergedError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "The loss is no number any more at step {step}, first at {source}. Most often the learning rate of "
                    "{rate:g} is too high: start again with a third of it. If it stops at this sample again, leave the "
                    "sample out. The last checkpoint is from before.",
                ),
                step=self.state.global_step + 1,
                source=self._first_without_loss(model, samples) or "?",
                rate=self._plan.learning_rate,
            )
        return loss

    @torch.no_grad()
    def _first_without_loss(self, model: Any, samples: Sequence[EncodedSample]) -> str:
        """The source of the first sample whose own loss is no number."""
        for sample in samples:
            (row,) = rows_of(self.data_collator([sample]))
            inputs = self._prepare_inputs({name: row[name] for name in row if name not in ("token_count", "samples")})
            if not math.isfinite(float(model(**inputs, return_logits=False).loss)):
                return sample.source
        return samples[0].source if samples else ""

    def log(self, *args: Any, **kwargs: Any) -> None:
        """Tell the callbacks; keep no history, which every checkpoint would write out again (`events.jsonl` has it)."""
        super().log(*args, **kwargs)
        self.state.log_history.clear()

    # Between two steps

    def _maybe_log_save_evaluate(self, *args: Any, **kwargs: Any) -> None:
        super()._maybe_log_save_evaluate(*args, **kwargs)
        self.between_steps(self)

    def save_now(self) -> None:
        """A checkpoint of the step that was made last, unless there is one."""
        if self._saved_step != self.state.global_step:
            self._save_checkpoint(self.model, None)
            self.control = self.callback_handler.on_save(self.args, self.state, self.control)

    # Validation

    def _evaluate(self, trial: Any, ignore_keys_for_eval: Any, skip_scheduler: bool = False) -> dict[str, float]:
        """Measure; a checkpoint follows when it is the best so far."""
        self.control.should_evaluate = False
        self.last_metrics = self._validate(self.state.global_step)
        best = self.best or Best(0)
        if agreed(best.beaten_by(self.last_metrics, self._plan.metric_for_best)):
            self.best = Best(self.state.global_step, dict(self.last_metrics))
            self.control.should_save = True
        return self.last_metrics

    # Checkpoints

    def _get_output_dir(self, trial: Any) -> str:
        return str(self._staging or self.args.output_dir)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Write a checkpoint beside its place, seal it, flush it to disk and move it there; then drop the oldest."""
        folder = Path(self.args.output_dir)
        name = f"{PREFIX}{self.state.global_step}"
        self._staging = folder / ".partial"
        try:
            if self.args.should_save:
                shutil.rmtree(self._staging, ignore_errors=True)
                self._staging.mkdir(parents=True)
            self.accelerator.wait_for_everyone()
            super()._save_checkpoint(model, trial)
            self.accelerator.wait_for_everyone()
            if self.args.should_save:
                Written.by(self._plan, int(self.args.world_size), self._grouped_by).save(self._staging / name)
                seal(self._staging / name)
                place_folder(self._staging / name, folder / name)
                if self.best is not None and self.best.step == self.state.global_step:
                    self.best.save(folder)
                drop_old_checkpoints(folder, self._plan.save_limit, [self.best.step] if self.best else [])
            self._saved_step = self.state.global_step
        except (OSError, RuntimeError, SafetensorError) as error:
            if says_disk_full(error):
                raise disk_full(folder) from error
            raise
        finally:
            if self.args.should_save:
                shutil.rmtree(self._staging, ignore_errors=True)
            self._staging = None

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """The trained weights (only the adapter's, when there is one) and the plan beside them."""
        if not self.args.should_save:
            return
        folder = Path(output_dir or self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self.model.save_pretrained(folder, state_dict=state_dict)
        self._plan.save(folder / PLAN_NAME)
