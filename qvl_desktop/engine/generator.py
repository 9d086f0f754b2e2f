"""Answers of a loaded model: one, piece by piece, or many at once.

Owns the decoding loop, the reuse of picture features and of the last chat's keys and values, and when an answer ends.
Does not load models (`models.loading`), lay out prompts (`models.qwen_vl.prompt`) or serve requests (`server`).
Not thread-safe: one answer at a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import torch
from PIL import Image

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import QWEN_VL, dialect
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.engine.decoding import Chosen, Decoding, make_cache, make_steps, make_store
from qvl_desktop.engine.features import Encode, FeatureStore, PictureSource, content_key
from qvl_desktop.engine.host_parts import encode_images
from qvl_desktop.engine.prefix import Prefix
from qvl_desktop.engine.sampling import GREEDY, Sampler, Sampling
from qvl_desktop.engine.slot_cache import SlotCache
from qvl_desktop.engine.slot_steps import SlotSteps
from qvl_desktop.engine.text_stream import TextStream
from qvl_desktop.engine.writing import StopReason, Writing
from qvl_desktop.models.errors import ModelError
from qvl_desktop.models.qwen_vl.prompt import (
    CHATML,
    DEFAULT_WINDOW,
    Prompt,
    encode_prompt,
    picture_paths,
    single_completion,
    stop_ids,
)
from qvl_desktop.models.qwen_vl.spans import check_picture_count
from qvl_desktop.models.qwen_vl.special_tokens import POINTING_TOKENS

DEFAULT_NEW_TOKENS = 512
DEFAULT_BATCH = 16


class PromptTooLongError(ModelError):
    """A prompt leaves no room for an answer in the model's context."""


