"""What the commands that ask a model share: their flags, the adapter they are given, what they tell meanwhile.

Owns `--on-host` and `--prompt-format`, finding an adapter, the data set that is asked about, and the line of progress.
Does not own asking (`engine`, `training`) nor what each command prints.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate

if TYPE_CHECKING:
    from qvl_desktop.core.dataset import Dataset
    from qvl_desktop.engine.host import ModelHost

PROMPT_FORMATS = ("auto", "chatml", "raw")
HOST_PARTS = ("table", "tower")
BASE = "base"
"""How the model without an adapter is named."""
BASELINE = "baseline"
"""How the adapter that others are held against is named."""


def add_on_host(parser: argparse.ArgumentParser) -> None:
    """`--on-host`, for each command that loads a model to ask it."""
    parser.add_argument(
        "--on-host",
        type=host_parts,
        metavar="PART,...",
        help=_N(
            "cli",
            "leave table (token embeddings), tower (visual encoder) or table,tower of a first-generation model in the "
            "host's memory: 1.2 and 3.6 GiB less on the card at full size [QVL_DESKTOP_ON_HOST]",
        ),
    )


def host_parts(text: str) -> tuple[str, ...]:
    """Names of `HOST_PARTS` with commas between, from the command line; none at all for an empty text."""
    named = tuple(part.strip() for part in text.split(",") if part.strip())
    if wrong := [part for part in named if part not in HOST_PARTS]:
        words = translate("cli", "{text} is none of {names}")
        raise argparse.ArgumentTypeError(words.format(text=wrong[0], names=", ".join(HOST_PARTS)))
    return named


def add_prompt_format(parser: argparse.ArgumentParser) -> None:
    """`--prompt-format`, for each command that asks a model."""
    parser.add_argument(
        "--prompt-format",
        choices=PROMPT_FORMATS,
        default="auto",
        help=_N(
            "cli",
            "how first-generation Qwen-VL is asked: chatml for chat models, raw for the base model; auto as its "
            "generation_config.json says (an adapter: chatml) [auto]",
        ),
    )


def adapter_folder(given: Path) -> Path:
    """The adapter's folder, when a run folder was named instead."""
    inside = given / "adapter"
    return inside if (inside / "adapter_config.json").is_file() else given


def open_host(args: argparse.Namespace, baseline: str | None = None) -> tuple[ModelHost, str]:
    """The model that `--model`, `--adapter` and their like name, and the name by which it is used.

    `baseline`: "base", or the folder of another adapter, which is loaded as `BASELINE`.
    """
    from qvl_desktop.engine.host import ModelHost
    from qvl_desktop.models.names import resolve_model

    name = "adapter" if args.adapter else BASE
    adapters = {name: adapter_folder(args.adapter)} if args.adapter else {}
    if baseline and baseline != BASE:
        adapters[BASELINE] = adapter_folder(Path(baseline))
    host = ModelHost(
        resolve_model(args.model),
        adapters,
        precision=args.precision,
        device=args.device,
        chat_format=args.prompt_format,
        on_host=args.on_host,
    )
    return host, name


def told_dataset(data: Path, images: Path | None) -> Dataset:
    """The data set of `--data`; what of it cannot be read is told on stderr."""
    from qvl_desktop.storage.region_questions import load_questions

    dataset = load_questions(data, images)
    for problem in dataset.problems:
        tell_note(str(problem))
    return dataset


def tell_progress(done: int, total: int) -> None:
    """One line for each batch."""
    words = translate("cli", "asked {done} of {total}").format(done=done, total=total)
    print(words, file=sys.stderr, flush=True)


def tell_note(text: str) -> None:
    """One thing to know, on stderr."""
    print(translate("cli", "note: {text}").format(text=text), file=sys.stderr, flush=True)


def tell_loading(stage: str) -> None:
    """What is being loaded, on stderr: `libraries`, `model`, `model in REASON`, `adapter NAME`."""
    if stage == "libraries":
        words = translate("cli", "loading libraries ...")
    elif stage == "model":
        words = translate("cli", "loading the model ...")
    elif stage.startswith("model in "):
        words = translate("cli", "loading the model in {how} ...").format(how=stage.removeprefix("model in "))
    elif stage.startswith("adapter "):
        words = translate("cli", "loading the adapter {name} ...").format(name=stage.removeprefix("adapter "))
    else:
        words = translate("cli", "loading {stage} ...").format(stage=stage)
    print(words, file=sys.stderr, flush=True)
