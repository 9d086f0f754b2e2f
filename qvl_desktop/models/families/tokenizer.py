"""The tokenizers of the later families, with the habits of the native one: words are never control tokens.

Owns encoding words safely and the bytes of an id. The vocabulary and its rules are `transformers`' own tokenizer's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from qvl_desktop.core.dialects.tags import MARKS
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelLoadError

IM_START, IM_END, END_OF_TEXT = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
IMAGE_PAD = "<|image_pad|>"
VOCABULARY_FILES = (("tokenizer.json",), ("vocab.json", "merges.txt"))
"""Any of these, or `transformers` would make an empty vocabulary without a word."""


def byte_letters() -> dict[str, int]:
    """The byte that each letter of a byte-level vocabulary stands for.

    Printable bytes of Latin-1 are their own letters; the others, in order, are the letters from U+0100 on. (The
    alphabet of GPT-2's byte-level BPE.)
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + place): byte for place, byte in enumerate(others)}


class FamilyTokenizer:
    """A tokenizer of a later Qwen-VL.

    Args:
        inner: the byte-level BPE tokenizer of `transformers`.
        marks: the control tokens by which the family writes boxes; the words of a turn may hold them, and no others.
    """

    def __init__(self, inner: Any, marks: Collection[str] = ()) -> None:
        self.inner = inner
        self._letters = byte_letters()
        self._added: dict[int, str] = {id_: str(token) for id_, token in inner.added_tokens_decoder.items()}
        ids = {text: id_ for id_, text in self._added.items()}
        for wanted in (IM_START, IM_END, IMAGE_PAD):
            if wanted not in ids:
                raise ModelLoadError(
                    QT_TRANSLATE_NOOP("errors", "The tokenizer has no {token}: this is no Qwen-VL chat model."),
                    token=wanted,
                )
        self.image_pad_id = ids[IMAGE_PAD]
        self.im_start_id, self.im_end_id = ids[IM_START], ids[IM_END]
        self.stop_ids = frozenset(ids[text] for text in (IM_START, IM_END, END_OF_TEXT) if text in ids)
        self.pad_token_id = int(ids.get(END_OF_TEXT, ids[IM_END]))
        self._marks = {mark: ids[mark] for mark in marks if mark in ids}
        special = {id_ for id_, token in inner.added_tokens_decoder.items() if getattr(token, "special", False)}
        self.silent_ids = frozenset(special - {ids[mark] for mark in MARKS if mark in ids})
        """Ids that leave no trace in an answer."""
        self._control = re.compile("|".join(re.escape(text) for text in sorted(ids, key=len, reverse=True)))

    @classmethod
    def from_pretrained(cls, folder: Path, marks: Collection[str] = ()) -> FamilyTokenizer:
        """The tokenizer of a model folder; nothing is downloaded and no code of the folder runs."""
        from transformers import AutoTokenizer

        if not any(all((folder / name).is_file() for name in names) for names in VOCABULARY_FILES):
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{folder}: the tokenizer is missing (tokenizer.json). Download it again."),
                folder=folder,
            )
        try:
            inner = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        except Exception as error:  # the library's reader of tokenizer.json raises bare exceptions
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{folder}: the tokenizer cannot be read: {reason}"),
                folder=folder,
                reason=error,
            ) from error
        return cls(inner, marks)

    def encode_layout(self, text: str) -> list[int]:
        """Text of a chat template, in which control tokens count."""
        return list(self.inner(text, add_special_tokens=False)["input_ids"])

    def encode_text(self, text: str) -> list[int]:
        """What somebody said: marks of boxes count, every other control token is spelt out as ordinary letters."""
        ids: list[int] = []
        place = 0
        for match in self._control.finditer(text):
            if match[0] in self._marks:
                ids += self.encode_layout(text[place : match.start()])
                ids.append(self._marks[match[0]])
                place = match.end()
            else:  # cut after its first letter, the token is none any more
                ids += self.encode_layout(text[place : match.start() + 1])
                place = match.start() + 1
        return ids + self.encode_layout(text[place:])

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes one id stands for, for decoding as a stream; U+FFFD for an id outside the vocabulary."""
        if token_id in self._added:
            return self._added[token_id].encode()
        letters = self.inner.convert_ids_to_tokens(token_id)
        if not isinstance(letters, str) or not all(letter in self._letters for letter in letters):
            return "�".encode()
        return bytes(self._letters[letter] for letter in letters)

    def decode(self, token_ids: Sequence[int]) -> str:
        """Text of generated ids, up to the first that ends an answer; blanks around it removed."""
        spoken = bytearray()
        for token_id in token_ids:
            if token_id in self.stop_ids:
                break
            if token_id not in self.silent_ids:
                spoken += self.token_bytes(token_id)
        return spoken.decode("utf-8", "replace").strip()