@dataclass(frozen=True, slots=True)
class Question:
    """A conversation to be answered: canonical turns, and one picture for each `<img>` of them, in order.

    `ahead` holds pictures that were decoded and resized before their turn came, by content key (`look_ahead`).
    """

    turns: tuple[Turn, ...]
    pictures: tuple[PictureSource, ...] = ()
    ahead: Mapping[str, Image.Image] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Laid:
    """A question as tokens. `pictures` are the first slot and the content key of each picture in them, `shown` the
    pictures themselves; `lead` is how the answer begins, `level` the prompt's rotary level."""

    input_ids: list[int]
    pictures: list[tuple[int, str]]
    shown: list[PictureSource]
    lead: str
    level: int

    @property
    def mark(self) -> int:
        """What a slot remembers of it."""
        return self.level


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said.

    `text` is canonical text. `tokens` counts the generated ones, `prompt_tokens` those of the prompt, of which
    `reused_tokens` did not have to be computed. `seconds` is the whole time, `first_seconds` the time before the first
    token. `stopped`: the model ended ("stop"), the limit was reached ("length"), or `should_stop` said so
    ("cancelled"). `queued_seconds` is how long the question waited before all this.
    """

    text: str
    tokens: int
    prompt_tokens: int
    reused_tokens: int
    seconds: float
    first_seconds: float
    stopped: StopReason
    queued_seconds: float = 0.0


class Generator:
    """Answers questions with one model and its processor.

    Args:
        model: a `QwenVLForConditionalGeneration`, bare or wrapped by PEFT, on any device and precision.
        processor: the `QwenVLProcessor` of the same folder.
        features: where picture features come from when the model was loaded without its visual tower:
            pictures -> (pictures, n_queries, hidden). By default the model's own tower.
        decoding: how steps of one token are taken, see `decoding.Decoding`; by default what the environment says.
        chat_format: how a question is laid out, one of `prompt.CHAT_FORMATS`: "raw" is for the base model.

    Texts that come out are canonical: a coordinate of 1000 in a box is told as 999 (`core.dialects`). Call `forget()`
    after the weights have changed.
    """

    def __init__(
        self,
        model: Any,
        processor: Any,
        *,
        features: Encode | None = None,
        decoding: Decoding | None = None,
        chat_format: str = CHATML,
    ) -> None:
        self.model = model
        self.processor = processor
        self._tokenizer = processor.tokenizer
        self._base = model.get_base_model() if hasattr(model, "get_base_model") else model
        self.chat_format = chat_format
        special = self._tokenizer.special_tokens
        self._silent_ids = frozenset(token_id for text, token_id in special.items() if text not in POINTING_TOKENS)
        self.features = FeatureStore(features or self._encode_pictures)
        self._prefix: Prefix | None = None
        self._store = make_store(model, decoding)

    @property
    def device(self) -> torch.device:
        """Where token ids go."""
        device: torch.device = self._base.get_input_embeddings().weight.device
        return device

    @property
    def chat_format(self) -> str:
        """How questions are laid out; may be set between answers. Raises `ChatFormatError` for an unknown one."""
        return self._chat_format

    @chat_format.setter
    def chat_format(self, chat_format: str) -> None:
        self._stop_ids = frozenset(stop_ids(self._tokenizer, chat_format))
        self._chat_format = chat_format

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        return int(self._base.config.max_position_embeddings)

    @property
    def seen(self) -> int:
        """Pictures that went through the tower so far."""
        return self.features.encoded

    def forget(self) -> None:
        """Drop kept features, keys and values."""
        self.features.forget()
        self._prefix = None
        if self._store is not None:
            self._store.clear()

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
        """Answer one conversation.

        `on_piece` gets the text as it becomes certain; the pieces joined are `Answer.text`. `should_stop` is asked
        before each token. `stop` are strings that end the answer and are not part of it. `variant` names the active
        adapter, so that what was kept under another one is not used. In raw format the answer begins with the
        `<ref>..</ref><box>` that the question leaves open. Raises `PictureCountError`, `PictureError`,
        `PromptTooLongError`, `TurnOrderError`.
        """
        began = time.perf_counter()
        first, fed = 0.0, 0
        with evaluating(self.model):
            laid = self.lay_out(Question(tuple(turns), tuple(pictures)))
            writing = self.writing(laid, stop, on_piece)
            writing.lead(laid.lead)
            prompt_tokens, reused = len(laid.input_ids), 0
            room = min(max_new_tokens, self.context - prompt_tokens)
            if should_stop is not None and should_stop():
                room, writing.reason = 0, "cancelled"
            if room > 0:
                prefix = self._resume(laid, variant, prompt_tokens + room)
                reused = len(prefix.input_ids)
                logits = self.read(prefix, laid, variant)
                steps = make_steps(self._store, self.model, prefix.cache, None, variant, prompt_tokens + room)
                sampler = self.sampler(sampling)
            while len(writing.ids) < room:
                ids = sampler.choose(logits)
                chosen = Chosen(ids)
                ahead = steps.ahead and len(writing.ids) + 1 < room
                if ahead:
                    logits, fed = steps.next(ids), fed + 1
                (token,) = chosen.numbers()
                first = first or time.perf_counter() - began
                if writing.ends_with(token):
                    break
                if should_stop is not None and should_stop():
                    writing.reason = "cancelled"
                    break
                if not ahead and len(writing.ids) < room:
                    logits, fed = steps.next(ids), fed + 1
            if room > 0:
                prefix.input_ids = [*laid.input_ids, *writing.ids][: prompt_tokens + min(fed, len(writing.ids))]
                steps.close(len(prefix.input_ids))
                self._prefix = prefix
        writing.close()
        return Answer(
            text=writing.text,
            tokens=len(writing.ids),
            prompt_tokens=prompt_tokens,
            reused_tokens=reused,
            seconds=time.perf_counter() - began,
            first_seconds=first,
            stopped=writing.reason,
        )

    def writing(
        self, laid: Laid, stop: Sequence[str], on_piece: Callable[[str], None] | None, *, ends: bool = True
    ) -> Writing:
        """The text of an answer to a question. `ends`: whether the model's own end is obeyed."""
        return Writing(
            dialect(QWEN_VL),
            (),
            stop,
            on_piece,
            token_bytes=self._tokenizer.token_bytes,
            ends=self._stop_ids if ends else frozenset(),
            silent=self._silent_ids,
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
        """Greedy answers of many questions, in their order; the same texts as one by one.

        Questions of like length are answered together, padded on the left. `on_progress(done, total)` is called after
        each batch. When `should_stop` says so, the answers not finished by then are cut short or empty.
        """
        texts = [""] * len(questions)
        laid_out = [self._laid_out(question.turns, question.pictures) for question in questions]
        questions = [
            Question(turns, question.pictures) for question, (turns, _) in zip(questions, laid_out, strict=True)
        ]
        with evaluating(self.model):
            lengths = [len(self._encode(question.turns).input_ids) for question in questions]
            order = sorted(range(len(questions)), key=lambda place: lengths[place])
            for start in range(0, len(order), batch_size):
                places = order[start : start + batch_size]
                batch = [questions[place] for place in places]
                for place, ids in zip(places, self._batch(batch, max_new_tokens, should_stop, variant), strict=True):
                    texts[place] = self._text(ids, laid_out[place][1])
                if on_progress is not None:
                    on_progress(start + len(places), len(order))
        return texts

    # The steps of one answer, for whoever takes them

    def look_ahead(self, pictures: Sequence[PictureSource]) -> dict[str, Image.Image]:
        """Pictures that have not been seen, decoded and resized, by content key; from any thread.

        Raises `PictureError`.
        """
        keys = {content_key(picture): picture for picture in pictures}
        resize = self.processor.image_processor.resize
        return {key: resize(picture) for key, picture in keys.items() if not self.features.holds(key)}

    def lay_out(self, question: Question, variant: str = "") -> Laid:
        """A question as tokens. Raises `PictureCountError`, `PictureError`, `PromptTooLongError`, `TurnOrderError`."""
        turns, lead = self._laid_out(question.turns, question.pictures)
        prompt = self._encode(turns)
        shown = [question.pictures[place] for place in prompt.picture_places]
        keys = [content_key(picture) for picture in shown]
        shown = [question.ahead.get(key, picture) for key, picture in zip(keys, shown, strict=True)]
        pictures = list(zip(self._picture_places(prompt.input_ids), keys, strict=True))
        level = int(self._base.transformer.rotary.level(len(prompt.input_ids)))
        return Laid(prompt.input_ids, pictures, shown, lead, level)

    def sampler(self, sampling: Sampling) -> Sampler:
        """Chooses the tokens of one answer."""
        return Sampler(sampling.completed(self._base.generation_config))

    def read(self, prefix: Prefix, laid: Laid, variant: str) -> torch.Tensor:
        """Logits (1, vocabulary) after a prompt, of which `prefix` holds the beginning; then it holds all of it.

        Only pictures behind that beginning are looked at. To be called with `evaluating`.
        """
        seen = len(prefix.pictures)
        fresh = self._features(laid.shown[seen:], [key for _, key in laid.pictures[seen:]], variant)
        logits = self._pass(prefix, laid.input_ids[len(prefix.input_ids) :], fresh)
        prefix.input_ids, prefix.pictures = list(laid.input_ids), list(laid.pictures)
        return logits

    def read_on(self, prefix: Prefix, laid: Laid, ids: Sequence[int]) -> torch.Tensor:
        """Logits (1, vocabulary) after more tokens without pictures."""
        logits = self._pass(prefix, ids, [])
        prefix.input_ids = [*prefix.input_ids, *ids]
        return logits

    def steps(self, cache: SlotCache, variant: str) -> SlotSteps:
        """Steps of one token for the answers in these slots, recorded where this generator's own are."""
        store = self._store.another() if self._store is not None and self._store.record else None
        return SlotSteps(self.model, cache, store, variant)

    def _pass(self, prefix: Prefix, ids: Sequence[int], rows: Sequence[torch.Tensor]) -> torch.Tensor:
        outputs = self.model(
            input_ids=torch.tensor([list(ids)], device=self.device),
            image_features=torch.stack(list(rows)) if rows else None,
            past_key_values=prefix.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = outputs.logits[:, -1]
        return logits

    def _resume(self, laid: Laid, variant: str, limit: int) -> Prefix:
        """The kept cache, cut to what the prompt shares with it, or an empty one."""
        kept, self._prefix = self._prefix, None
        if kept is not None and kept.variant == variant and kept.level == laid.level:
            length = min(kept.shared(laid.input_ids, laid.pictures), len(laid.input_ids) - 1)
            if length > 0:
                kept.crop(length)
                return kept
        if kept is not None and self._store is not None:  # the recorded steps belong to these buffers
            kept.cache.fill_to(0)
            return Prefix(kept.cache, [], [], variant, laid.level)
        return Prefix(make_cache(self._store, len(laid.input_ids), limit), [], [], variant, laid.level)

    def _picture_places(self, input_ids: Sequence[int]) -> list[int]:
        """Where the tokens of each picture begin."""
        start, pad = self._tokenizer.img_start_id, self._tokenizer.img_pad_id
        pairs = enumerate(pairwise(input_ids))
        return [place for place, pair in pairs if pair == (start, pad)]

    # Many answers

    def _batch(
        self,
        questions: Sequence[Question],
        max_new_tokens: int,
        should_stop: Callable[[], bool] | None,
        variant: str,
    ) -> list[list[int]]:
        """Generated ids of each question, without the token that ended it."""
        prepared = [self._prepare(question, variant) for question in questions]
        longest = max(len(ids) for ids, _ in prepared)
        pad = self._tokenizer.pad_token_id
        ids = torch.full((len(prepared), longest), pad, device=self.device)
        mask = torch.zeros_like(ids)
        for row, (input_ids, _) in enumerate(prepared):
            ids[row, longest - len(input_ids) :] = torch.tensor(input_ids, device=self.device)
            mask[row, longest - len(input_ids) :] = 1
        rows = [row for _, features in prepared for row in features]
        limit = min(max_new_tokens, self.context - longest)
        store = None if self._store is None else self._store.another()
        cache = make_cache(store, longest, longest + limit)
        answers: list[list[int]] = [[] for _ in prepared]
        if limit < 1 or (should_stop is not None and should_stop()):
            return answers
        logits = self.model(
            input_ids=ids,
            attention_mask=mask,
            image_features=torch.stack(rows) if rows else None,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        ).logits[:, -1]
        steps = make_steps(store, self.model, cache, mask, variant, longest + limit)
        owners = going = list(range(len(prepared)))  # whose answer is in each row; rows that have not finished
        for number in range(limit):
            if number and should_stop is not None and should_stop():
                break
            ids = logits.argmax(-1)
            chosen = Chosen(ids)
            last = number + 1 == limit
            ahead = steps.ahead and not last
            if ahead:
                logits = steps.next(ids)
            tokens = chosen.numbers()
            going = [row for row in going if tokens[row] not in self._stop_ids]
            for row in going:
                answers[owners[row]].append(tokens[row])
            if last or not going:
                break
            kept = list(steps.keep(going))
            if len(kept) < len(owners):
                ids, logits = ids[kept], logits[kept]
                owners = [owners[row] for row in kept]
                going = [kept.index(row) for row in going]
            if not ahead:
                logits = steps.next(ids)
        if self._store is not None and store is not None and store.given_up:
            self._store.give_up()
        return answers

    def _text(self, ids: Sequence[int], lead: str) -> str:
        stream = TextStream()
        pieces = [stream.feed(self._tokenizer.token_bytes(token)) for token in ids if token not in self._silent_ids]
        return dialect(QWEN_VL).parse("".join([lead, *pieces, stream.close()])).text

    # Prompts and pictures

    def _laid_out(self, turns: Sequence[Turn], pictures: Sequence[PictureSource]) -> tuple[tuple[Turn, ...], str]:
        """The turns that make the prompt, and how the answer begins."""
        check_picture_count(sum(len(picture_paths(turn.text)) for turn in turns), len(pictures))
        return (tuple(turns), "") if self._chat_format == CHATML else single_completion(turns)

    def _encode(self, turns: Sequence[Turn]) -> Prompt:
        window = min(DEFAULT_WINDOW, self.context)
        prompt = encode_prompt(self._tokenizer, turns, max_window_size=window, chat_format=self._chat_format)
        check_room(len(prompt.input_ids), self.context)
        return prompt

    def _prepare(self, question: Question, variant: str) -> tuple[list[int], list[torch.Tensor]]:
        """The prompt of a question that is laid out already, and the features of its pictures."""
        prompt = self._encode(question.turns)
        shown = [question.pictures[place] for place in prompt.picture_places]
        return prompt.input_ids, self._features(shown, [content_key(picture) for picture in shown], variant)

    def _features(self, shown: Sequence[PictureSource], keys: Sequence[str], variant: str) -> list[torch.Tensor]:
        return self.features.get(shown, keys, variant if self._tower_is_adapted() else "")

    def _encode_pictures(self, pictures: Sequence[PictureSource]) -> torch.Tensor:
        pixels = self.processor.image_processor(list(pictures), return_tensors="pt")["pixel_values"]
        return encode_images(self.model, pixels)

    def _tower_is_adapted(self) -> bool:
        visual = getattr(self._base.transformer, "visual", None)
        return visual is not None and any("lora_" in name for name, _ in visual.named_parameters())


def check_room(tokens: int, context: int) -> None:
    """Raise `PromptTooLongError` when a prompt of so many tokens leaves no room for an answer."""
    if tokens >= context:
        raise PromptTooLongError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The question takes {tokens} tokens, more than the model reads ({limit}): shorten it, or use fewer "
                "pictures.",
            ),
            tokens=tokens,
            limit=context,
        )


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Evaluation mode without gradients; every module gets its own mode back."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        with torch.no_grad():  # not inference mode: what modules cache meanwhile must still serve training
            yield
    finally:
        for module in training:
            module.training = True
