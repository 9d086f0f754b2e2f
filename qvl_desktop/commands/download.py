"""`qvl-desktop download`: bring a model here, whole and checked.

Owns the options, the words before it begins, the line of progress and the list of known models. Does not own the
download (`hubs.fetching`) nor the queue of the window (`hubs.worker`), which runs here as well, without words.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.core.amounts import GIB, duration, file_size
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.i18n import translate
from qvl_desktop.core.text_width import columns

if TYPE_CHECKING:
    from qvl_desktop.core.download_record import DownloadRecord
    from qvl_desktop.hubs.fetching import Progress, Wanted

LINE_SECONDS = 5.0
"""How often a line is written where the terminal cannot be overwritten."""


def add_parser(subparsers: Any) -> None:
    """`download NAME [--source hf|modelscope] [--endpoint URL] [--to DIR] [--revision R]`."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "download",
        help=_N("cli", "fetch a model from Hugging Face or ModelScope"),
        description=_N(
            "cli",
            "Fetch a model and check every file against the hub's hashes. What is here already is not fetched "
            "again; the same command goes on after a break, and mends a damaged folder. Afterwards --model takes the "
            "name, "
            "and no network is needed. Without a name: the known models.",
        ),
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help=_N("cli", "a known model, or any repository as OWNER/NAME")
    )
    parser.add_argument("--source", choices=("hf", "modelscope"), default="hf", help=_N("cli", "which hub [hf]"))
    parser.add_argument(
        "--endpoint",
        default="",
        metavar="URL",
        help=_N("cli", "a mirror's address [HF_ENDPOINT or MODELSCOPE_ENDPOINT]"),
    )
    parser.add_argument("--to", type=Path, metavar="DIR", help=_N("cli", "the folder to make the model's folder in"))
    parser.add_argument(
        "--revision", default="", metavar="R", help=_N("cli", "branch, tag or commit [the main branch]")
    )
    parser.add_argument(
        "--allow-pickle",
        action="store_true",
        help=_N("cli", "take PyTorch files (.bin) where there are no safetensors"),
    )
    parser.add_argument(
        "--retries", type=int, default=8, metavar="N", help=_N("cli", "tries without a byte before giving up [8]")
    )
    parser.add_argument("--check", action="store_true", help=_N("cli", "compare a downloaded model with its hashes"))
    parser.add_argument(
        "--size", action="store_true", help=_N("cli", "only say how large it is and how much room there is")
    )
    parser.add_argument(
        "--login", action="store_true", help=_N("cli", "keep a key for private models; it is read from stdin")
    )
    parser.add_argument("--json", action="store_true", help=_N("cli", "print the result as JSON"))
    parser.add_argument("--queue", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """List, check, or fetch."""
    if args.queue:
        from qvl_desktop.hubs.queue import DownloadQueue
        from qvl_desktop.hubs.worker import work

        work(DownloadQueue())
        return 0
    if args.login:
        return _login(args.source, args.endpoint, as_json=args.json)
    if not args.name:
        return _list(as_json=args.json)
    if args.check:
        return _check(args.name, as_json=args.json)
    from qvl_desktop.hubs.fetching import wanted

    what = wanted(
        args.name,
        args.source,
        to=args.to,
        endpoint=args.endpoint,
        revision=args.revision,
        allow_pickle=args.allow_pickle,
    )
    return _size(what, as_json=args.json) if args.size else _fetch(what, args)


def _fetch(what: Wanted, args: argparse.Namespace) -> int:
    from qvl_desktop.hubs.fetching import Fetching
    from qvl_desktop.hubs.patience import Patience, Stop

    stop, line = Stop(), _Line()
    fetching = Fetching(what, line.show, stop=stop, patience=Patience(tries=max(0, args.retries)))
    try:
        record = fetching.run()
    except KeyboardInterrupt:
        stop.now()
        line.end()
        print(translate("cli", "Stopped. The same command goes on from here."), file=sys.stderr)
        return 1
    finally:
        line.end()
    print(json.dumps(_body(what, record), ensure_ascii=False) if args.json else str(what.folder))
    return 0


def _body(what: Wanted, record: DownloadRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "folder": str(what.folder),
        "source": record.source,
        "repo": record.repo,
        "revision": record.revision,
        "commit": record.commit,
        "files": len(record.files),
        "bytes": record.size,
        "licence": record.licence,
    }


def _size(what: Wanted, *, as_json: bool) -> int:
    """What a download would bring, and whether it fits. Exit code 1: it does not."""
    from qvl_desktop.hubs.fetching import SPARE, Fetching, free_space, record_of
    from qvl_desktop.hubs.patience import Patience
    from qvl_desktop.hubs.queue import problem_of
    from qvl_desktop.hubs.selection import choose_files

    try:
        listing = Fetching(what, patience=Patience(tries=2)).listing()
        files = choose_files(listing.files, what.repo, allow_pickle=True)
    except QvlError as error:
        if not as_json:
            raise
        print(json.dumps({"problem": problem_of(error), "kind": type(error).__name__}, ensure_ascii=False))
        return 1
    record = record_of(what.name, listing, files)
    free, place = free_space(what.folder)
    fits = record.size + SPARE <= free
    pickled = any(file.path.endswith(".bin") for file in files)
    if as_json:
        print(json.dumps({**_body(what, record), "free": free, "fits": fits, "pickled": pickled}, ensure_ascii=False))
        return 0 if fits else 1
    words = translate("cli", "{repo} at {revision}: {count} files, {size}")
    revision = record.commit or record.revision
    print(words.format(repo=what.repo, revision=revision, count=len(files), size=file_size(record.size)))
    words = (
        translate("cli", "to {folder}; {free} free on {place}")
        if fits
        else translate("cli", "to {folder}; {free} free on {place}: not enough")
    )
    print(words.format(folder=what.folder, free=file_size(free), place=place))
    if pickled:
        print(translate("cli", "its weights are PyTorch files (.bin): --allow-pickle takes them"))
    return 0 if fits else 1


def _login(source: str, endpoint: str, *, as_json: bool) -> int:
    """Ask for a key and keep it. Exit code 1: the hub does not accept it."""
    from getpass import getpass

    from qvl_desktop.hubs.base import SOURCES
    from qvl_desktop.hubs.login import log_in
    from qvl_desktop.hubs.queue import problem_of

    words = translate("cli", "Key for {hub}: ").format(hub=SOURCES[source])
    key = getpass(words) if sys.stdin.isatty() else sys.stdin.readline()
    try:
        name = log_in(source, key, endpoint)
    except QvlError as error:
        if not as_json:
            raise
        print(json.dumps({"problem": problem_of(error), "kind": type(error).__name__}, ensure_ascii=False))
        return 1
    words = translate("cli", "Logged in at {hub} as {name}.").format(hub=SOURCES[source], name=name or "?")
    print(json.dumps({"name": name}) if as_json else words)
    return 0


def _check(name: str, *, as_json: bool) -> int:
    """Read every file again. Exit code 1: something is missing or damaged."""
    from qvl_desktop.core.download_record import verify
    from qvl_desktop.core.model_places import find_model

    folder = Path(name).expanduser() if Path(name).expanduser().is_dir() else find_model(name) or Path(name)
    line = _Line()
    try:
        result = verify(folder, lambda done, total: line.show_check(done, total))
    finally:
        line.end()
    if as_json:
        body = {"folder": str(folder), "files": result.checked, "whole": result.whole}
        print(json.dumps({**body, "missing": result.missing, "wrong": result.wrong, "unhashed": result.unhashed}))
    else:
        kinds = (
            (translate("cli", "missing: {file}"), result.missing),
            (translate("cli", "damaged: {file}"), result.wrong),
            (translate("cli", "no hash known: {file}"), result.unhashed),
        )
        for words, files in kinds:
            for file in files:
                print(words.format(file=file))
        words = (
            translate("cli", "{folder}: every file is as the hub had it")
            if result.whole
            else translate("cli", "{folder}: fetch it again to mend it")
        )
        print(words.format(folder=folder))
    return 0 if result.whole else 1


def _list(*, as_json: bool) -> int:
    """The known models, and which of them are here."""
    from qvl_desktop.core.known_models import KNOWN
    from qvl_desktop.core.model_needs import needs_of
    from qvl_desktop.core.model_places import find_model
    from qvl_desktop.core.text_width import left

    bodies = []
    for model in KNOWN:
        needs, folder = needs_of(model), find_model(model.name)
        bodies.append(
            {
                "name": model.name,
                "family": model.family,
                "parameters": model.parameters,
                "bytes": model.size,
                "licence": model.licence,
                "hf": model.hugging_face,
                "modelscope": model.model_scope,
                "pickled": model.pickled,
                "chat_bytes": needs.chat if needs else 0,
                "lora_bytes": needs.lora if needs else 0,
                "qlora_bytes": needs.qlora if needs else 0,
                "folder": str(folder) if folder else "",
            }
        )
        if not as_json:
            size = file_size(model.size) if model.size else "-"
            memory = " ".join(_gib(part) for part in (needs.chat, needs.lora, needs.qlora)) if needs else "-"
            here = translate("cli", "here") if folder else ""
            licence = left(translate("models", model.licence).partition(" (")[0].partition("（")[0], 22)
            print(f"{model.name:<24}{size:>9}  {memory:<24}{licence}{here}")
    if as_json:
        print(json.dumps(bodies, ensure_ascii=False, indent=2))
    else:
        words = translate("cli", "The columns: files; GiB on the card to chat, for LoRA, for Q-LoRA; licence.")
        print(words, file=sys.stderr)
    return 0


def _gib(size: int) -> str:
    return f"{size / GIB:>7.1f}" if size else f"{'-':>7}"


class _Line:
    """One line on stderr that is overwritten on a terminal, and written now and then elsewhere."""

    def __init__(self) -> None:
        self._shown = ""
        self._at = 0.0
        self._stage = ""

    def show(self, progress: Progress) -> None:
        """How far a download is."""

        if progress.stage == "checking":
            self.show_check(progress.done, progress.total)
            return
        words = {"listing": translate("cli", "asking the hub"), "done": translate("cli", "done")}.get(
            progress.stage, ""
        )
        if progress.stage == "fetching":
            share = 100 * progress.done / progress.total if progress.total else 100
            words = translate("cli", "{done} of {total} ({share} %)").format(
                done=file_size(progress.done), total=file_size(progress.total), share=f"{share:.0f}"
            )
            if progress.speed:
                words += translate("cli", ", {speed}/s, {time} to go").format(
                    speed=file_size(progress.speed), time=duration(progress.eta)
                )
        if progress.trouble is not None:
            words += translate("cli", "; {trouble} Again in {seconds} s.").format(
                trouble=progress.trouble, seconds=f"{progress.wait:.0f}"
            )
        self._write(words, new=progress.stage != self._stage)
        self._stage = progress.stage

    def show_check(self, done: int, total: int) -> None:
        """How far a check is."""
        words = translate("cli", "checking what is here: {share} %")
        self._write(words.format(share=f"{100 * done / total if total else 100:.0f}"), new=self._stage != "check")
        self._stage = "check"

    def _write(self, words: str, *, new: bool) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r" + words + " " * (columns(self._shown) - columns(words)))
            self._shown = words
        elif new or time.monotonic() - self._at >= LINE_SECONDS:
            sys.stderr.write(words + "\n")
            self._at = time.monotonic()
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            sys.stderr.write("\n")
            self._shown = ""
