"""The processor of first-generation Qwen-VL: text and pictures to model inputs.

Owns pairing pictures with their places in the text, batching with padding, chat layout from turns or from message
dictionaries, and the processor's own file. Does not own how text is encoded (`tokenization`), a chat is laid out
(`prompt`), or pixels are made (`image_processing`); it puts them together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from transformers.feature_extraction_utils import BatchFeature
from transformers.processing_utils import ProcessorMixin

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import ModelLoadError, PictureCountError, PictureSpanError
from qvl_desktop.models.json_files import check_json, read_json
from qvl_desktop.models.qwen_vl.image_processing import (
    PictureSource,
    QwenVLImageProcessor,
    is_picture,
    no_picture,
    read_visual_config,
)
from qvl_desktop.models.qwen_vl.messages import turns_from_messages
from qvl_desktop.models.qwen_vl.prompt import (
    CHATML,
    RAW,
    Prompt,
    decode_answer,
    encode_prompt,
    picture_paths,
    prompt_text,
    with_system,
)
from qvl_desktop.models.qwen_vl.special_tokens import RANKS_FILE_NAME
from qvl_desktop.models.qwen_vl.tokenization import DEFAULT_QUERIES, QwenVLTokenizer

PROCESSOR_FILE_NAME = "processor_config.json"
CONFIG_FILE_NAME = "config.json"
MAX_QUERIES = 2**16

Turns = Conversation | Iterable[Turn]
Pictures = PictureSource | Sequence[PictureSource]


class QwenVLProcessor(ProcessorMixin):
    """Tokenizer and image processor as one.

    Args:
        image_processor: makes `pixel_values`.
        tokenizer: makes `input_ids`; its number of slots a picture is set to `n_queries`.
        n_queries: slots a picture takes (`visual.n_queries` of the model's configuration, 256 officially).
    """

    def __init__(
        self,
        image_processor: QwenVLImageProcessor,
        tokenizer: QwenVLTokenizer,
        n_queries: int = DEFAULT_QUERIES,
        **kwargs: Any,
    ) -> None:
        self.image_processor = image_processor
        self.tokenizer = tokenizer
        self.n_queries = n_queries
        self.chat_template = None
        tokenizer.n_queries = n_queries

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: str | Path, **kwargs: Any) -> QwenVLProcessor:
        """The processor of a local model folder: one of ours, an official checkpoint, or a saved processor.

        Nothing is downloaded. Raises `ModelLoadError`, `RanksFileError`.
        """
        folder = Path(pretrained_model_name_or_path)
        if not (folder / RANKS_FILE_NAME).is_file():
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{path}: {name} is missing, so this is no Qwen-VL model folder."),
                path=folder,
                name=RANKS_FILE_NAME,
            )
        check_json(folder, "config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
        n_queries = _read_n_queries(folder)
        try:
            image_processor = QwenVLImageProcessor.from_pretrained(folder)
            tokenizer = QwenVLTokenizer.from_pretrained(folder, local_files_only=True, **kwargs)
        except (OSError, ValueError, TypeError, LookupError) as error:
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{folder}: the processor cannot be loaded: {reason}"),
                folder=folder,
                reason=error,
            ) from error
        _check_vocabulary(tokenizer, folder)
        return cls(image_processor, tokenizer, n_queries=n_queries)

    def save_pretrained(self, save_directory: str | Path, **kwargs: Any) -> list[str]:
        """Write the tokenizer's, the image processor's and the processor's own files; returns their paths."""
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        written = [*self.tokenizer.save_pretrained(str(folder)), *self.image_processor.save_pretrained(str(folder))]
        own = folder / PROCESSOR_FILE_NAME
        content = {"processor_class": type(self).__name__, "n_queries": self.n_queries}
        own.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return [*written, str(own)]

    @property
    def model_input_names(self) -> list[str]:
        """`input_ids`, `attention_mask`, `pixel_values`."""
        return [*self.tokenizer.model_input_names, *self.image_processor.model_input_names]

    def __call__(
        self,
        text: str | Sequence[str] | None = None,
        images: Pictures | Sequence[Sequence[PictureSource]] | None = None,
        *,
        return_tensors: str | None = None,
        padding: bool | str = True,
        **kwargs: Any,
    ) -> BatchFeature:
        """Model inputs of one text or a batch of texts that may hold `<img>path</img>`.

        Control tokens in `text` are recognised (`allowed_special` narrows that); use `encode_chat` for text that a
        user typed. Without `images`, the files named in the texts are read; with them, the paths are only names and
        there must be one picture for each place, in reading order. Other arguments go to the tokenizer.

        Returns `input_ids` and `attention_mask` (texts, tokens), and where there are pictures `pixel_values`
        (pictures of all texts, 3, size, size). Raises `PictureCountError`, `PictureError`, `UnclosedMarkup`.
        """
        if text is None:
            return self.image_processor(_flatten(images), return_tensors=return_tensors)
        texts = [text] if isinstance(text, str) else list(text)
        data = dict(self.tokenizer(texts, padding=padding, return_tensors=return_tensors, **kwargs))
        if kwargs.get("truncation"):
            self._check_whole(texts, data["input_ids"])
        if isinstance(text, str) and return_tensors is None:
            data = {name: values[0] for name, values in data.items()}
        paths = [path for one in texts for path in picture_paths(one)]
        pictures = self._pictures(paths, images)
        if pictures:
            data |= self.image_processor(pictures, return_tensors=return_tensors)
        return BatchFeature(data)

    def encode_chat(
        self,
        turns: Turns,
        images: Pictures | None = None,
        *,
        add_generation_prompt: bool = True,
        system: str | None = None,
        max_window_size: int | None = None,
        chat_format: str = CHATML,
        return_tensors: str | None = "pt",
    ) -> BatchFeature:
        """Model inputs of one conversation (batch of 1), safe for text that a user typed; see `prompt`.

        `images` are the pictures of all turns in reading order; pass `[]` to make sure that no file named in a turn is
        read. Raises `PictureCountError`, `PictureError`, `TurnOrderError`, `ChatFormatError`, `UnclosedMarkup`.
        """
        every = None if images is None else [images]
        return self.encode_chats(
            [turns],
            every,
            add_generation_prompt=add_generation_prompt,
            system=system,
            max_window_size=max_window_size,
            chat_format=chat_format,
            return_tensors=return_tensors,
        )

    def encode_chats(
        self,
        conversations: Sequence[Turns],
        images: Sequence[Pictures] | None = None,
        *,
        add_generation_prompt: bool = True,
        system: str | None = None,
        max_window_size: int | None = None,
        chat_format: str = CHATML,
        return_tensors: str | None = "pt",
    ) -> BatchFeature:
        """Model inputs of several conversations, padded on the left; `images` holds the pictures of each."""
        prompts: list[Prompt] = []
        pictures: list[PictureSource] = []
        for place, conversation in enumerate(conversations):
            turns = list(_turns(conversation))
            prompt = encode_prompt(
                self.tokenizer,
                turns,
                system=system,
                add_generation_prompt=add_generation_prompt,
                max_window_size=max_window_size,
                chat_format=chat_format,
            )
            prompts.append(prompt)
            whole = turns if chat_format == RAW else with_system(turns, system)
            named = [path for turn in whole for path in picture_paths(turn.text)]
            given = self._pictures(named, None if images is None else images[place])
            pictures += [given[index] for index in prompt.picture_places]
        data = dict(
            self.tokenizer.pad(
                {"input_ids": [prompt.input_ids for prompt in prompts]},
                padding_side="left",
                return_tensors=return_tensors,
            )
        )
        if pictures:
            data |= self.image_processor(pictures, return_tensors=return_tensors)
        return BatchFeature(data)

    def apply_chat_template(
        self,
        conversation: Sequence[Mapping[str, Any]],
        chat_template: str | None = None,
        *,
        add_generation_prompt: bool = False,
        tokenize: bool = True,
        return_tensors: str | None = "pt",
        **kwargs: Any,
    ) -> BatchFeature | str:
        """`encode_chat` for messages as `transformers` writes them; with `tokenize=False` the prompt as text.

        A message is `{"role": ..., "content": text or parts}`; a part is `{"type": "text", "text": ...}` or
        `{"type": "image", "image" | "path": ...}`. Files named in plain-text messages are read. The layout is fixed;
        `chat_template` is ignored. Raises `MessageError`.
        """
        turns, images = turns_from_messages(conversation)
        if not tokenize:
            return prompt_text(turns, add_generation_prompt=add_generation_prompt)
        return self.encode_chat(
            turns, images, add_generation_prompt=add_generation_prompt, return_tensors=return_tensors, **kwargs
        )

    def decode(self, token_ids: Any, **kwargs: Any) -> Any:
        """The tokenizer's `decode`."""
        return self.tokenizer.decode(token_ids, **kwargs)

    def batch_decode(self, sequences: Any, **kwargs: Any) -> list[str]:
        """The tokenizer's `batch_decode`."""
        texts: list[str] = self.tokenizer.batch_decode(sequences, **kwargs)
        return texts

    def decode_answer(self, token_ids: Sequence[int]) -> str:
        """Generated ids (without the prompt) as canonical text, up to the end of the answer."""
        return decode_answer(self.tokenizer, [int(token_id) for token_id in token_ids])

    def _check_whole(self, texts: Sequence[str], rows: Any) -> None:
        """Raise `PictureSpanError` when truncation cut a picture off or in two."""
        for text, row in zip(texts, rows, strict=True):
            ids = [int(token) for token in row]
            places = len(picture_paths(text))
            slots, ends = ids.count(self.tokenizer.img_pad_id), ids.count(self.tokenizer.img_end_id)
            if slots != places * self.n_queries or ends < places:
                raise PictureSpanError(
                    QT_TRANSLATE_NOOP(
                        "errors",
                        "The text was cut inside or before a picture, which takes {slots} tokens. Allow more tokens, "
                        "or leave pictures out.",
                    ),
                    slots=self.n_queries + 2,
                )

    def _pictures(
        self, named: Sequence[str], images: Pictures | Sequence[Sequence[PictureSource]] | None
    ) -> list[PictureSource]:
        given: list[PictureSource] = list(named) if images is None else _flatten(images)
        if len(given) != len(named):
            raise PictureCountError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "The text names {expected} picture(s), but {given} were given: give one for each "
                    "<img>...</img>, in the order of the text.",
                ),
                expected=len(named),
                given=len(given),
            )
        return given


