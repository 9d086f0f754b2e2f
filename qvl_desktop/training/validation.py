"""Validation in the loop: the loss on held-out samples, grounding figures, and samples to look at.

Owns what is measured at a validation and the pictures below `samples/`. Does not own when (`callbacks`) nor scoring
(`evaluation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from qvl_desktop.core.answers_at_once import answers_at_once
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.events import Evaluated, Sampled
from qvl_desktop.core.metrics import GroundingScore
from qvl_desktop.core.run_folder import RunFolder
from qvl_desktop.engine.answerer import Answerer
from qvl_desktop.training.control import Control
from qvl_desktop.training.evaluation import Outcome, ask, draw_outcome, grounding_questions, score, spoken_question
from qvl_desktop.training.run_writer import RunWriter
from qvl_desktop.training.samples import Collator, EncodedSamples

SAMPLE_PICTURES = 4
STAGE = "validation"
MOST_REFS = 500
"""Phrases whose figures are told at a validation."""
ANSWER_ROOM = 256
"""Tokens that an answer may take beside the longest sample, for the count of those that are given together."""


def ref_figures(figures: GroundingScore) -> dict[str, dict[str, float]]:
    """Acc@0.5, mean IoU and number of true boxes of each phrase; of very many the most frequent."""
    frequent = sorted(figures.per_ref.items(), key=lambda item: -item[1].boxes)[:MOST_REFS]
    return {
        ref: {"acc50": tally.acc50, "mean_iou": tally.mean_iou, "boxes": float(tally.boxes)} for ref, tally in frequent
    }


class Validation:
    """Measures the model at hand on the validation split.

    Args:
        generator: answers with the model that is trained, its pictures from the same source as the training's.
        samples: at most `eval_samples` samples of the split.
        encoded: the same samples as tokens, for the loss.
    """

    def __init__(
        self,
        *,
        run: RunFolder,
        writer: RunWriter,
        control: Control,
        generator: Answerer,
        samples: Sequence[Sample],
        encoded: EncodedSamples,
        collator: Collator,
        batch_size: int,
    ) -> None:
        self._run = run
        self._writer = writer
        self._control = control
        self._generator = generator
        self._encoded = encoded
        self._collator = collator
        self._batch_size = batch_size
        self._questions = grounding_questions(samples)

    def __call__(self, step: int) -> dict[str, float]:
        """Measure, tell, draw; returns the metrics (empty when there is nothing to validate on)."""
        if not len(self._encoded):
            return {}
        total = len(self._encoded) + len(self._questions)
        metrics: dict[str, float] = {"loss": self.loss(total)}
        done = len(self._encoded)
        outcomes = self._ask(len(self._questions), lambda asked, _: self._writer.stage(STAGE, done + asked, total))
        if self._control.should_stop():  # cut short: no figures at all are better than wrong ones
            return {}
        refs: dict[str, dict[str, float]] = {}
        if outcomes:
            figures = score(outcomes)
            refs = ref_figures(figures)
            metrics |= {
                "acc50": figures.total.acc50,
                "mean_iou": figures.total.mean_iou,
                "precision": figures.total.precision,
                "parse_failures": float(figures.parse_failures),
                "questions": float(figures.questions),
            }
        self._writer.stage(STAGE, total, total)
        self._writer.write(Evaluated(step=step, metrics=metrics, refs=refs))
        self._draw(step, outcomes[:SAMPLE_PICTURES])
        return metrics

    def sample(self, step: int) -> None:
        """Answer and draw a few questions now, because the user wants to see."""
        self._draw(step, self._ask(SAMPLE_PICTURES, lambda asked, total: self._writer.stage("samples", asked, total)))

    @torch.no_grad()
    def loss(self, total: int = 0) -> float:
        """Mean loss over the supervised tokens of the validation samples."""
        model, samples = self._generator.model, self._encoded.samples
        was_training = model.training
        model.eval()
        summed, tokens = 0.0, 0
        try:
            for start in range(0, len(samples), self._batch_size):
                chunk = samples[start : start + self._batch_size]
                batch: dict[str, Any] = self._collator(chunk)
                for name in ("token_count", "samples"):
                    batch.pop(name)
                inputs = {name: value.to(self._generator.device) for name, value in batch.items()}
                summed += float(model(**inputs, num_items_in_batch=1, return_logits=False).loss)
                tokens += sum(sample.supervised for sample in chunk)
                self._writer.stage(STAGE, start + len(chunk), max(total, len(samples)))
        finally:
            model.train(was_training)
        return summed / max(tokens, 1)

    def _ask(self, limit: int, on_progress: Any) -> list[Outcome]:
        if not self._questions:
            return []
        return ask(
            self._generator,
            self._questions[:limit],
            batch_size=answers_at_once(kept_bytes(self._generator.model, self._longest())),
            on_progress=on_progress,
            should_stop=self._control.should_stop,
        )

    def _longest(self) -> int:
        """Tokens of the longest sample, and room for an answer."""
        return max((len(sample.input_ids) for sample in self._encoded.samples), default=0) + ANSWER_ROOM

    def _draw(self, step: int, outcomes: Sequence[Outcome]) -> None:
        for number, outcome in enumerate(outcomes, start=1):
            path = self._run.samples / f"step-{step:06d}-{number}.jpg"
            draw_outcome(outcome, path)
            self._writer.write(
                Sampled(
                    step=step,
                    path=path.relative_to(self._run.path).as_posix(),
                    prompt=spoken_question(outcome.question),
                    answer=outcome.answer,
                )
            )


def kept_bytes(model: Any, tokens: int) -> int:
    """Bytes that keys and values of so many tokens take in a model of any family."""
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    config = base.config.get_text_config()
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    size = base.get_input_embeddings().weight.element_size()
    return int(tokens * config.num_hidden_layers * 2 * heads * width * size)
