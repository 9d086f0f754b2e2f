"""`qvl-desktop predict`: one question about pictures, answered in text and, when asked, as a picture with boxes.

Owns the command's options and its output. Does not own answering (`engine`) or drawing (`core.drawing`).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from qvl_desktop.commands.asking import adapter_folder, add_on_host, add_prompt_format, tell_loading
from qvl_desktop.commands.parser import number, number_from, share
from qvl_desktop.core.box import Box
from qvl_desktop.core.cards import read_card
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.errors import PictureError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.pictures import picture_size

PRECISIONS = ("auto", "fp32", "bf16", "fp16", "int8", "nf4")
MAX_TEMPERATURE = 2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `predict` to the command line."""
    parser = subparsers.add_parser("predict", help=_N("cli", "ask a model about pictures"))
    parser.add_argument("--model", required=True, help=_N("cli", "demo, a model folder, or a downloaded name"))
    parser.add_argument("--adapter", type=Path, help=_N("cli", "an adapter folder, or a run folder with one"))
    parser.add_argument("--image", type=Path, nargs="+", action="extend", required=True, metavar="FILE")
    parser.add_argument("--prompt", required=True, help=_N("cli", "the question"))
    parser.add_argument("--out", type=Path, metavar="PNG", help=_N("cli", "write the picture with the answered boxes"))
    parser.add_argument(
        "--json", action="store_true", help=_N("cli", "print the answer, its boxes and its figures as JSON")
    )
    parser.add_argument(
        "--max-tokens",
        type=number_from(1),
        default=512,
        metavar="N",
        help=_N("cli", "length of the answer at most [512]"),
    )
    parser.add_argument(
        "--sample", action="store_true", help=_N("cli", "choose tokens as the model's own generation_config.json says")
    )
    parser.add_argument(
        "--temperature",
        type=temperature,
        metavar="T",
        help=_N("cli", "above 0: choose tokens by chance; 0: the likeliest [0]"),
    )
    parser.add_argument(
        "--top-p", type=share, metavar="P", help=_N("cli", "when sampling: the likeliest this share [the model's]")
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help=_N("cli", "when sampling: the same number, the same answer")
    )
    parser.add_argument(
        "--precision", choices=PRECISIONS, default="auto", help=_N("cli", "what weights are held in [auto]")
    )
    parser.add_argument(
        "--device", default="auto", help=_N("cli", "auto, cpu, cuda:0, ..., or all cards together: all [auto]")
    )
    add_on_host(parser)
    add_prompt_format(parser)
    parser.set_defaults(run=run)


def temperature(text: str) -> float:
    """A number from 0 to 2, from the command line."""
    if not 0 <= (value := number(text)) <= MAX_TEMPERATURE:
        words = translate("cli", "{text} is not a number from 0 to {most}")
        raise argparse.ArgumentTypeError(words.format(text=text, most=MAX_TEMPERATURE))
    return value


def run(args: argparse.Namespace) -> int:
    """Answer, print, draw."""
    from qvl_desktop.models.names import resolve_model

    images = [path.resolve() for path in args.image]
    sizes = [picture_size(path) for path in images]  # before the model is loaded: a bad picture fails at once
    if args.out:
        check_target(args.out)
    folder = resolve_model(args.model)
    adapter = adapter_folder(args.adapter) if args.adapter else None
    for place in (folder, *([adapter] if adapter else [])):
        read_card(place)
    tell_loading("libraries")
    from qvl_desktop.engine.host import ModelHost
    from qvl_desktop.engine.requests import plain
    from qvl_desktop.engine.sampling import Sampling

    # Only a name in the text: a path may hold anything, tags included.
    question = user_turn([f"picture-{place}" for place in range(1, len(images) + 1)], plain(args.prompt))
    name = "adapter" if adapter else "base"
    host = ModelHost(
        folder,
        {name: adapter} if adapter else {},
        precision=args.precision,
        device=args.device,
        chat_format=args.prompt_format,
        on_host=args.on_host,
        tell=tell_loading,
    )
    chosen = args.temperature if args.temperature is not None or args.sample else 0.0
    sampling = Sampling(chosen, args.top_p, args.seed)
    streamed = not args.json

    def show(piece: str) -> None:
        if streamed:
            print(piece, end="", flush=True)

    with host.using(name) as generator:
        answer = generator.answer((question,), images, args.max_tokens, sampling, show, variant=name)
    if streamed:
        print()
    found = boxes_of(Conversation((question, Turn("assistant", answer.text))), images, sizes)
    if args.json:
        figures = {"tokens": answer.tokens, "seconds": round(answer.seconds, 3), "finish": answer.stopped}
        print(json.dumps({"answer": answer.text, "boxes": found, **figures}, ensure_ascii=False))
    if args.out:
        draw(images[-1], [entry for entry in found if entry["image"] == str(images[-1])], args.out)
        print(translate("cli", "{path}: written").format(path=args.out), file=sys.stderr)
    return 0


def check_target(out: Path) -> None:
    """Raise `PictureError` when no picture can be written there, before a model is loaded in vain."""
    from PIL import Image

    writable = {suffix for suffix, kind in Image.registered_extensions().items() if kind in Image.SAVE}
    if out.suffix.lower() not in writable:
        raise PictureError(
            QT_TRANSLATE_NOOP(
                "errors", "{path}: this is no kind of picture that can be written. Name it .png or .jpg."
            ),
            path=out,
        )
    if out.is_dir() or not out.resolve().parent.is_dir() or not os.access(out.resolve().parent, os.W_OK):
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: nothing can be written there. Choose a folder that exists."), path=out
        )


def boxes_of(conversation: Conversation, images: list[Path], sizes: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """The answered boxes: phrase, picture, box in thousandths, rectangle in pixels of the upright picture."""
    found = []
    for mention in conversation.mentions():
        if conversation.turns[mention.turn].role != "assistant":
            continue
        for box in (*mention.boxes, *(quad.bounds for quad in mention.quads)):
            rect = box.decode(*sizes[mention.picture])
            found.append(
                {
                    "ref": mention.ref.strip(),
                    "image": str(images[mention.picture]),
                    "box": [box.x1, box.y1, box.x2, box.y2],
                    "pixels": [round(value, 1) for value in (rect.x1, rect.y1, rect.x2, rect.y2)],
                }
            )
    return found


def draw(image: Path, found: list[dict[str, Any]], out: Path) -> None:
    """Write the picture with labelled boxes. Raises `PictureError` when it cannot be written."""
    from qvl_desktop.core.drawing import DrawnBox, draw_boxes, ref_colour
    from qvl_desktop.core.pictures import open_upright

    boxes = [DrawnBox(Box(*entry["box"]), entry["ref"], ref_colour(entry["ref"])) for entry in found]
    try:
        draw_boxes(open_upright(image), boxes).save(out)
    except (OSError, ValueError) as error:
        raise PictureError(
            QT_TRANSLATE_NOOP("errors", "{path}: the picture cannot be written ({reason})."),
            path=out,
            reason=getattr(error, "strerror", None) or error,
        ) from error
