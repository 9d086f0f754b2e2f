"""Training samples: the tokens of a conversation and which of them the loss looks at.

Owns two ways to supervise. "answers" (the default) looks at the text of each assistant turn and its `<|im_end|>`,
nothing else. "compatible" does what the original script does: the loss also covers `<|im_start|>`, `<|im_end|>` and
the line end of every turn, the first turn is dropped when it is the assistant's, and control tokens typed inside a
text count as control tokens. Does not own batching, padding for a batch, or pixels.

Two things differ from the original in both: picture slots are never supervised (they hold `<imgpad>`, not path
bytes), and a sample is never cut, so it cannot end inside a picture or a box: it raises `SampleTooLong`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelError
from qvl_desktop.models.qwen_vl.prompt import Encoder, encode_turn_text, picture_paths, split_system

IGNORE_INDEX = -100
"""The label of a token that the loss skips."""

Supervision = Literal["answers", "compatible"]


class SampleTooLong(ModelError):
    """A conversation has more tokens than a training sample may have; `length` and `max_length` say by how much."""

    @property
    def length(self) -> int:
        """Tokens of the whole conversation."""
        return int(str(self.values["length"]))

    @property
    def max_length(self) -> int:
        """Tokens allowed."""
        return int(str(self.values["max_length"]))


class NothingToLearn(ModelError):
    """A conversation without an assistant turn: no token would be supervised."""


@dataclass(frozen=True, slots=True)
class TrainingSample:
    """One conversation, unpadded: `labels` has the length of `input_ids` and holds the token's id or -100.

    Labels are not shifted (the model does that). `pictures` are the paths of its pictures in the order of their slots.
    """

    input_ids: list[int]
    labels: list[int]
    pictures: tuple[str, ...]


def build_sample(
    tokenizer: Encoder,
    turns: Iterable[Turn],
    *,
    supervise: Supervision = "answers",
    system: str | None = None,
    max_length: int | None = None,
) -> TrainingSample:
    """The training sample of a conversation.

    Raises `SampleTooLong` beyond `max_length` tokens, `NothingToLearn` without an assistant turn (in "compatible",
    without any turn), `TurnOrderError` for a system turn that is not the first, `UnclosedMarkup` for `<img>` without
    its end.
    """
    system_text, rest = split_system(turns, system)
    compatible = supervise == "compatible"
    if compatible and rest and rest[0].role == "assistant":
        rest = rest[1:]
    check_answered(rest, compatible=compatible)
    all_turns = [Turn("system", system_text), *rest]
    encode = _encode_compatible if compatible else _encode_answers
    input_ids, labels = encode(tokenizer, all_turns)
    _skip_slots(tokenizer, input_ids, labels)
    check_length(len(input_ids), max_length)
    pictures = tuple(path for turn in all_turns for path in picture_paths(turn.text))
    return TrainingSample(input_ids, labels, pictures)


def check_answered(turns: Sequence[Turn], *, compatible: bool = False) -> None:
    """Raise `NothingToLearn` unless one of the turns is an answer (`compatible`: unless there is a turn)."""
    if not turns or not (compatible or any(turn.role == "assistant" for turn in turns)):
        raise NothingToLearn(
            QT_TRANSLATE_NOOP("errors", "This conversation has no answer to learn from: add an assistant turn.")
        )


def check_length(length: int, max_length: int | None) -> None:
    """Raise `SampleTooLong` for more tokens than a sample may have."""
    if max_length is not None and length > max_length:
        raise SampleTooLong(
            QT_TRANSLATE_NOOP(
                "errors",
                "This conversation has {length} tokens, the limit is {max_length}: raise the limit, or split the "
                "conversation into shorter ones.",
            ),
            length=length,
            max_length=max_length,
        )


def _encode_answers(tokenizer: Encoder, turns: Sequence[Turn]) -> tuple[list[int], list[int]]:
    newline = tokenizer.encode_text("\n", ())
    input_ids: list[int] = []
    labels: list[int] = []
    for turn in turns:
        between = newline if input_ids else []
        head = [*between, tokenizer.im_start_id, *tokenizer.encode_text(turn.role, ()), *newline]
        body = [*encode_turn_text(tokenizer, turn.text), tokenizer.im_end_id]
        input_ids += head + body
        labels += [IGNORE_INDEX] * len(head)
        labels += body if turn.role == "assistant" else [IGNORE_INDEX] * len(body)
    return input_ids, labels


def _encode_compatible(tokenizer: Encoder, turns: Sequence[Turn]) -> tuple[list[int], list[int]]:
    newline = tokenizer.encode_text("\n", ())
    input_ids: list[int] = []
    labels: list[int] = []
    for turn in turns:
        head = [*tokenizer.encode_text(turn.role, ()), *newline]
        body = tokenizer.encode_text(turn.text)
        seen = body if turn.role == "assistant" else [IGNORE_INDEX] * len(body)
        input_ids += [tokenizer.im_start_id, *head, *body, tokenizer.im_end_id, *newline]
        labels += [tokenizer.im_start_id, *[IGNORE_INDEX] * len(head), *seen, tokenizer.im_end_id, *newline]
    return input_ids, labels


def _skip_slots(tokenizer: Encoder, input_ids: Sequence[int], labels: list[int]) -> None:
    slot = tokenizer.img_pad_id
    for place, token_id in enumerate(input_ids):
        if token_id == slot:
            labels[place] = IGNORE_INDEX


def pad_or_cut(sample: TrainingSample, length: int, pad_id: int) -> tuple[list[int], list[int], list[bool]]:
    """`input_ids`, `labels` and `attention_mask` of exactly `length` tokens, as the original script makes them.

    Only for holding a sample against the original's numbers: it cuts wherever the limit falls, pads on the right and
    hides every `pad_id`, also one inside the text. Training uses whole samples and pads in the batch.
    """
    missing = max(0, length - len(sample.input_ids))
    input_ids = [*sample.input_ids[:length], *[pad_id] * missing]
    labels = [*sample.labels[:length], *[IGNORE_INDEX] * missing]
    return input_ids, labels, [token_id != pad_id for token_id in input_ids]
