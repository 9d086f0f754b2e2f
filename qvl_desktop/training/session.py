"""One run from its plan to its adapter: everything of a run that needs torch.

Owns the order of things: samples, features, model, loop, adapter. Does not own any of these, nor the run's life and
death (`runner`), which must work before torch is imported and after it failed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import PrinterCallback, set_seed

from qvl_desktop.core.adapter_card import AdapterCard, model_fingerprint
from qvl_desktop.core.cheaper import milder
from qvl_desktop.core.dataset import Dataset, Sample
from qvl_desktop.core.events import Finished, Notice, Paused, Saved, Started
from qvl_desktop.core.feature_files import WeightsMemo, features_folder
from qvl_desktop.core.forecast import ForecastError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.plan import CHANGEABLE, SHARDED, TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.generator import Generator
from qvl_desktop.engine.host import hush_libraries
from qvl_desktop.models.loading import choose_device, load_processor, read_family
from qvl_desktop.models.merging_later import copy_settings
from qvl_desktop.models.qwen_vl.prompt import CHATML
from qvl_desktop.training.callbacks import RunCallback
from qvl_desktop.training.checkpoints import PLAN_NAME, PREFIX, check_room, copy_result, place_folder, step_of
from qvl_desktop.training.control import Control
from qvl_desktop.training.distributed import block_classes, check_sharing, choose_accelerator
from qvl_desktop.training.errors import CheckpointError, OutOfMemoryError, TrainingDataError, for_the_user
from qvl_desktop.training.families import CachedFamilyPictures, FamilyPictures
from qvl_desktop.training.feature_cache import CachedPictures, FeatureCache, PixelPictures
from qvl_desktop.training.forecasting import available_memory, check_by_step, needs_of
from qvl_desktop.training.memory import give_memory_back, share_one_heap
from qvl_desktop.training.methods import choose_threads, compute_dtype, load_for_training
from qvl_desktop.training.packing import PackedCollator
from qvl_desktop.training.probe import probe_step
from qvl_desktop.training.resuming import Written, last_checkpoint
from qvl_desktop.training.run_writer import RunWriter
from qvl_desktop.training.samples import Collator, EncodedSamples, check_pictures, encode_samples, sample_encoder
from qvl_desktop.training.tower import FamilyTowerRunner, VisualTowerRunner, tower_key
from qvl_desktop.training.trainer import QvlTrainer, steps_of, training_arguments
from qvl_desktop.training.validation import Validation

NAMED_SAMPLES = 20
"""Samples left out that get a notice of their own."""
Shown = CachedPictures | PixelPictures | FamilyPictures | CachedFamilyPictures
"""Where the batches of a run get their pictures from."""
MODEL_FOLDER = "model"
"""Where a full run puts the tuned model; adapters go to `adapter/`."""


@dataclass(frozen=True, slots=True)
class Splits:
    """The samples of a run: to learn from, and to validate on (`held_out` as text, `held_out_encoded` as tokens), none
    of them left out."""

    train: EncodedSamples
    held_out: tuple[Sample, ...]
    held_out_encoded: EncodedSamples


class TrainingSession:
    """Carries out a plan in a run folder.

    Args:
        model_folder: where the base model lies (already resolved from the plan's name).
        cached: whether frozen towers' features are computed ahead. Switched off only to compare the two.
    """

    def __init__(
        self,
        run: RunFolder,
        plan: TrainingPlan,
        model_folder: Path,
        writer: RunWriter,
        control: Control,
        *,
        cached: bool = True,
    ) -> None:
        self._run = run
        self._plan = plan
        choose_accelerator(plan)
        self._folder = model_folder
        self._writer = writer
        self._control = control
        _, self._family = read_family(model_folder)
        self._cached = cached and plan.method != "full"
        self._rank = int(os.environ.get("RANK", "0"))
        self._world_size = int(os.environ.get("WORLD_SIZE", "1"))
        self._device = self._own_device()
        self._dtype = compute_dtype(model_folder, plan, self._device)
        self._free_before = available_memory(self._device)

    def _own_device(self) -> torch.device:
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
            return torch.device("cuda", torch.cuda.current_device())
        return choose_device("auto")

    def train(self, dataset: Dataset, *, resume: bool) -> Finished | Paused:
        """Run the plan to its end, or to where the user stops it or wants the card back; all is saved by then.

        Raises `TrainingDataError`, `CheckpointError`, `DivergedError`, `ModelLoadError`, `PictureError`, and
        `Cancelled` and `CardFreed` when the user does so before the first step.
        """
        hush_libraries()
        share_one_heap()
        set_seed(self._plan.seed)
        checkpoint = last_checkpoint(self._run, self._plan, self._tell) if resume else None
        processor = load_processor(self._folder)
        if not self._family.native:
            processor.limit_pixels(self._plan.max_pixels)
        splits = self._splits(dataset, processor)
        pictures = self._pictures(splits, processor)
        try:
            return self._train(dataset, splits, pictures, processor, checkpoint)
        except (RuntimeError, MemoryError) as error:
            if isinstance(for_the_user(error), OutOfMemoryError):
                self._tell_milder(splits.train)
            raise
        finally:
            pictures.close()

    def _train(
        self,
        dataset: Dataset,
        splits: Splits,
        pictures: Shown,
        processor: Any,
        checkpoint: Path | None,
    ) -> Finished | Paused:
        self._writer.stage("model", 0, 1)
        longest = max(len(sample.input_ids) for sample in splits.train.samples)
        model = load_for_training(
            self._folder, self._plan, self._device, self._dtype, tower=not self._cached, longest=longest
        )
        if self._family.native and self._plan.method == "full":  # what is learnt is a chat, on a base model too
            model.generation_config.chat_format = CHATML
        choose_threads(model, self._device)
        self._writer.stage("model", 1, 1)
        self._control.check()
        collator = Collator(processor.tokenizer.pad_token_id, pictures)
        validation = Validation(
            run=self._run,
            writer=self._writer,
            control=self._control,
            generator=self._generator(model, processor, pictures),
            samples=splits.held_out,
            encoded=splits.held_out_encoded,
            collator=collator,
            batch_size=self._plan.batch_size,
        )
        batches = PackedCollator(self._plan.max_length, pictures) if self._plan.packing else collator
        trainer, callback = self._trainer(model, splits.train, batches, validation, checkpoint)
        self._tell_started(trainer, splits.train, checkpoint)
        self._check_forecast(trainer, splits.train)
        self._loop(trainer, validation, checkpoint)
        step = int(trainer.state.global_step)
        if callback.freed:
            return Paused(step=step, freed=True)
        target = self._save_result(trainer, processor, dataset.name, step)
        return Finished(step=step, reason="stopped" if callback.stopped else "done", adapter=target)

    # Samples

    def _splits(self, dataset: Dataset, processor: Any) -> Splits:
        for problem in dataset.problems:
            self._tell(problem)
        self._writer.stage("samples", 0, 1)
        train, notices = encode_samples(dataset.split("train"), sample_encoder(processor), self._plan)
        if not len(train):
            raise TrainingDataError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{name}: there is nothing to learn from: no conversation of the training split has an answer "
                    "within {limit} tokens. Make conversations, or put some into the training split.",
                ),
                name=dataset.name,
                limit=self._plan.max_length,
            )
        held_out = dataset.split("val")[: self._plan.eval_samples]
        held_out_encoded, more = encode_samples(held_out, sample_encoder(processor), self._plan)
        self._tell_left_out([*notices, *more])
        self._writer.stage("samples", 1, 1)
        whole = {(sample.source, sample.pictures) for sample in held_out_encoded.samples}
        asked = tuple(sample for sample in held_out if (sample.source, sample.pictures) in whole)
        return Splits(train, asked, held_out_encoded)

    def _tell(self, message: str) -> None:
        self._writer.write(Notice(message=message))

    def _tell_left_out(self, notices: list[str]) -> None:
        for notice in notices[:NAMED_SAMPLES]:
            self._tell(notice)
        if len(notices) > NAMED_SAMPLES:
            text = translate("errors", QT_TRANSLATE_NOOP("errors", "{count} more samples are left out."))
            self._tell(text.format(count=len(notices) - NAMED_SAMPLES))

    # Pictures

    def _pictures(self, splits: Splits, processor: Any) -> Shown:
        """Features from the cache, which is filled here with a tower that is gone afterwards; or pixels."""
        native = self._family.native
        check_pictures(splits.held_out)
        if not self._cached:
            return PixelPictures(processor.image_processor) if native else FamilyPictures(processor)
        encoded = (*splits.train.samples, *splits.held_out_encoded.samples)
        named = [sample.pictures for sample in encoded] + [sample.pictures for sample in splits.held_out]
        files = list(dict.fromkeys(picture for pictures in named for picture in pictures))
        self._writer.stage("features", 0, len(files))
        memo = WeightsMemo(features_folder())
        key = tower_key(self._folder, processor.image_processor, self._dtype, memo)
        tower: VisualTowerRunner | FamilyTowerRunner
        where: dict[str, Any] = {"dtype": self._dtype, "device": self._device}
        if native:
            tower = VisualTowerRunner(self._folder, processor.image_processor, **where)
        else:
            tower = FamilyTowerRunner(self._folder, self._family, processor, **where)
        cache = FeatureCache(features_folder(), key=key, rows=tower.rows, dtype=self._dtype, about=str(self._folder))
        if self._rank == 0 and cache.missing(files):
            cache.fill(
                files,
                tower,
                progress=lambda done, total: self._writer.stage("features", done, total),
                check=self._control.check,
            )
        cache.wait_for(files)
        self._writer.stage("features", len(files), len(files))
        del tower
        give_memory_back()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        return CachedPictures(cache) if native else CachedFamilyPictures(processor, cache)

    def _generator(self, model: Any, processor: Any, pictures: Shown) -> Generator | FamilyGenerator:
        """What answers in validation, its pictures from the same source as the training's."""
        if not self._family.native:
            seen = pictures.shown if isinstance(pictures, CachedFamilyPictures) else None
            return FamilyGenerator(model, processor, seen)
        features: Any = pictures.stacked if isinstance(pictures, CachedPictures) else None
        return Generator(model, processor, features=features)

    # The loop

    def _trainer(
        self,
        model: Any,
        train: EncodedSamples,
        collator: Collator | PackedCollator,
        validation: Validation,
        checkpoint: Path | None,
    ) -> tuple[QvlTrainer, RunCallback]:
        total = steps_of(self._plan, len(train), self._world_size)
        trainable = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
        check_room(self._run.path, trainable, self._plan.save_limit)
        callback = RunCallback(self._plan, self._writer, self._control, self._on_rank_0(validation.sample))
        trainer = QvlTrainer(
            model=model,
            args=training_arguments(
                self._plan,
                self._run.checkpoints,
                device=self._device,
                dtype=self._dtype,
                total_steps=total,
                blocks=block_classes(model),
            ),
            data_collator=collator,
            train_dataset=train,
            callbacks=[callback],
            plan=self._plan,
            grouped_by=Written.load(checkpoint).grouped_by if checkpoint else 0,
            validate=self._on_rank_0(validation),
        )
        check_sharing(self._plan, trainer.accelerator)
        trainer.remove_callback(PrinterCallback)
        callback.trainer = trainer
        trainer.between_steps = callback.between_steps
        return trainer, callback

    def _on_rank_0(self, work: Callable[[int], Any]) -> Callable[[int], Any]:
        """`work` on the first process alone; on all of them where none holds the whole model."""
        return work if self._rank == 0 or self._plan.distributed in SHARDED else lambda step: {}

    def _tell_started(self, trainer: QvlTrainer, train: EncodedSamples, checkpoint: Path | None) -> None:
        done = step_of(checkpoint) if checkpoint else 0
        self._tell_changed_data(len(train))
        self._writer.write(
            Started(
                pid=os.getpid(),
                total=int(trainer.args.max_steps),
                step=done,
                world_size=int(trainer.args.world_size),
                device=torch.cuda.get_device_name() if self._device.type == "cuda" else "cpu",
                precision=str(self._dtype).removeprefix("torch."),
                samples=len(train),
                trainable_parameters=sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
            )
        )

    def _check_forecast(self, trainer: QvlTrainer, train: EncodedSamples) -> None:
        """Hold the forecast against one real step, which every process takes; a model whose sizes are not known has
        none, and one that is shared out is whole in no process until the loop begins."""
        if self._plan.distributed in SHARDED:
            return  # said before (`plan_warnings`)
        if self._rank:
            probe_step(trainer, self._plan, train, self._dtype)
            return
        try:
            needs = needs_of(
                self._plan, self._folder, train.samples, self._device, self._dtype, available=self._free_before
            )
        except ForecastError:
            return
        check_by_step(needs, trainer, self._folder, train, self._dtype, self._writer.write)

    def _tell_milder(self, train: EncodedSamples) -> None:
        """Memory ran out: tell the settings that need less, as they are written when the run is resumed."""
        try:
            needs = needs_of(self._plan, self._folder, train.samples, self._device, self._dtype)
        except ForecastError:
            return
        offers = milder(self._plan, needs.shape, needs.data, needs.machine)
        here = [one.flags for one in offers if set(one.settings) <= set(CHANGEABLE)]
        anew = [one.flags for one in offers if not set(one.settings) <= set(CHANGEABLE)]
        for flags, text in (
            (here, QT_TRANSLATE_NOOP("errors", "This run goes on with less memory by train RUN --resume and {flags}.")),
            (anew, QT_TRANSLATE_NOOP("errors", "A new run would need less memory with {flags}.")),
        ):
            if flags:
                self._tell(translate("errors", text).format(flags="; ".join(flags[:3])))

    def _tell_changed_data(self, samples: int) -> None:
        """A resumed run meets the same samples only if there are as many as before."""
        earlier = [event.samples for event in EventReader(self._run).read() if isinstance(event, Started)]
        if earlier and earlier[-1] != samples:
            text = QT_TRANSLATE_NOOP(
                "errors", "The data has changed since the run began: {before} samples then, {now} now. The run goes on."
            )
            self._tell(translate("errors", text).format(before=earlier[-1], now=samples))

    def _loop(self, trainer: QvlTrainer, validation: Validation, checkpoint: Path | None) -> None:
        if checkpoint is None and self._rank == 0:
            validation(0)  # before the model is shared out
        try:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        except (ValueError, KeyError, EOFError) as error:
            if checkpoint is None or trainer.state.global_step:
                raise
            raise CheckpointError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "{path}: this checkpoint cannot be resumed from ({reason}). Delete it to use the one before.",
                ),
                path=checkpoint,
                reason=error,
            ) from error

    # The result

    def _save_result(self, trainer: QvlTrainer, processor: Any, data: str, step: int) -> str:
        """Write the adapter (or the tuned model) with its plan and card, whole; returns its path in the run folder."""
        full = self._plan.method == "full"
        name = MODEL_FOLDER if full else self._run.adapter.name
        sharded = self._plan.distributed in SHARDED
        state = trainer.accelerator.get_state_dict(trainer.model_wrapped) if sharded else None
        best = trainer.best if self._plan.metric_for_best != "none" else None
        if self._rank == 0:
            staging = self._run.path / f".partial-{name}"
            shutil.rmtree(staging, ignore_errors=True)
            metrics = trainer.last_metrics
            if best is not None and best.step != step:
                copy_result(self._run.checkpoints / f"{PREFIX}{best.step}", staging)
                step, metrics = best.step, best.metrics
                text = QT_TRANSLATE_NOOP("errors", "The result is the checkpoint of step {step}, which validated best.")
                self._tell(translate("errors", text).format(step=step))
            else:
                trainer.model.config.use_cache = True
                trainer.model.save_pretrained(staging, state_dict=state)
                self._plan.save(staging / PLAN_NAME)
            if full:
                if self._family.native:
                    processor.save_pretrained(staging)
                else:
                    copy_settings(self._folder, staging, self._plan.max_pixels)
            else:
                self._card(data, step, metrics).save(staging)
            place_folder(staging, self._run.path / name)
            self._writer.write(Saved(step=step, path=name))
        return name

    def _card(self, data: str, step: int, metrics: dict[str, float]) -> AdapterCard:
        return AdapterCard(
            base=self._plan.model,
            base_folder=str(self._folder),
            base_fingerprint=model_fingerprint(self._folder),
            method=self._plan.method,
            run=self._run.path.name,
            data=data,
            steps=step,
            created=time.time(),
            metrics=metrics,
            max_pixels=0 if self._family.native else self._plan.max_pixels,
        )
