"""Answers of the later families' models, as canonical text.

Owns the same promises as `generator.Generator` for models that `transformers` generates with: streaming, stopping,
batches, cancelling within one token. Does not keep features, keys or values between answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

import torch
from transformers import GenerationConfig, LogitsProcessor, StoppingCriteria

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import DialectStream
from qvl_desktop.engine.features import PictureSource
from qvl_desktop.engine.generator import (
    DEFAULT_BATCH,
    DEFAULT_NEW_TOKENS,
    Answer,
    Question,
    StopReason,
    check_room,
    evaluating,
)
from qvl_desktop.engine.sampling import GREEDY, Sampler, Sampling
from qvl_desktop.engine.text_stream import TextStream
from qvl_desktop.models.families.base import ChatInputs


class FamilyGenerator:
    """Answers questions with one model of a later family.

    Args:
        model: a class of `transformers`, bare or wrapped by PEFT, on any device and precision.
        processor: the `FamilyProcessor` of the same folder.
    """

    def __init__(self, model: Any, processor: Any) -> None:
        self.model = model
        self.processor = processor
        self._tokenizer = processor.tokenizer
        self._base = model.get_base_model() if hasattr(model, "get_base_model") else model
        ends = self._base.generation_config.eos_token_id
        self._stop_ids = self._tokenizer.stop_ids | ({ends} if isinstance(ends, int) else set(ends or ()))

    @property
    def device(self) -> torch.device:
        """Where token ids go."""
        device: torch.device = self._base.get_input_embeddings().weight.device
        return device

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        return int(self._base.config.get_text_config().max_position_embeddings)

    def forget(self) -> None:
        """Nothing is kept."""

    def answer(
        self,
        turns: Sequence[Turn],
        pictures: Sequence[PictureSource] = (),
        max_new_tokens: int = DEFAULT_NEW_TOKENS,
        sampling: Sampling = GREEDY,
        on_piece: Callable[[str], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        *,
        stop: Sequence[str] = (),
        variant: str = "",
    ) -> Answer:
        """Answer one conversation; see `Generator.answer`. `stop` strings are looked for in the model's own writing."""
        began = time.perf_counter()
        with evaluating(self.model):
            inputs = self.processor.encode_chats([(turns, pictures)])
            prompt_tokens = inputs.data["input_ids"].shape[1]
            check_room(prompt_tokens, self.context)
            follower = _Follower(self, inputs, stop, on_piece, should_stop)
            if should_stop is not None and should_stop():
                follower.reason = "cancelled"
            else:
                choosing = _Choosing(Sampler(sampling.completed(self._base.generation_config), self.device))
                self._generate(inputs, min(max_new_tokens, self.context - prompt_tokens), follower, [choosing])
        follower.close()
        return Answer(
            text="".join(follower.pieces),
            tokens=follower.tokens,
            prompt_tokens=prompt_tokens,
            reused_tokens=0,
            seconds=time.perf_counter() - began,
            first_seconds=max(follower.first - began, 0.0),
            stopped=follower.reason,
        )

    def answer_batch(
        self,
        questions: Sequence[Question],
        max_new_tokens: int = DEFAULT_NEW_TOKENS,
        *,
        batch_size: int = DEFAULT_BATCH,
        should_stop: Callable[[], bool] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        variant: str = "",
    ) -> list[str]:
        """Greedy answers of many questions, in their order; see `Generator.answer_batch`."""
        texts: list[str] = []
        with evaluating(self.model):
            for start in range(0, len(questions), batch_size):
                batch = questions[start : start + batch_size]
                if should_stop is not None and should_stop():
                    texts += [""] * len(batch)
                    continue
                inputs = self.processor.encode_chats([(question.turns, question.pictures) for question in batch])
                length = inputs.data["input_ids"].shape[1]
                check_room(length, self.context)
                ids = self._generate(inputs, min(max_new_tokens, self.context - length), _Asker(should_stop), [])
                for row, sizes in zip(ids[:, length:].tolist(), inputs.sizes, strict=True):
                    said = takewhile(lambda token: not self.is_end(token), row)
                    texts.append(self.processor.read_answer(list(said), sizes).text)
                if on_progress is not None:
                    on_progress(len(texts), len(questions))
        return texts

    def is_end(self, token: int) -> bool:
        """Whether a token ends an answer."""
        return token in self._stop_ids

    def _generate(
        self, inputs: ChatInputs, max_new_tokens: int, watch: StoppingCriteria, choose: list[LogitsProcessor]
    ) -> torch.Tensor:
        """Ids (rows, prompt + answer) as the likeliest token, or the one that `choose` leaves, follows another."""
        settings = GenerationConfig(
            max_new_tokens=max_new_tokens,
            do_sample=False,
            repetition_penalty=1.0,
            eos_token_id=sorted(self._stop_ids),
            pad_token_id=self._tokenizer.pad_token_id,
        )
        ids: torch.Tensor = self.model.generate(
            **{name: value.to(self.device) for name, value in inputs.data.items()},
            generation_config=settings,
            stopping_criteria=[watch],
            logits_processor=choose,
        )
        return ids


class _Follower(StoppingCriteria):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Sees each token as it comes, tells its text, and says when to stop."""

    def __init__(
        self,
        generator: FamilyGenerator,
        inputs: ChatInputs,
        stop: Sequence[str],
        on_piece: Callable[[str], None] | None,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self._generator = generator
        self._tokenizer = generator.processor.tokenizer
        self._written = TextStream(stop)
        self._canonical = DialectStream(generator.processor.dialect, inputs.sizes[0])
        self._on_piece = on_piece
        self._should_stop = should_stop
        self.pieces: list[str] = []
        self.tokens = 0
        self.first = 0.0
        self.reason: StopReason = "length"

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        token = int(input_ids[0, -1])
        self.first = self.first or time.perf_counter()
        ended = True
        if self._generator.is_end(token):
            self.reason = "stop"
        else:
            self.tokens += 1
            if token not in self._tokenizer.silent_ids:
                self._tell(self._canonical.feed(self._written.feed(self._tokenizer.token_bytes(token))))
            if self._written.ended:
                self.reason = "stop"
            elif self._should_stop is not None and self._should_stop():
                self.reason = "cancelled"
            else:
                ended = False
        return torch.full((1,), ended, dtype=torch.bool, device=input_ids.device)

    def close(self) -> None:
        """Tell what was held back."""
        self._tell(self._canonical.feed(self._written.close()))
        self._tell(self._canonical.close())

    def _tell(self, piece: str) -> None:
        if piece:
            self.pieces.append(piece)
            if self._on_piece is not None:
                self._on_piece(piece)


class _Asker(StoppingCriteria):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Ends a batch when somebody wants it to end."""

    def __init__(self, should_stop: Callable[[], bool] | None) -> None:
        self._should_stop = should_stop

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        ended = self._should_stop is not None and self._should_stop()
        return torch.full((len(input_ids),), ended, dtype=torch.bool, device=input_ids.device)


class _Choosing(LogitsProcessor):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Leaves one token to choose from: the sampler's."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        chosen = self._sampler.choose(scores)
        return torch.full_like(scores, -torch.inf).scatter(-1, chosen[:, None], 0.0)
