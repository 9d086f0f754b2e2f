"""Chats and pictures of the later families to model inputs.

Owns putting template, tokenizer and image processor together, the slots of pictures, and padding. `transformers`' own
processor classes are not used: they want torchvision for videos, and take words for control tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageOps

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import QWEN2_VL, Dialect, Reading, Resizing, Size, dialect, render_turns
from qvl_desktop.core.dialects.tags import MARKS
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import open_upright, to_rgb
from qvl_desktop.core.tokens import Picture, parse
from qvl_desktop.models.errors import ModelLoadError
from qvl_desktop.models.families.base import ChatInputs, PictureSource
from qvl_desktop.models.families.chat_layout import lay_out_turns
from qvl_desktop.models.families.tokenizer import IM_START, FamilyTokenizer
from qvl_desktop.models.json_files import check_json
from qvl_desktop.models.qwen_vl.spans import check_picture_count

PICTURE_TOKEN_TYPE = 1
"""In `mm_token_type_ids`: 0 is text, 1 a picture's slot; the models count positions by it."""


SETTINGS_FILES = ("preprocessor_config.json", "processor_config.json", "tokenizer_config.json", "chat_template.json")
"""What a folder may hold beside vocabulary and weights; the first or the second says how pictures are resized."""


class FamilyProcessor:
    """Tokenizer and image processor of a later Qwen-VL as one.

    Args:
        tokenizer: knows the chat template too.
        image_processor: `Qwen2VLImageProcessorPil`; every family from Qwen2-VL on uses it, with other numbers.
        family: the name of the dialect.
    """

    def __init__(self, tokenizer: FamilyTokenizer, image_processor: Any, family: str) -> None:
        self.tokenizer = tokenizer
        self.image_processor = image_processor
        self._most_pixels = int(image_processor.size["longest_edge"])
        self.dialect: Dialect = dialect(family, self.resizing)

    @classmethod
    def from_pretrained(cls, folder: Path, family: str) -> FamilyProcessor:
        """The processor of a model folder. Nothing is downloaded. Raises `ModelLoadError`."""
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

        check_json(folder, *SETTINGS_FILES)
        if not any((folder / name).is_file() for name in SETTINGS_FILES[:2]):
            raise ModelLoadError(
                QT_TRANSLATE_NOOP(
                    "errors", "{folder}: the settings for pictures are missing ({name}). Download them again."
                ),
                folder=folder,
                name=SETTINGS_FILES[0],
            )
        try:
            image_processor = Qwen2VLImageProcessorPil.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{folder}: the settings for pictures cannot be read: {reason}"),
                folder=folder,
                reason=error,
            ) from error
        return cls(
            FamilyTokenizer.from_pretrained(folder, MARKS if family == QWEN2_VL else ()), image_processor, family
        )

    @property
    def resizing(self) -> Resizing:
        """How pictures are resized, from the folder's own numbers."""
        settings = self.image_processor
        return Resizing(
            factor=settings.patch_size * settings.merge_size,
            min_pixels=int(settings.size["shortest_edge"]),
            max_pixels=int(settings.size["longest_edge"]),
        )

    @cached_property
    def answers_apart(self) -> bool:
        """Whether the template lays an earlier answer out otherwise than one that is being given.

        Templates of models that can think put an empty thought before the last answer alone. Learnt in the middle of a
        conversation, an answer would follow on what it never follows on when it is asked for.
        """
        turns = [Turn("user", "a"), Turn("assistant", "b"), Turn("user", "c"), Turn("assistant", "d")]
        before: dict[int, str] = {}
        layout = ""
        for text, turn in lay_out_turns(self.tokenizer.inner, turns):
            if turn is None:
                layout = text
            else:
                before[turn] = layout
        return before[1].rpartition(IM_START)[2] != before[3].rpartition(IM_START)[2]

    def limit_pixels(self, most: int) -> None:
        """See pictures with at most so many pixels, where the folder's own limit is higher; 0: by that limit alone."""
        now = self.resizing
        wanted = max(most, now.min_pixels) if 0 < most < self._most_pixels else self._most_pixels
        if wanted != now.max_pixels:
            limits = {"shortest_edge": now.min_pixels, "longest_edge": wanted}
            self.image_processor.size = type(self.image_processor.size)(**limits)
            self.dialect = dialect(self.dialect.name, self.resizing)

    def encode_chats(
        self, chats: Sequence[tuple[Sequence[Turn], Sequence[PictureSource]]], *, add_generation_prompt: bool = True
    ) -> ChatInputs:
        """Inputs of several chats of canonical turns, padded on the left.

        `data`: `input_ids`, `attention_mask`, `mm_token_type_ids` (chats, tokens), and where there are pictures
        `pixel_values` (patches of all, values) and `image_grid_thw` (pictures, 3).
        """
        rows: list[list[int]] = []
        sizes: list[tuple[Size, ...]] = []
        shown: list[dict[str, torch.Tensor]] = []
        for turns, pictures in chats:
            check_places(turns, len(pictures))
            read = [self.read_picture(picture) for picture in pictures]
            sizes.append(tuple(size for size, _ in read))
            shown += [pixels for _, pixels in read]
            grids = [pixels["image_grid_thw"] for _, pixels in read]
            rows.append(self.encode_turns(turns, sizes[-1], grids, add_generation_prompt=add_generation_prompt))
        data = self.pad(rows)
        if shown:
            data |= {name: torch.cat([one[name] for one in shown]) for name in ("pixel_values", "image_grid_thw")}
        return ChatInputs(data, tuple(sizes))

    def read_picture(self, picture: PictureSource) -> tuple[Size, dict[str, torch.Tensor]]:
        """Size of the upright picture, and its `pixel_values` and `image_grid_thw` (1, 3). Raises `PictureError`."""
        image = _open(picture)
        return image.size, dict(self.image_processor([image], return_tensors="pt"))

    def encode_turns(
        self,
        turns: Sequence[Turn],
        sizes: Sequence[Size],
        grids: Sequence[torch.Tensor],
        *,
        add_generation_prompt: bool = True,
    ) -> list[int]:
        """Ids of one chat of canonical turns whose pictures have these sizes and grids."""
        check_places(turns, len(grids))
        return self._encode(render_turns(self.dialect, turns, sizes), grids, add_generation_prompt)

    def decode_answer(self, token_ids: Sequence[int]) -> str:
        """Generated ids as the text the model wrote, in its own dialect."""
        return self.tokenizer.decode(token_ids)

    def read_answer(self, token_ids: Sequence[int], sizes: Sequence[Size]) -> Reading:
        """Generated ids as canonical text."""
        return self.dialect.parse(self.decode_answer(token_ids), sizes)

    def _encode(self, turns: Sequence[Turn], grids: Sequence[torch.Tensor], add_generation_prompt: bool) -> list[int]:
        """Ids of one chat; each picture's place in the template becomes as many slots as its grid has squares."""
        slots = [int(grid.prod()) // self.image_processor.merge_size**2 for grid in grids]
        return [id_ for ids, _ in self.encode_pieces(turns, slots, add_generation_prompt) for id_ in ids]

    def encode_pieces(
        self, turns: Sequence[Turn], slots: Sequence[int], add_generation_prompt: bool = False
    ) -> Iterator[tuple[list[int], int | None]]:
        """Ids of a chat in the family's dialect, piece by piece, with the turn that said them (None: the template).

        `slots` is how many each picture takes. Raises `PictureCountError` and `ChatLayoutError`.
        """
        pad = self.tokenizer.image_pad_id
        places = 0
        for text, turn in lay_out_turns(self.tokenizer.inner, turns, add_generation_prompt=add_generation_prompt):
            if turn is not None:
                yield self.tokenizer.encode_text(text), turn
                continue
            ids: list[int] = []
            for token_id in self.tokenizer.encode_layout(text):
                here = token_id == pad and places < len(slots)
                ids += [pad] * slots[places] if here else [token_id]
                places += token_id == pad
            yield ids, None
        check_picture_count(places, len(slots))

    def pad(self, rows: Sequence[Sequence[int]]) -> dict[str, Any]:
        """Ids of several chats padded on the left: `input_ids`, `attention_mask`, `mm_token_type_ids`."""
        longest = max(map(len, rows))
        ids = torch.full((len(rows), longest), self.tokenizer.pad_token_id)
        mask = torch.zeros_like(ids)
        for row, tokens in enumerate(rows):
            ids[row, longest - len(tokens) :] = torch.tensor(tokens)
            mask[row, longest - len(tokens) :] = 1
        types = (ids == self.tokenizer.image_pad_id).long() * PICTURE_TOKEN_TYPE
        return {"input_ids": ids, "attention_mask": mask, "mm_token_type_ids": types}


def check_places(turns: Sequence[Turn], given: int) -> None:
    """Raise `PictureCountError` unless the turns name as many pictures."""
    named = sum(isinstance(segment, Picture) for turn in turns for segment in parse(turn.text))
    check_picture_count(named, given)


def _open(picture: PictureSource) -> Image.Image:
    """The upright picture as RGB."""
    if isinstance(picture, Image.Image):
        return to_rgb(ImageOps.exif_transpose(picture))
    return to_rgb(open_upright(picture if isinstance(picture, bytes) else Path(picture)))
