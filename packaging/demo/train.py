"""Trains the demo model from scratch: first the visual tower on dense labels, then tower and decoder together.

    PYTHONPATH=.:packaging python -m demo.train RUN_FOLDER [--resume] [--export resources/demo_model]

Seeded and resumable: a run that was stopped and resumed passes through the same states as one that was not.
Checkpoints hold the model, the heads of the vision loss, both optimisers and the step.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F

from demo.attention import written_out_attention
from demo.export import export_model
from demo.optim import Optimiser
from demo.pointing import AttentionWatch
from demo.samples import FIRST_WEIGHT, HUNDREDS_WEIGHT, UNITS_WEIGHT, Batch, RowMaker, collate
from demo.stream import SceneStream
from demo.vision import FINE, Targets, VisionHeads, see, start_tower, vision_loss
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration, QwenVLTokenizer

if TYPE_CHECKING:
    from demo.recipe import Recipe, Stage
    from demo.scenes import Scene

CHECKPOINT = "checkpoint.pt"
FIRST_SEED = 1_000_000_000
"""Seeds of training scenes start here; held-out scenes use small seeds."""
GRADIENT_LIMIT = 2.0


class Training:
    """The state of a run: model, heads, optimiser, step."""

    def __init__(self, recipe: Recipe, ranks_file: Path) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.tokenizer = QwenVLTokenizer(ranks_file, n_queries=recipe.sizes.queries)
        self.config = recipe.sizes.config(self.tokenizer.eod_id)
        self.model = QwenVLForConditionalGeneration(QwenVLConfig(**self.config))
        self.tower = self.model.transformer.visual
        self.heads = VisionHeads(recipe.sizes.vision_width, recipe.sizes.hidden_size)
        start_tower(self.tower)
        self.optimiser = Optimiser(
            [
                *self.model.named_parameters(),
                *((f"heads.{name}", value) for name, value in self.heads.named_parameters()),
            ],
            recipe.vision_rates,
            recipe.decoder_rates,
        )
        self.step = 0
        self.model.train()

    def save(self, folder: Path) -> None:
        """Write the checkpoint in one piece."""
        state = {
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        beside = folder / (CHECKPOINT + ".part")
        torch.save(state, beside)
        os.replace(beside, folder / CHECKPOINT)

    def load(self, folder: Path) -> None:
        """Go on from the checkpoint."""
        state = torch.load(folder / CHECKPOINT, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]

    def train_step(self, pixels: torch.Tensor, scenes: list[Scene]) -> dict[str, float]:
        """One step on a batch of drawn scenes; what to watch comes back."""
        with written_out_attention():
            return self._train_step(pixels, scenes)

    def _train_step(self, pixels: torch.Tensor, scenes: list[Scene]) -> dict[str, float]:
        stage, vision_share, decoder_share = self.recipe.at(self.step)
        with torch.autocast("cpu", torch.bfloat16), torch.set_grad_enabled(stage.tower):
            early, late, features = see(self.tower, pixels)
            logits = [self.heads.mask(early), self.heads.patch(late), self.heads.slot(features)]
        targets = Targets(scenes, round(self.recipe.sizes.queries**0.5))
        loss, seen = vision_loss(*(part.float() for part in logits), targets, stage.box_weight)
        seen["vision"] = float(loss.detach())
        if not stage.tower:
            loss = loss.detach()
        if stage.tokens:
            read = features if stage.shaped else features.detach()
            answers, watched = self.answer_loss(stage, scenes, read)
            loss = loss + answers
            seen |= watched
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.optimiser.parameters, GRADIENT_LIMIT)
        self.optimiser.step(vision_share, decoder_share)
        self.step += 1
        return seen

    def answer_loss(
        self, stage: Stage, scenes: list[Scene], features: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, float]]:
        """The weighted cross-entropy of the answers' tokens."""
        rng = random.Random(self.recipe.seed * 1_000_003 + self.step)
        asked = scenes[: stage.asked or len(scenes)]
        maker = RowMaker(self.tokenizer, stage.tokens, stage.two_pictures, stage.tens_weight)
        batch = collate(maker.rows(asked, rng), self.tokenizer.eod_id, self.tokenizer.img_pad_id, maker.digits)
        with torch.autocast("cpu", torch.bfloat16), AttentionWatch(self.model, stage.pointing) as watch:
            hidden = self.model.transformer(
                input_ids=batch.input_ids,
                image_features=features[batch.pictures].float(),
                attention_mask=batch.mask,
                position_ids=batch.positions,
            ).last_hidden_state
            learnt = batch.weights[:, 1:] > 0
            logits = self.model.lm_head(hidden[:, :-1][learnt])
        truth, weights = batch.input_ids[:, 1:][learnt], batch.weights[:, 1:][learnt]
        losses = F.cross_entropy(logits.float(), truth, reduction="none")
        seen = self._watch(batch, losses.detach(), logits.detach(), truth, weights)
        loss = (losses * weights).sum() / weights.sum()
        if stage.pointing:
            pointing, watched = watch.loss(batch, self.heads.told)
            reading, read = watch.value_loss(batch, self.heads, hidden)
            loss = loss + stage.pointing * pointing + stage.reading * reading
            seen |= watched | read
        return loss, seen

    def _watch(
        self, batch: Batch, losses: torch.Tensor, logits: torch.Tensor, truth: torch.Tensor, weights: torch.Tensor
    ) -> dict[str, float]:
        right = (logits.argmax(-1) == truth).float()
        seen = {"answer": float((losses * weights).sum() / weights.sum())}
        for name, weight in (("hundreds", HUNDREDS_WEIGHT), ("units", UNITS_WEIGHT), ("first", FIRST_WEIGHT)):
            seen[name] = float(right[weights == weight].mean())
        learnt = torch.zeros_like(batch.input_ids)
        learnt[:, :-1][batch.weights[:, 1:] > 0] = right.long()
        rows, tokens = batch.numbers[batch.numbers[:, 3] == 10, :2].unbind(-1)
        seen["tens"] = float(learnt[rows, tokens].float().mean())
        return seen


