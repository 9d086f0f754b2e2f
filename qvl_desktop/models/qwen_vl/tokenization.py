"""The tokenizer of first-generation Qwen-VL, a slow `transformers` tokenizer around tiktoken.

Owns text -> ids and ids -> text for any ranks file, the place of a picture (`<img>`, `n_queries` x `<imgpad>`,
`</img>`), and the list format of the original (`[{"image": ...}, {"text": ...}]`). Does not lay out a chat
(`prompt`) or labels (`labels`).

Where it differs from the original code, on purpose:

- The slots between `<img>` and `</img>` are all `<imgpad>`; the original stored the path's bytes there. Paths may be
  of any length and hold any text. Slots that hold path bytes are still decoded to the path.
- Decoding never fails on what a model can emit: an id outside the vocabulary (the embedding table has more rows)
  and broken UTF-8 follow `errors` ("replace", "ignore" or "strict"), an `<img>` without its end stays text.
- `pad_token` and `eos_token` are `<|endoftext|>`; the original leaves them unset and cannot pad a batch.
- `to_list_format` reads control tokens in plain text as text instead of refusing them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tiktoken
from transformers.tokenization_python import PythonBackend
from transformers.tokenization_utils_base import AddedToken, BatchEncoding

from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.qwen_vl import special_tokens as special
from qvl_desktop.models.qwen_vl.list_format import from_list_format, picture_spans, to_list_format, unclosed

DEFAULT_QUERIES = 256
"""Slots a picture takes in the official checkpoints."""


class UnknownTokenId(QvlError, KeyError):
    """An id outside the vocabulary was decoded with `errors="strict"`."""

    __str__ = QvlError.__str__


class FixedVocabulary(QvlError):
    """Somebody tried to add tokens to a vocabulary whose ids are fixed by the checkpoint."""


class QwenVLTokenizer(PythonBackend):
    """Byte-pair tokenizer with 217 control tokens behind the ranks.

    Args:
        ranks_file: vocabulary in tiktoken format, of any size; control ids start at the number of ranks.
        errors: what decoding does with broken UTF-8 and unknown ids: "replace", "ignore" or "strict".
        n_queries: slots a picture takes.

    Text is brought to NFC before encoding. `allowed_special` of `__call__`, `encode` and `encode_text` says which
    control tokens are recognised in the text: "all" (default), "none", or a collection of them; the rest is ordinary
    text.
    Raises `RanksFileError` for an unusable ranks file, `UnclosedMarkup` for `<img>` without `</img>`.
    """

    vocab_files_names = {"ranks_file": special.RANKS_FILE_NAME}
    model_input_names = ["input_ids", "attention_mask"]

    def __init__(
        self,
        ranks_file: str | Path,
        errors: str = "replace",
        n_queries: int = DEFAULT_QUERIES,
        **kwargs: Any,
    ) -> None:
        self.errors = errors
        self.n_queries = n_queries
        self._ranks = special.read_ranks(Path(ranks_file))
        self.special_tokens = special.special_token_ids(len(self._ranks))
        self._build_tables()
        kwargs.pop("added_tokens_decoder", None)
        kwargs["extra_special_tokens"] = list(special.SPECIAL_TOKENS)
        kwargs.setdefault("pad_token", special.END_OF_TEXT)
        kwargs.setdefault("eos_token", special.END_OF_TEXT)
        self._added_tokens_decoder = {
            token_id: AddedToken(token, normalized=False, special=True)
            for token, token_id in self.special_tokens.items()
        }
        super().__init__(errors=errors, n_queries=n_queries, **kwargs)

    def _build_tables(self) -> None:
        self._encoding = tiktoken.Encoding(
            special.RANKS_FILE_NAME,
            pat_str=special.SPLIT_PATTERN,
            mergeable_ranks=self._ranks,
            special_tokens=self.special_tokens,
        )
        self._bytes: list[bytes] = [b""] * (len(self._ranks) + len(self.special_tokens))
        for token, rank in self._ranks.items():
            self._bytes[rank] = token
        for text, token_id in self.special_tokens.items():
            self._bytes[token_id] = text.encode()
        self._vocab: dict[str, int] | None = None

    # Ids of the control tokens, under the names of the original.

    @property
    def eod_id(self) -> int:
        """`<|endoftext|>`, the first control id: every smaller id is ordinary text."""
        return self.special_tokens[special.END_OF_TEXT]

    @property
    def im_start_id(self) -> int:
        """`<|im_start|>`"""
        return self.special_tokens[special.IM_START]

    @property
    def im_end_id(self) -> int:
        """`<|im_end|>`"""
        return self.special_tokens[special.IM_END]

    @property
    def img_start_id(self) -> int:
        """`<img>`"""
        return self.special_tokens[special.IMG]

    @property
    def img_end_id(self) -> int:
        """`</img>`"""
        return self.special_tokens[special.IMG_END]

    @property
    def img_pad_id(self) -> int:
        """`<imgpad>`"""
        return self.special_tokens[special.IMG_PAD]

    @property
    def vocab_size(self) -> int:
        """Ranks and control tokens together (151,860 for the official ranks; the embedding table has more rows)."""
        return len(self._bytes)

    def __len__(self) -> int:
        return len(self._bytes)

    def _update_total_vocab_size(self) -> None:
        self.total_vocab_size = len(self._bytes)

    def get_vocab(self) -> dict[str, int]:
        """Token text -> id; ordinary tokens in the usual one-character-a-byte spelling."""
        if self._vocab is None:
            self._vocab = {_spell(token): rank for token, rank in self._ranks.items()} | self.special_tokens
        return dict(self._vocab)

    def _add_tokens(self, new_tokens: Iterable[str | AddedToken], special_tokens: bool = False) -> int:
        unknown = [str(token) for token in new_tokens if str(token) not in self.special_tokens]
        if unknown:
            raise FixedVocabulary(
                QT_TRANSLATE_NOOP(
                    "errors", "{token} cannot be added: the ids of this vocabulary are fixed. Use one of {extras}."
                ),
                token=unknown[0],
                extras="<|extra_0|> ... <|extra_204|>",
            )
        self._update_trie()
        self._update_total_vocab_size()
        return 0

    # Text to ids

    def encode_text(self, text: str, allowed_special: str | Iterable[str] = "all") -> list[int]:
        """The ids of `text`, nothing added. Each `<img>path</img>` becomes `n_queries` slots if both are allowed."""
        allowed = self._allowed(allowed_special)
        text = unicodedata.normalize("NFC", text)
        if special.IMG not in text or not {special.IMG, special.IMG_END} <= allowed:
            return self._encode(text, allowed)
        ids: list[int] = []
        place = 0
        for start, end in picture_spans(text):
            ids += self._encode(text[place:start], allowed)
            ids += [self.img_start_id, *[self.img_pad_id] * self.n_queries, self.img_end_id]
            place = end
        if special.IMG in text[place:]:
            raise unclosed(special.IMG, text)
        return ids + self._encode(text[place:], allowed)

    def _encode(self, text: str, allowed: frozenset[str]) -> list[int]:
        ids: list[int] = self._encoding.encode(text, allowed_special=allowed, disallowed_special=())
        return ids

    def _allowed(self, allowed_special: str | Iterable[str]) -> frozenset[str]:
        if isinstance(allowed_special, str):
            return _ALL if allowed_special == "all" else frozenset()
        return _ALL.intersection(allowed_special)

    def tokenize(self, text: str, allowed_special: str | Iterable[str] = "all", **kwargs: Any) -> list[str]:
        """The tokens of `text` as strings, in the spelling of `get_vocab`."""
        allowed = "none" if kwargs.get("split_special_tokens", False) else allowed_special
        return [self._convert_id_to_token(token_id) for token_id in self.encode_text(text, allowed)]

    def _encode_plus(
        self, text: Any, text_pair: Any = None, allowed_special: str | Iterable[str] = "all", **kwargs: Any
    ) -> BatchEncoding:
        allowed = "none" if kwargs.pop("split_special_tokens", False) else allowed_special
        if isinstance(text, str) and text:
            text = self.encode_text(text, allowed)
        if isinstance(text_pair, str) and text_pair:
            text_pair = self.encode_text(text_pair, allowed)
        return super()._encode_plus(text, text_pair, allowed_special=allowed, **kwargs)

    def _convert_token_to_id(self, token: str) -> int | None:
        try:
            return self._ranks.get(_unspell(token))
        except KeyError:
            return None

    def _convert_id_to_token(self, index: int) -> str:
        if 0 <= index < self.eod_id:
            return _spell(self._bytes[index])
        return self._piece(index, "replace").decode()

    def convert_tokens_to_string(self, tokens: Sequence[str]) -> str:
        """The text of tokens as `tokenize` returns them."""
        pieces = (token.encode() if token in self.special_tokens else _unspell(token) for token in tokens)
        return b"".join(pieces).decode("utf-8", errors=self.errors)

    # Ids to text

    def _decode(
        self,
        token_ids: int | Sequence[int],
        skip_special_tokens: bool = False,
        clean_up_tokenization_spaces: bool | None = None,
        errors: str | None = None,
        keep_image_special: bool = False,
        **kwargs: Any,
    ) -> str:
        """Text of `token_ids`. With `skip_special_tokens`, `keep_image_special` keeps ref, box and quad marks."""
        ids = [token_ids] if isinstance(token_ids, int) else [int(token_id) for token_id in token_ids]
        errors = errors or self.errors
        kept = self._kept(keep_image_special) if skip_special_tokens else None
        pieces: list[bytes] = []
        place = 0
        while place < len(ids):
            slots = self._slots(ids, place) if ids[place] == self.img_start_id else None
            if slots is None:
                if kept is None or ids[place] < self.eod_id or ids[place] in kept:
                    pieces.append(self._piece(ids[place], errors))
                place += 1
                continue
            path, place = slots
            pieces.append(path if kept is not None else b"<img>" + path + b"</img>")
        return b"".join(pieces).decode("utf-8", errors=errors)

    def _kept(self, keep_image_special: bool) -> frozenset[int]:
        tokens = special.POINTING_TOKENS if keep_image_special else ()
        return frozenset(self.special_tokens[token] for token in tokens)

    def _slots(self, ids: Sequence[int], start: int) -> tuple[bytes, int] | None:
        """Path bytes of the picture that opens at `start` (empty for `<imgpad>` only) and the place after it."""
        try:
            end = ids.index(self.img_end_id, start)
        except ValueError:
            return None
        content = list(ids[start + 1 : end])
        while content and content[-1] == self.img_pad_id:
            content.pop()
        if all(0 <= value < 256 for value in content):
            return bytes(content), end + 1
        return None

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes one id stands for, for decoding as a stream; U+FFFD for an id outside the vocabulary."""
        return self._piece(token_id, "replace")

    def _piece(self, token_id: int, errors: str) -> bytes:
        if 0 <= token_id < len(self._bytes):
            return self._bytes[token_id]
        if errors == "strict":
            raise UnknownTokenId(
                QT_TRANSLATE_NOOP("errors", "Token id {id} is outside the vocabulary of {size} tokens."),
                id=token_id,
                size=len(self._bytes),
            )
        return b"" if errors == "ignore" else "\ufffd".encode()

    # Files and the list format

    def save_vocabulary(self, save_directory: str | Path, filename_prefix: str | None = None) -> tuple[str, ...]:
        """Write the ranks file (`qwen.tiktoken`) into a folder; returns its path."""
        prefix = f"{filename_prefix}-" if filename_prefix else ""
        path = Path(save_directory) / (prefix + special.RANKS_FILE_NAME)
        special.write_ranks(self._ranks, path)
        return (str(path),)

    def from_list_format(self, elements: Iterable[Mapping[str, Any]]) -> str:
        """The text of a list of pictures, texts and boxes; see `list_format.from_list_format`."""
        return from_list_format(elements)

    def to_list_format(self, text: str) -> list[dict[str, str]]:
        """The list form of a text; see `list_format.to_list_format`."""
        return to_list_format(text)


_ALL = frozenset(special.SPECIAL_TOKENS)


def _byte_alphabet() -> dict[int, str]:
    """A visible character for each byte: itself where Latin-1 prints it, the next free one from U+0100 on otherwise."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    free = iter(range(0x100, 0x200))
    return {byte: chr(byte if byte in printable else next(free)) for byte in range(256)}


_CHARACTER = _byte_alphabet()
_BYTE = {character: byte for byte, character in _CHARACTER.items()}


def _spell(token: bytes) -> str:
    return "".join(_CHARACTER[byte] for byte in token)


def _unspell(token: str) -> bytes:
    return bytes(_BYTE[character] for character in token)
