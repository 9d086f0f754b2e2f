"""One loaded base model with its named adapters.

Owns loading them and switching between them for each answer. Does not own queueing (`worker`) or HTTP (`server`).
Everything but the names belongs to the thread that answers.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qvl_desktop.core.adapter_card import AdapterCard, AdapterError, model_fingerprint, trained_pixels
from qvl_desktop.core.chat_protocol import BASE_MODEL
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.engine.answerer import Answerer, make_answerer
from qvl_desktop.engine.family_generator import FamilyGenerator
from qvl_desktop.engine.generator import Generator
from qvl_desktop.engine.host_parts import parts_on_host
from qvl_desktop.models.loading import load_adapter, load_model, read_family
from qvl_desktop.models.placement import Part
from qvl_desktop.models.qwen_vl.prompt import AUTO, CHATML

Tell = Callable[[str], None]
_FIRST_ADAPTER = "default"
"""What PEFT calls the adapter a model is wrapped with."""


class ModelHost:
    """A base model, any number of adapters on it, and the generator over both.

    Args:
        folder: the base model's folder.
        adapters: name -> adapter folder. A name must not be "base".
        precision, device: as in `models.loading.load_model`.
        chat_format: "chatml" or "raw"; "auto" asks the base as its generation_config.json says, and adapters, which
            were trained on chats, in ChatML.
        on_host: parts of a first-generation model that never go to the card; None asks the environment
            (`host_parts.SETTING`), which counts for such models alone.
        tell: gets a word about each stage of loading.
        watch: hears which share of the weights is read, 0 to 1, where that is known.

    Raises `ModelLoadError`, `QuantizationError`, `AdapterError`.
    """

    def __init__(
        self,
        folder: Path,
        adapters: Mapping[str, Path] | None = None,
        *,
        precision: str = "auto",
        device: str = "auto",
        chat_format: str = AUTO,
        on_host: Sequence[Part] | None = None,
        tell: Tell = lambda stage: None,
        watch: Callable[[float], None] | None = None,
    ) -> None:
        self.folder = folder
        self._slots: dict[str, str] = {}
        self._pixels: dict[str, int] = {}
        hush_libraries()
        tell("model")
        if on_host is None:
            on_host = parts_on_host() if read_family(folder)[1].native and device != "all" else ()
        model: Any = load_model(
            folder,
            precision=precision,
            device=device,
            on_host=on_host,
            tell=lambda reason: tell(f"model in {reason}"),
            watch=watch,
        )
        for name, adapter in (adapters or {}).items():
            tell(f"adapter {name}")
            model = self._put_on(model, name, adapter)
        self.generator: Answerer = make_answerer(folder, model, chat_format=chat_format, on_host=on_host)
        if isinstance(self.generator, Generator):
            self._base_format = self.generator.chat_format
            self._adapter_format = CHATML if chat_format == AUTO else chat_format

    @property
    def names(self) -> list[str]:
        """What a request may ask for: "base", then the adapters."""
        return [BASE_MODEL, *self._slots]

    @property
    def family(self) -> str:
        """The dialect's name."""
        return read_family(self.folder)[1].name

    @contextmanager
    def using(self, name: str, like: str = "") -> Iterator[Answerer]:
        """The generator with that adapter in force, or with none for "base".

        Later families see pictures as large as in the adapter's run, the base as its folder says; with `like`, as large
        as that adapter does, so that two can be compared.
        """
        model = self.generator.model
        if isinstance(self.generator, FamilyGenerator):
            self._see_alike(self.generator, like or name)
        if isinstance(self.generator, Generator):
            self.generator.chat_format = self._base_format if name == BASE_MODEL else self._adapter_format
        if name != BASE_MODEL:
            model.set_adapter(self._slots[name])
            yield self.generator
        elif self._slots:
            with model.disable_adapter():
                yield self.generator
        else:
            yield self.generator

    def _see_alike(self, generator: FamilyGenerator, name: str) -> None:
        """Let pictures be as large as the adapter met them; those seen at another size are forgotten."""
        before = generator.processor.resizing
        generator.processor.limit_pixels(self._pixels.get(name, 0))
        if generator.processor.resizing != before:
            generator.forget()

    def _put_on(self, model: Any, name: str, adapter: Path) -> Any:
        if name == BASE_MODEL or name in self._slots:
            raise AdapterError(
                QT_TRANSLATE_NOOP("errors", "Two models cannot both be called {name}: rename the adapter."), name=name
            )
        check_base(self.folder, adapter)
        slot = f"adapter_{len(self._slots)}" if self._slots else _FIRST_ADAPTER
        model = load_adapter(model, adapter, slot)
        self._slots[name] = slot
        self._pixels[name] = trained_pixels(adapter)
        return model


def hush_libraries() -> None:
    """Keep progress bars and advice to developers off the terminal; errors still come through."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning)  # for the authors of libraries, not for users


def check_base(folder: Path, adapter: Path) -> None:
    """Raise `AdapterError` when the adapter's card says that it was made on another model; none says nothing."""
    try:
        card = AdapterCard.load(adapter)
    except AdapterError:
        return
    if card.base_fingerprint and card.base_fingerprint != model_fingerprint(folder):
        raise AdapterError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{adapter}: this adapter was made on {base}, not on {model}. Choose that model, or train again.",
            ),
            adapter=adapter,
            base=card.base,
            model=folder,
        )
