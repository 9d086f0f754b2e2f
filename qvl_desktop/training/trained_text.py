"""Samples as a run is taught them: the very tokens and labels of training, put into words again.

Owns grouping tokens into pieces and decoding them. Does not own labels (`samples`) nor showing them (`commands`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from qvl_desktop.core.dataset import Sample
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.trained_text import LeftOut, Line, Piece, ShownSample, Summary
from qvl_desktop.models.families.processor import FamilyProcessor
from qvl_desktop.models.qwen_vl.labels import IGNORE_INDEX, SampleTooLong
from qvl_desktop.training.errors import TrainingDataError
from qvl_desktop.training.samples import EncodedSample, check_pictures, encode_sample, parts_learnt, sample_encoder


def trained_text(samples: Sequence[Sample], processor: Any, plan: TrainingPlan, shown: range) -> Iterator[Line]:
    """The samples whose numbers (from 1) are in `shown`, every one that is left out, and the sums of all.

    A conversation whose answers are learnt apart counts as several. Raises `TrainingDataError` when files are
    missing, and when there are fewer samples than the first of `shown`.
    """
    check_pictures(samples)
    encoder = sample_encoder(processor)
    if isinstance(processor, FamilyProcessor):
        processor.limit_pixels(plan.max_pixels)
    kept = left_out = too_long = tokens = supervised = longest = number = 0
    for number, sample in enumerate(parts_learnt(samples, encoder, plan), start=1):
        try:
            encoded = encode_sample(sample, encoder, plan)
        except QvlError as error:
            length = error.length if isinstance(error, SampleTooLong) else 0
            left_out += 1
            too_long += length > 0
            yield LeftOut(number, sample.source, str(error), length)
            continue
        kept += 1
        tokens += len(encoded.input_ids)
        supervised += encoded.supervised
        longest = max(longest, len(encoded.input_ids))
        if number in shown:
            yield show(number, encoded, processor.tokenizer)
    if number < shown.start:
        raise TrainingDataError(
            QT_TRANSLATE_NOOP("errors", "There are {count} samples here; there is no sample {number}."),
            count=number,
            number=shown.start,
        )
    yield Summary(kept, left_out, too_long, tokens, supervised, longest, plan.max_length)


def show(number: int, encoded: EncodedSample, tokenizer: Any) -> ShownSample:
    """One encoded sample in words."""
    slot = tokenizer.image_pad_id if hasattr(tokenizer, "image_pad_id") else tokenizer.img_pad_id
    rows = zip(encoded.input_ids, encoded.labels, strict=True)
    pieces = []
    for (learnt, picture), group in groupby(rows, key=lambda row: (row[1] != IGNORE_INDEX, row[0] == slot)):
        ids = [token_id for token_id, _ in group]
        read = [slot] if picture else ids
        spelled = [tokenizer.token_bytes(token_id) for token_id in read]
        text = b"".join(spelled).decode("utf-8", "replace")
        pieces.append(Piece(text, len(ids), learnt, picture, () if picture else whole_signs(spelled)))
    return ShownSample(number, encoded.source, len(encoded.input_ids), encoded.supervised, tuple(pieces))


def whole_signs(spelled: Sequence[bytes]) -> tuple[str, ...]:
    """Tokens as text; those that end within a sign are joined to the ones that complete it."""
    parts, held = [], b""
    for token in spelled:
        held += token
        try:
            parts.append(held.decode("utf-8"))
        except UnicodeDecodeError:
            continue
        held = b""
    return tuple([*parts, held.decode("utf-8", "replace")] if held else parts)