_asked_to_stop = threading.Event()
stopping = _asked_to_stop.is_set


def run(
    training: Training,
    folder: Path,
    *,
    until: int | None = None,
    core: int | None = None,
    every: float = 180.0,
    log_every: int = 20,
) -> None:
    """Train to the end (or to step ``until``), with ``log.jsonl`` and a checkpoint every ``every`` seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    end = training.recipe.steps if until is None else min(until, training.recipe.steps)
    while training.step < end and not stopping():
        stage = training.recipe.at(training.step)[0]
        index = training.recipe.stages.index(stage)
        first = sum(earlier.steps for earlier in training.recipe.stages[:index])
        sizes = training.recipe.sizes
        stream = SceneStream(
            stage.batch,
            stage.style,
            first_seed=FIRST_SEED + index * 50_000_000,
            step=training.step - first,
            grid=sizes.image_size // sizes.patch_size * FINE,
            core=core,
        )
        try:
            _run_stage(training, stream, folder, min(end, first + stage.steps), every, log_every)
        finally:
            stream.close()
        training.save(folder)


def _run_stage(training: Training, stream: SceneStream, folder: Path, end: int, every: float, log_every: int) -> None:
    sums: dict[str, list[float]] = {}
    saved = started = time.monotonic()
    for pixels, scenes in stream:
        stage, *shares = training.recipe.at(training.step)
        for name, value in training.train_step(pixels, scenes).items():
            sums.setdefault(name, []).append(value)
        now = time.monotonic()
        if training.step % log_every == 0:
            line: dict[str, Any] = {
                "step": training.step,
                "stage": stage.name,
                "rates": [round(share, 4) for share in shares],
                "seconds": round(now - started, 1),
            }
            line |= {name: round(sum(values) / len(values), 4) for name, values in sums.items()}
            with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
            sums, started = {}, now
        if now - saved > every:
            training.save(folder)
            saved = now
        if training.step >= end or stopping():
            return


def main() -> None:
    """Train, then export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ranks", type=Path, default=Path("resources/demo_model/qwen.tiktoken"))
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--until", type=int)
    parser.add_argument("--core", type=int, help="the core that draws pictures")
    parser.add_argument("--export", type=Path)
    parser.add_argument("--recipe", default="RECIPE")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    signal.signal(signal.SIGTERM, lambda *_: _asked_to_stop.set())
    from demo import recipe as recipes

    training = Training(getattr(recipes, arguments.recipe), arguments.ranks)
    if arguments.resume:
        training.load(arguments.folder)
    run(training, arguments.folder, until=arguments.until, core=arguments.core)
    if arguments.export and not stopping():
        export_model(training.model, training.config, arguments.ranks, arguments.export)


if __name__ == "__main__":
    main()
