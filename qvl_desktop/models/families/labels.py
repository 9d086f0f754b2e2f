"""Training samples of the later families: the tokens of a conversation and which of them the loss looks at.

Owns supervision by the pieces of the layout: what the template wrote and what each turn said are known apart, so
nothing is searched for in the text. "answers" looks at the words of each assistant turn and the `<|im_end|>` behind.
"compatible" looks, as the original script for the first generation does, at `<|im_start|>`, `<|im_end|>` and the line
end of every turn too, and drops a first turn that is the assistant's. Slots of pictures are never supervised.
Does not own the layout (`chat_layout`), pixels (`processor`) or batches (`training`).
"""

from __future__ import annotations

from collections.abc import Sequence

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.dialects import Size, render_turns
from qvl_desktop.models.families.processor import FamilyProcessor, check_places
from qvl_desktop.models.qwen_vl.labels import (
    IGNORE_INDEX,
    Supervision,
    TrainingSample,
    check_answered,
    check_length,
)


def build_family_sample(
    processor: FamilyProcessor,
    turns: Sequence[Turn],
    sizes: Sequence[Size],
    *,
    supervise: Supervision = "answers",
    max_length: int | None = None,
    last_only: bool = False,
) -> TrainingSample:
    """The training sample of a conversation in canonical text, in the dialect and layout of the processor's family.

    Args:
        sizes: (width, height) of its upright pictures, in order; they say how many slots each takes.
        last_only: of "answers" the last alone, for templates that lay earlier ones out otherwise.

    Raises `SampleTooLong`, `NothingToLearn`, `PictureCountError`, `DialectError`, `ChatLayoutError`.
    """
    compatible = supervise == "compatible"
    check_answered(turns, compatible=compatible)
    check_places(turns, len(sizes))
    rendered = render_turns(processor.dialect, turns, sizes)
    if compatible and rendered and rendered[0].role == "assistant":
        rendered = rendered[1:]
    slots = [processor.resizing.tokens(*size) for size in sizes]
    input_ids: list[int] = []
    labels: list[int] = []
    speaker: str | None = None
    first = max(number for number, turn in enumerate(rendered) if turn.role == "assistant") if last_only else 0
    for ids, turn in processor.encode_pieces(rendered, slots):
        input_ids += ids
        if turn is not None:
            speaker = rendered[turn].role if turn >= first else "user"
            labels += ids if speaker == "assistant" else [IGNORE_INDEX] * len(ids)
            continue
        labels += _layout_labels(processor, ids, speaker, compatible=compatible)
        speaker = None if processor.tokenizer.im_end_id in ids else speaker
    check_length(len(input_ids), max_length)
    return TrainingSample(input_ids, labels, ())


def _layout_labels(
    processor: FamilyProcessor, ids: Sequence[int], speaker: str | None, *, compatible: bool
) -> list[int]:
    """Labels of what the template wrote behind the words of `speaker`."""
    start, end = processor.tokenizer.im_start_id, processor.tokenizer.im_end_id
    labels = [IGNORE_INDEX] * len(ids)
    for place, token_id in enumerate(ids):
        ends_answer = token_id == end and speaker == "assistant" and end not in ids[:place]
        original = compatible and (token_id in (start, end) or (place > 0 and ids[place - 1] == end))
        if ends_answer or original:
            labels[place] = token_id
    return labels
