"""Answers of the later families' models, as canonical text.

Owns the same promises as `generator.Generator` for the models of `transformers`: streaming, stopping, batches,
cancelling within one token, pictures seen once (`family_pictures`), what two prompts share read once (`family_prefix`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import takewhile
from typing import Any

import torch
from PIL import Image
from transformers import GenerationConfig, StoppingCriteria

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import Size
from qvl_desktop.engine.family_pictures import PictureStore, Shown, joined
from qvl_desktop.engine.family_prefix import FamilyPrefix
from qvl_desktop.engine.features import PictureSource
from qvl_desktop.engine.generator import (
    DEFAULT_BATCH,
    DEFAULT_NEW_TOKENS,
    Answer,
    Question,
    check_room,
    evaluating,
)
from qvl_desktop.engine.sampling import GREEDY, Sampler, Sampling
from qvl_desktop.engine.writing import Writing
from qvl_desktop.models.families.base import ChatInputs
from qvl_desktop.models.families.processor import PICTURE_TOKEN_TYPE, check_places


class FamilyGenerator:
    """Answers questions with one model of a later family.

    Args:
        model: a class of `transformers`, bare or wrapped by PEFT, on any device and precision.
        processor: the `FamilyProcessor` of the same folder.
        features: what gives pictures whose features were computed before, for a model without its tower.

    Call `forget()` after the weights have changed.
    """

    def __init__(self, model: Any, processor: Any, features: Callable[[PictureSource], Shown] | None = None) -> None:
        self.model = model
        self.processor = processor
        self._tokenizer = processor.tokenizer
        self._base = model.get_base_model() if hasattr(model, "get_base_model") else model
        ends = self._base.generation_config.eos_token_id
        self._stop_ids = self._tokenizer.stop_ids | ({ends} if isinstance(ends, int) else set(ends or ()))
        self.pictures = PictureStore(self._base.model, processor, features=features)
        self._without_tower = features is not None
        self._prefix: FamilyPrefix | None = None

    @property
    def device(self) -> torch.device:
        """Where token ids go."""
        device: torch.device = self._base.get_input_embeddings().weight.device
        return device

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        return int(self._base.config.get_text_config().max_position_embeddings)

    @property
    def seen(self) -> int:
        """Pictures that went through the tower so far."""
        return self.pictures.encoded

    def look_ahead(self, pictures: Sequence[PictureSource]) -> dict[str, Image.Image]:
        """Nothing: how large a picture is seen depends on the adapter."""
        return {}

    def forget(self) -> None:
        """Drop kept features, keys and values."""
        self.pictures.forget()
        self._prefix = None

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
            check_places(turns, len(pictures))
            shown = self.look_at(pictures, variant)
            sizes = [picture.size for picture in shown]
            ids = self.processor.encode_turns(turns, sizes, [picture.grid for picture in shown])
            check_room(len(ids), self.context)
            room = min(max_new_tokens, self.context - len(ids))
            writing = self.writing(sizes, stop, on_piece)
            prompt_tokens, reused, first = len(ids), 0, 0.0
            if should_stop is not None and should_stop():
                room, writing.reason = 0, "cancelled"
            if room > 0:
                prefix = self._resume(ids, shown, variant)
                reused = len(prefix.ids)
                sampler = Sampler(sampling.completed(self._base.generation_config), self.device)
                positions, ahead = self.positions(ids, shown)
                logits = self._read(prefix, ids, shown, positions)
                first = time.perf_counter() - began
            while len(writing.ids) < room:
                token = int(sampler.choose(logits))
                if writing.ends_with(token):
                    break
                if should_stop is not None and should_stop():
                    writing.reason = "cancelled"
                    break
                if len(writing.ids) == room:
                    break
                ids.append(token)
                logits = self._read(prefix, ids, [], torch.full((3, 1, 1), len(ids) - 1 + ahead))
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
                inputs = self._inputs(batch)
                length = inputs.data["input_ids"].shape[1]
                check_room(length, self.context)
                ids = self._generate(inputs, min(max_new_tokens, self.context - length), _Asker(should_stop))
                for row, sizes in zip(ids[:, length:].tolist(), inputs.sizes, strict=True):
                    said = takewhile(lambda token: not self.is_end(token), row)
                    texts.append(self.processor.read_answer(list(said), sizes).text)
                if on_progress is not None:
                    on_progress(len(texts), len(questions))
        return texts

    def is_end(self, token: int) -> bool:
        """Whether a token ends an answer."""
        return token in self._stop_ids

    # One answer

    def look_at(self, pictures: Sequence[PictureSource], variant: str) -> list[Shown]:
        """Each picture with its features, in order. Raises `PictureError`."""
        return self.pictures.get(pictures, variant if self._tower_is_adapted() else "")

    def writing(
        self,
        sizes: Sequence[Size],
        stop: Sequence[str],
        on_piece: Callable[[str], None] | None,
        *,
        ends: bool = True,
    ) -> Writing:
        """The text of an answer about pictures of these sizes. `ends`: whether the model's own end is obeyed."""
        return Writing(
            self.processor.dialect,
            sizes,
            stop,
            on_piece,
            token_bytes=self._tokenizer.token_bytes,
            ends=self._stop_ids if ends else frozenset(),
            silent=self._tokenizer.silent_ids,
        )

    def _resume(self, ids: Sequence[int], shown: Sequence[Shown], variant: str) -> FamilyPrefix:
        """The kept cache, cut to what the prompt shares with it, or an empty one."""
        kept, self._prefix = self._prefix, None
        if kept is not None and kept.keep(ids, self.places(ids, shown), variant):
            return kept
        return FamilyPrefix.empty(self._base.config.get_text_config(decoder=True), variant)

    def places(self, ids: Sequence[int], shown: Sequence[Shown]) -> list[tuple[int, str]]:
        """The first slot and the key of each picture."""
        pad, places, place = self._tokenizer.image_pad_id, [], 0
        for picture in shown:
            place = ids.index(pad, place)
            places.append((place, picture.key))
            place += len(picture.rows)
        return places

    def positions(self, ids: Sequence[int], shown: Sequence[Shown]) -> tuple[torch.Tensor, int]:
        """Positions of a whole prompt (3, 1, tokens), and how far later ones are ahead of the count of tokens."""
        if not shown:
            return torch.arange(len(ids)).expand(3, 1, -1), 0
        row = torch.tensor([list(ids)])
        positions, ahead = self._base.model.get_rope_index(
            input_ids=row,
            mm_token_type_ids=(row == self._tokenizer.image_pad_id).long() * PICTURE_TOKEN_TYPE,
            image_grid_thw=torch.cat([picture.grid for picture in shown]),
            attention_mask=torch.ones_like(row),
        )
        return positions, int(ahead)

    def _read(
        self, prefix: FamilyPrefix, ids: list[int], shown: Sequence[Shown], positions: torch.Tensor
    ) -> torch.Tensor:
        """Logits (1, vocabulary) after the last of `ids`; the cache then holds all of them."""
        known = len(prefix.ids)
        fresh = ids[known:]
        places = self.places(ids, shown)
        later = [picture for picture, (place, _) in zip(shown, places, strict=True) if place >= known]
        outputs = self.model(
            input_ids=torch.tensor([fresh], device=self.device),
            position_ids=positions[:, :, -len(fresh) :].to(self.device),
            mm_encoder_outputs={"image": joined(later, self.device)} if later else None,
            past_key_values=prefix.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        prefix.ids += fresh
        prefix.pictures += [place for place in places if place[0] >= known]
        self._prefix = prefix  # kept only once a pass over it succeeded
        logits: torch.Tensor = outputs.logits[:, -1]
        return logits

    def _tower_is_adapted(self) -> bool:
        return any("lora_" in name for name, _ in self._base.model.visual.named_parameters())

    # Many answers

    def _inputs(self, questions: Sequence[Question]) -> ChatInputs:
        """Prompts padded on the left, with pixels, or with features where the model has no tower."""
        if not self._without_tower:
            return self.processor.encode_chats([(question.turns, question.pictures) for question in questions])
        shown = [self.pictures.get(question.pictures) for question in questions]
        sizes = tuple(tuple(picture.size for picture in pictures) for pictures in shown)
        rows = [
            self.processor.encode_turns(question.turns, seen, [picture.grid for picture in pictures])
            for question, seen, pictures in zip(questions, sizes, shown, strict=True)
        ]
        data = self.processor.pad(rows)
        if pictures := [picture for some in shown for picture in some]:
            data["image_grid_thw"] = torch.cat([picture.grid for picture in pictures])
            data["mm_encoder_outputs"] = {"image": joined(pictures, self.device)}
        return ChatInputs(data, sizes)

    def _generate(self, inputs: ChatInputs, max_new_tokens: int, watch: StoppingCriteria) -> torch.Tensor:
        """Ids (rows, prompt + answer) as the likeliest token follows another."""
        settings = GenerationConfig(
            max_new_tokens=max_new_tokens,
            do_sample=False,
            repetition_penalty=1.0,
            eos_token_id=sorted(self._stop_ids),
            pad_token_id=self._tokenizer.pad_token_id,
        )
        ids: torch.Tensor = self.model.generate(
            **{
                name: value if isinstance(value, dict) else value.to(self.device) for name, value in inputs.data.items()
            },
            generation_config=settings,
            stopping_criteria=[watch],
        )
        return ids


class _Asker(StoppingCriteria):  # type: ignore[misc, no-any-unimported, unused-ignore]
    """Ends a batch when somebody wants it to end."""

    def __init__(self, should_stop: Callable[[], bool] | None) -> None:
        self._should_stop = should_stop

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        ended = self._should_stop is not None and self._should_stop()
        return torch.full((len(input_ids),), ended, dtype=torch.bool, device=input_ids.device)