def _turns(conversation: Turns) -> Iterable[Turn]:
    return conversation.turns if isinstance(conversation, Conversation) else conversation


def _flatten(images: Any) -> list[PictureSource]:
    if images is None:
        return []
    if is_picture(images):
        return [images]
    if not isinstance(images, Iterable):
        raise no_picture(images)
    return [picture for item in images for picture in _flatten(item)]


def _read_n_queries(folder: Path) -> int:
    """Slots a picture takes: the model's configuration says so, and a saved processor must agree."""
    own = read_json(folder / PROCESSOR_FILE_NAME).get("n_queries")
    config = read_json(folder / CONFIG_FILE_NAME)
    models = read_visual_config(folder).get("n_queries", DEFAULT_QUERIES) if "visual" in config else None
    for file, value in ((PROCESSOR_FILE_NAME, own), (CONFIG_FILE_NAME, models)):
        if value is not None and (type(value) is not int or not 0 < value <= MAX_QUERIES):
            raise ModelLoadError(
                QT_TRANSLATE_NOOP("errors", "{path}: n_queries is {value}; a picture takes 1 to {bound} slots."),
                path=folder / file,
                value=value,
                bound=MAX_QUERIES,
            )
    if own is not None and models is not None and own != models:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors", "{path}: a picture takes {own} slots here, but {models} in config.json. They must be equal."
            ),
            path=folder / PROCESSOR_FILE_NAME,
            own=own,
            models=models,
        )
    return int(own or models or DEFAULT_QUERIES)


def _check_vocabulary(tokenizer: QwenVLTokenizer, folder: Path) -> None:
    """Raise `ModelLoadError` when the model looks for pictures at another id than the vocabulary puts them: a ranks
    file with lines missing would give wrong tokens without a word."""
    wanted = read_visual_config(folder).get("image_start_id", tokenizer.img_start_id)
    if wanted != tokenizer.img_start_id:
        raise ModelLoadError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{path}: with {size} tokens, <img> has the id {found}, but config.json says {wanted}. The file is not "
                "whole, or of another model: download it again.",
            ),
            path=folder / RANKS_FILE_NAME,
            size=tokenizer.eod_id,
            found=tokenizer.img_start_id,
            wanted=wanted,
        )
