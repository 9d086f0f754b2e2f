"""What servers of other programs have to be told so that boxes come back, and what of their answers is no answer.

Owns request fields beyond OpenAI's own, by the model's family, and cutting away thoughts and end marks. Does not own
how boxes are written (`dialects`) nor sending anything (`jobs.server_client`, `jobs.asking`).

vLLM and SGLang leave control tokens out of answers unless `skip_special_tokens` says otherwise; where a family writes
boxes between such tokens, nothing of a box but bare numbers would come. Servers that do not know a field pass over it.
"""

from __future__ import annotations

from typing import Any

from qvl_desktop.core.dialects import QWEN2_VL, QWEN3_5, QWEN_VL

_THOUGHT, _THOUGHT_END = "<think>", "</think>"
_END_MARKS = ("<|im_end|>", "<|endoftext|>")


def extra_fields(family: str) -> dict[str, Any]:
    """Fields of a chat request for a model of that family on another program's server."""
    if family in (QWEN_VL, QWEN2_VL):
        return {"skip_special_tokens": False}
    return {"chat_template_kwargs": {"enable_thinking": False}} if family == QWEN3_5 else {}


class AnswerFilter:
    """Feed it the pieces of an answer; it returns what of them was meant to be read.

    A thought at the beginning goes, whole; so do marks of the end. Everything else passes at once.
    """

    def __init__(self) -> None:
        self._held = ""
        self._begun = False

    def feed(self, piece: str) -> str:
        """The text that is certain by now."""
        if self._begun:
            return self._without_marks(self._held + piece)
        self._held += piece
        text = self._held.lstrip()
        if _THOUGHT.startswith(text[: len(_THOUGHT)]):
            if not text.startswith(_THOUGHT) or _THOUGHT_END not in text:
                return ""
            text = text.partition(_THOUGHT_END)[2].lstrip()
            if not text:
                self._held = ""
                return ""
        self._begun = True
        self._held = ""
        return self._without_marks(text)

    def close(self) -> str:
        """What was held back; a thought that never ended is not told."""
        held, self._held = self._held, ""
        return "" if held.lstrip().startswith(_THOUGHT) else held

    def _without_marks(self, text: str) -> str:
        """Without marks of the end; what may become one waits."""
        for mark in _END_MARKS:
            text = text.replace(mark, "")
        cut = max(
            (size for mark in _END_MARKS for size in range(1, len(mark)) if text.endswith(mark[:size])), default=0
        )
        self._held = text[len(text) - cut :]
        return text[: len(text) - cut]


def filtered(text: str) -> str:
    """A whole answer without thoughts and end marks."""
    one = AnswerFilter()
    return one.feed(text) + one.close()
