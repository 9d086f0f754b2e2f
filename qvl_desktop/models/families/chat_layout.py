"""A chat of a later family as text: its own template, with the words kept apart from the control tokens.

Owns rendering a template (in `transformers`' sandbox) around placeholders. Does not own how a turn falls into words and
pictures (`core.sight`, which the window's preview reads too), tokens (`tokenizer`) or pixels (`processor`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from jinja2 import TemplateError

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.sight import message_parts
from qvl_desktop.core.tokens import Picture, parse
from qvl_desktop.models.errors import ModelError

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' }}"
    "{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content %}"
    "{{ '<|vision_start|><|image_pad|><|vision_end|>' if part.type == 'image' else part.text }}"
    "{% endfor %}{% endif %}{{ '<|im_end|>\\n' }}{% endfor %}"
    "{{ '<|im_start|>assistant\\n' if add_generation_prompt else '' }}"
)
"""For folders without a template: the layout that all families share."""

_PLACEHOLDER = re.compile("\ue000(\\d+)\ue001")


class ChatLayoutError(ModelError):
    """Turns that the model's chat template refuses."""


def lay_out(tokenizer: Any, turns: Sequence[Turn], *, add_generation_prompt: bool = True) -> Iterator[tuple[str, bool]]:
    """The pieces of a prompt: (text, whether it is layout). Words are those of the turns, in their order.

    Turns are in the family's dialect, with `<img>` where a picture goes. Thinking is switched off where the template
    knows the switch: an answer with boxes is wanted at once. Raises `ChatLayoutError`.
    """
    for text, turn in lay_out_turns(tokenizer, turns, add_generation_prompt=add_generation_prompt):
        yield text, turn is None


def lay_out_turns(
    tokenizer: Any, turns: Sequence[Turn], *, add_generation_prompt: bool = False
) -> Iterator[tuple[str, int | None]]:
    """The same pieces with the turn that each belongs to (from 0); None: the template's own."""
    words: list[str] = []
    owners: list[int] = []
    alone = sum(isinstance(segment, Picture) for turn in turns for segment in parse(turn.text)) == 1
    messages = []
    for number, turn in enumerate(turns):
        messages.append({"role": turn.role, "content": _content(turn, alone, words)})
        owners += [number] * (len(words) - len(owners))
    try:
        text = tokenizer.apply_chat_template(
            messages,
            chat_template=None if tokenizer.chat_template else CHATML,
            tokenize=False,
            add_generation_prompt=add_generation_prompt,
            enable_thinking=False,
        )
    except TemplateError as error:
        raise ChatLayoutError(
            QT_TRANSLATE_NOOP("errors", "The model's chat template refuses this conversation: {reason}"), reason=error
        ) from error
    if {int(number) for number in _PLACEHOLDER.findall(text)} != set(range(len(words))):
        raise ChatLayoutError(
            QT_TRANSLATE_NOOP(
                "errors", "The model's chat template leaves out what was said. Download it again (chat_template.jinja)."
            )
        )
    for index, piece in enumerate(_PLACEHOLDER.split(text)):
        yield (words[int(piece)], owners[int(piece)]) if index % 2 else (piece, None)


def _content(turn: Turn, alone: bool, words: list[str]) -> str | list[dict[str, str]]:
    """A turn as a message: parts where it shows pictures, else one text; the words themselves go to `words`."""
    parts: list[dict[str, str]] = []
    for part in message_parts(turn.text, alone=alone):
        if part is None:
            parts.append({"type": "image"})
        else:
            parts.append({"type": "text", "text": f"\ue000{len(words)}\ue001"})
            words.append(part)
    if len(parts) == 1 and parts[0]["type"] == "text":
        return parts[0]["text"]
    return parts or ""
