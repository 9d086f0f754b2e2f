"""Whether a merged model is the model with its adapter: the same answers, and the same logits behind them.

Owns asking both, and how far apart they may be. One of the two is in memory at a time. Does not own merging (`models`)
nor what is printed (`commands`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.engine.answerer import Answerer
from qvl_desktop.engine.generator import Question
from qvl_desktop.models.families.processor import FamilyProcessor
from qvl_desktop.models.qwen_vl.labels import IGNORE_INDEX
from qvl_desktop.training.families import FamilyPictures
from qvl_desktop.training.feature_cache import PixelPictures
from qvl_desktop.training.samples import Collator, encode_sample, sample_encoder

ANSWER_TOKENS = 64
"""How long an answer is at most."""
CLOSE = {"fp32": 0.99999, "dense": 0.995, "int8": 0.98, "int4": 0.75}
"""How alike the logits must be (cosine of their deviations from the mean, 1 being the same), by what was written:
float32, 16 bits, or rounded to 8 or 4 bits."""
AGREEING = {"fp32": 0.99, "dense": 0.95, "int8": 0.8, "int4": 0.0}
"""The share of tokens that must be the likeliest in both."""


class MergeError(QvlError):
    """A merged model that does not answer as the model with its adapter."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one model answers to one question: its text, and float32 logits (tokens, vocabulary) along `text`."""

    question: Question
    text: str
    logits: torch.Tensor


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near two models are over some answers.

    `same` of `answers` are equal to the letter. Along the first model's answers: `tokens` in all, of which `agreeing`
    have the same likeliest token; `max_difference` is the largest difference of two logits, `spread` the standard
    deviation of the first model's; `closeness` is the mean cosine of the centred logits.
    """

    answers: int
    same: int
    tokens: int
    agreeing: int
    max_difference: float
    spread: float
    closeness: float

    def to_json(self) -> dict[str, float]:
        """Plain data."""
        return asdict(self)

    def check(self, kind: str, target: Path) -> None:
        """Raise `MergeError` when the two are further apart than rounding of this kind (a key of `CLOSE`) explains."""
        enough = self.agreeing >= AGREEING[kind] * self.tokens
        if math.isfinite(self.closeness) and self.closeness >= CLOSE[kind] and enough:
            return
        raise MergeError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The merged model does not answer as the model with its adapter: {same} of {answers} answers are the "
                "same, {agreeing} of {tokens} tokens, and the logits are alike to {closeness:.4f} where {wanted} is "
                "due. It lies in {target} to be looked at; do not use it. Merge again from files that are whole, or "
                "quantise with samples (--data).",
            ),
            same=self.same,
            answers=self.answers,
            agreeing=self.agreeing,
            tokens=self.tokens,
            closeness=self.closeness,
            wanted=CLOSE[kind],
            target=target,
        )


def ask_with_logits(generator: Answerer, questions: Sequence[Question]) -> list[Given]:
    """Greedy answers, and the logits along each."""
    given = []
    for question in questions:
        text = generator.answer(question.turns, question.pictures, ANSWER_TOKENS).text
        given.append(Given(question, text, logits_along(generator, question, text)))
    return given


@torch.no_grad()
def logits_along(generator: Answerer, question: Question, text: str) -> torch.Tensor:
    """float32 (tokens, vocabulary) on the host: what the model expects at each token of an answer it is given."""
    processor, model = generator.processor, generator.model
    turns = (*question.turns, Turn("assistant", text))
    plan = TrainingPlan(max_length=generator.context)
    encoded = encode_sample(Sample(Conversation(turns), _files(question)), sample_encoder(processor), plan)
    later = isinstance(processor, FamilyProcessor)
    pictures = FamilyPictures(processor) if later else PixelPictures(processor.image_processor)
    batch: dict[str, Any] = Collator(processor.tokenizer.pad_token_id, pictures)([encoded])
    learnt = torch.tensor(encoded.labels[1:]) != IGNORE_INDEX
    inputs = {
        name: value.to(generator.device)
        for name, value in batch.items()
        if name not in ("labels", "token_count", "samples")
    }
    model.eval()
    logits: torch.Tensor = model(**inputs).logits
    return logits[0, :-1].float().cpu()[learnt]


def _files(question: Question) -> tuple[Path, ...]:
    return tuple(Path(picture) for picture in question.pictures if isinstance(picture, str | Path))


def agreement(reference: Sequence[Given], generator: Answerer) -> Agreement:
    """Another model held against the answers of the first."""
    same = tokens = agreeing = 0
    largest = summed = 0.0
    squares = torch.zeros((), dtype=torch.float64)
    for one in reference:
        text = generator.answer(one.question.turns, one.question.pictures, ANSWER_TOKENS).text
        logits = logits_along(generator, one.question, one.text)
        same += text == one.text
        tokens += len(logits)
        agreeing += int((logits.argmax(-1) == one.logits.argmax(-1)).sum())
        largest = max(largest, float((logits - one.logits).abs().max()))
        mine, first = (each - each.mean(-1, keepdim=True) for each in (logits, one.logits))
        summed += float(F.cosine_similarity(mine, first, dim=-1).sum())
        squares += first.double().square().mean(-1).sum()
    count = max(tokens, 1)
    return Agreement(
        answers=len(reference),
        same=same,
        tokens=tokens,
        agreeing=agreeing,
        max_difference=largest,
        spread=float((squares / count).sqrt()),
        closeness=summed / count,
    )
