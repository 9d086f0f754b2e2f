"""What a batch needs of a later family's model, for those whose layers all attend to everything.

Owns laying questions out, passes over prompts, and one token for every answer. Layers with a state that has no length
(Qwen3.5's) cannot join and leave: such models are answered one by one (`batch.Solo`). Which answers there are is
`batch`'s; pictures and templates are `family_generator`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from qvl_desktop.core.dialects import Size
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.family_pictures import Shown, joined
from qvl_desktop.engine.family_prefix import FULL_ATTENTION
from qvl_desktop.engine.generator import Question, check_room
from qvl_desktop.engine.prefix import Prefix
from qvl_desktop.engine.sampling import Sampler, Sampling
from qvl_desktop.engine.slot_cache import SlotCache
from qvl_desktop.engine.writing import Writing
from qvl_desktop.models.families.processor import check_places


@dataclass(frozen=True, slots=True)
class FamilyLaid:
    """A question as tokens; see `generator.Laid`. `positions`, int64 (3, 1, tokens), are the prompt's, `ahead` is how
    far later ones run ahead of the count of tokens; `seen` are the pictures with their features."""

    input_ids: list[int]
    pictures: list[tuple[int, str]]
    seen: list[Shown]
    positions: torch.Tensor
    ahead: int
    lead: str = ""
    level: int = 0

    @property
    def sizes(self) -> tuple[Size, ...]:
        """Of the pictures, in upright pixels."""
        return tuple(shown.size for shown in self.seen)

    @property
    def mark(self) -> int:
        """What a slot remembers of it."""
        return self.ahead


class FamilySide:
    """Side by side with one `FamilyGenerator`."""

    def __init__(self, generator: FamilyGenerator) -> None:
        self._generator = generator
        self.model = generator.model
        base = self.model.get_base_model() if hasattr(self.model, "get_base_model") else self.model
        self._settings = base.generation_config

    @staticmethod
    def fits(generator: FamilyGenerator) -> bool:
        """Whether all layers of the model attend to everything."""
        model = generator.model
        base = model.get_base_model() if hasattr(model, "get_base_model") else model
        kinds = getattr(base.config.get_text_config(decoder=True), "layer_types", None) or [FULL_ATTENTION]
        return all(kind == FULL_ATTENTION for kind in kinds)

    @property
    def device(self) -> torch.device:
        """Where token ids go."""
        return self._generator.device

    @property
    def context(self) -> int:
        """Tokens that prompt and answer may have together."""
        return self._generator.context

    def lay_out(self, question: Question, variant: str) -> FamilyLaid:
        """A question as tokens, its pictures seen. Raises as `FamilyGenerator.answer`."""
        generator = self._generator
        check_places(question.turns, len(question.pictures))
        seen = generator.look_at(question.pictures, variant)
        sizes, grids = [shown.size for shown in seen], [shown.grid for shown in seen]
        ids = generator.processor.encode_turns(question.turns, sizes, grids)
        check_room(len(ids), self.context)
        positions, ahead = generator.positions(ids, seen)
        return FamilyLaid(ids, generator.places(ids, seen), seen, positions, ahead)

    def writing(
        self, laid: FamilyLaid, stop: Sequence[str], on_piece: Callable[[str], None] | None, *, ends: bool
    ) -> Writing:
        """The text of an answer."""
        return self._generator.writing(laid.sizes, stop, on_piece, ends=ends)

    def sampler(self, sampling: Sampling) -> Sampler:
        """Chooses the tokens of one answer."""
        return Sampler(sampling.completed(self._settings))

    def read(self, prefix: Prefix, laid: FamilyLaid, variant: str) -> torch.Tensor:
        """Logits (1, vocabulary) after a prompt, of which `prefix` holds the beginning; then it holds all of it."""
        known = len(prefix.input_ids)
        later = [shown for shown, (place, _) in zip(laid.seen, laid.pictures, strict=True) if place >= known]
        logits = self._pass(prefix, laid.input_ids[known:], laid.positions[:, :, known:], later)
        prefix.input_ids, prefix.pictures = list(laid.input_ids), list(laid.pictures)
        return logits

    def read_on(self, prefix: Prefix, laid: FamilyLaid, ids: Sequence[int]) -> torch.Tensor:
        """Logits (1, vocabulary) after more tokens without pictures."""
        first = len(prefix.input_ids) + laid.ahead
        positions = torch.arange(first, first + len(ids)).expand(3, 1, -1)
        logits = self._pass(prefix, list(ids), positions, [])
        prefix.input_ids = [*prefix.input_ids, *ids]
        return logits

    def steps(self, cache: SlotCache, variant: str) -> FamilySteps:
        """Steps of one token for the answers in these slots."""
        return FamilySteps(self.model, cache, self.device)

    def _pass(self, prefix: Prefix, ids: list[int], positions: torch.Tensor, shown: Sequence[Shown]) -> torch.Tensor:
        outputs = self.model(
            input_ids=torch.tensor([ids], device=self.device),
            position_ids=positions.to(self.device),
            mm_encoder_outputs={"image": joined(shown, self.device)} if shown else None,
            past_key_values=prefix.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = outputs.logits[:, -1]
        return logits


class FamilySteps:
    """One token for every slot, by a pass of the model. A slot's mark is how far its positions run ahead."""

    def __init__(self, model: Any, cache: SlotCache, device: torch.device) -> None:
        self._model, self._cache, self._device = model, cache, device

    def next(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits (slots, vocabulary) after the tokens `ids`, int64 (slots,), which the cache then holds."""
        places, seen = self._cache.begin(self._device)
        outputs = self._model(
            input_ids=ids[:, None],
            attention_mask=seen,
            position_ids=(places + self._cache.fixed_level[:, None]).expand(3, -1, -1),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._cache.end()
        logits: torch.Tensor = outputs.logits[:, -1]
        return logits
