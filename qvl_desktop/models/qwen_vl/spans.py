"""Where pictures go in the tokens: finding their slots and refusing places that are not whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import PictureCountError, PictureSpanError

if TYPE_CHECKING:
    from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig


def picture_starts(input_ids: torch.Tensor, config: QwenVLConfig) -> torch.Tensor:
    """Row and column of every ``<img>`` that opens slots, (n_pictures, 2), in reading order.

    An ``<img>`` with no ``<imgpad>`` after it (as a model may write one) opens none.
    """
    opens = (input_ids[:, :-1] == config.image_start_id) & (input_ids[:, 1:] == config.image_pad_id)
    return opens.nonzero()


def picture_slots(input_ids: torch.Tensor, starts: torch.Tensor, config: QwenVLConfig) -> torch.Tensor:
    """Flat indices into ``input_ids.view(-1)`` of the slots, (n_pictures * n_queries,), picture after picture.

    Raises:
        PictureSpanError: a place does not hold exactly n_queries ``<imgpad>`` followed by ``</img>``.
    """
    tokens = input_ids.shape[1]
    offsets = torch.arange(1, config.n_queries + 2, device=input_ids.device)
    columns = starts[:, 1:] + offsets
    flat = starts[:, :1] * tokens + columns.clamp(max=tokens - 1)
    found = input_ids.reshape(-1)[flat]
    whole = (found[:, :-1] == config.image_pad_id).all(-1) & (found[:, -1] == config.image_end_id)
    whole &= columns[:, -1] < tokens
    if not bool(whole.all()):
        row, column = starts[int((~whole).nonzero()[0])].tolist()
        raise PictureSpanError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The picture at token {column} of row {row} does not have exactly {n_queries} <imgpad> between "
                "<img> and </img>. Build the tokens with the processor, and never cut a sample inside a picture.",
            ),
            row=row,
            column=column,
            n_queries=config.n_queries,
        )
    return flat[:, :-1].reshape(-1)


def check_picture_count(expected: int, given: int) -> None:
    """Raise PictureCountError unless as many pictures are given as the tokens have places for."""
    if expected != given:
        raise PictureCountError(
            QT_TRANSLATE_NOOP(
                "errors",
                "The text has places for {expected} picture(s), but {given} were given. Give one picture for each "
                "<img>, in the order of the text.",
            ),
            expected=expected,
            given=given,
        )
