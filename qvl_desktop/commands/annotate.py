"""`qvl-desktop annotate`: ask a model about the pictures of a project; what it proposes waits for review.

Owns the command's options and output. Does not own asking (`jobs.preannotate`), the child (`jobs.local_server`) nor
what becomes of answers (`storage.suggestions`, `storage.drafts`). A job that was cut short goes on with `--resume`.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.commands.asking import adapter_folder, add_on_host, add_prompt_format, tell_loading
from qvl_desktop.commands.parser import about, listed, number_from, share, time_left
from qvl_desktop.core.answerers import Answerer, AskError, AskSpec
from qvl_desktop.core.dialects import DIALECTS
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N
from qvl_desktop.core.suggesting import EVERYTHING, LOW, QUESTIONS, check_question

if TYPE_CHECKING:
    from qvl_desktop.jobs.preannotate import GetDoor, JobProgress
    from qvl_desktop.storage.asks import AskCounts
    from qvl_desktop.storage.filters import PictureFilter
    from qvl_desktop.storage.project import Project

KEY_VARIABLE = "QVL_DESKTOP_SERVER_KEY"
OURS = "qvl-desktop"
_EVERY_SECONDS = 2.0
_SHOWN = 20


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `annotate` to the command line."""
    parser = subparsers.add_parser(
        "annotate",
        help=_N("cli", "let a model propose boxes or answers for a project"),
        description=_N(
            "cli",
            "Ask a model about the pictures of a project. What it proposes waits for review in the window "
            "(page Review) and is no part of the project's regions and conversations until it is accepted. Boxes that "
            "stand there already are not proposed, nor what was rejected before from the same model. Ctrl-C keeps what "
            "was heard; --resume goes on.",
        ),
    )
    parser.add_argument("project", type=Path, metavar="PROJECT.qvl")
    who = parser.add_argument_group(_N("cli", "who answers"))
    who.add_argument(
        "--model", help=_N("cli", "demo, a model folder, or a downloaded name; with --server its name there")
    )
    who.add_argument("--adapter", type=Path, help=_N("cli", "an adapter folder, or a run folder with one"))
    who.add_argument(
        "--server", metavar="URL", help=_N("cli", "ask this OpenAI-compatible address (with /v1) in place of loading")
    )
    who.add_argument("--key", help=translate("cli", "that server's key [{variable}]").format(variable=KEY_VARIABLE))
    who.add_argument(
        "--family",
        choices=(*DIALECTS, OURS),
        help=translate(
            "cli", "how the model behind --server writes boxes; {ours}: that server is this program's own"
        ).format(ours=OURS),
    )
    who.add_argument("--precision", default="auto", help=_N("cli", "auto, fp32, bf16, fp16, int8 or nf4 [auto]"))
    who.add_argument("--device", default="auto", help=_N("cli", "auto, cpu, cuda:0, ... [auto]"))
    add_on_host(parser)
    add_prompt_format(parser)
    what = parser.add_argument_group(_N("cli", "what is asked"))
    kind = what.add_mutually_exclusive_group()
    kind.add_argument("--refs", metavar="A,B,...", help=_N("cli", "propose boxes of these refs"))
    kind.add_argument(
        "--everything", action="store_true", help=_N("cli", "propose boxes of everything the model names")
    )
    kind.add_argument(
        "--differences", action="store_true",
        help=_N(
            "cli", "ask for the refs that each picture has, and list where model and annotation disagree, worst first"
        ),
    )  # fmt: skip
    kind.add_argument(
        "--draft", metavar="QUESTION", help=_N("cli", "ask this about each picture; answers wait as drafts")
    )
    kind.add_argument("--resume", action="store_true", help=_N("cli", "go on with the last job that was cut short"))
    what.add_argument("--question", help=_N("cli", 'the wording for a ref, with {ref} in it ["Find the {ref}."]'))
    what.add_argument(
        "--language", choices=("en", "zh"), default="en", help=_N("cli", "of the question, where none is given [en]")
    )
    what.add_argument(
        "--max-tokens",
        type=number_from(1),
        default=512,
        metavar="N",
        help=_N("cli", "length of an answer at most [512]"),
    )
    what.add_argument(
        "--min-iou",
        type=share,
        default=LOW,
        help=translate("cli", "below this overlap boxes disagree [{low}]").format(low=LOW),
    )
    what.add_argument("--again", action="store_true", help=_N("cli", "propose also what was rejected before"))
    which = parser.add_argument_group(_N("cli", "which pictures (all by default; conditions add up)"))
    which.add_argument("--filter", metavar="NAME|JSON", help=_N("cli", "a filter kept in the project, or its JSON"))
    which.add_argument("--split", choices=("train", "val", "test", "none"), action="append")
    which.add_argument("--status", choices=("untouched", "in_work", "done", "skipped"), action="append")
    which.add_argument("--folder", help=_N("cli", "pictures in this folder, as stored"))
    which.add_argument("--name", help=_N("cli", "pictures with this in their name or folder"))
    which.add_argument("--without-regions", action="store_true", help=_N("cli", "pictures without any region"))
    parser.add_argument(
        "--accept", action="store_true",
        help=_N("cli", "take what this job proposes at once, as one undo step (not for --differences)"),
    )  # fmt: skip
    parser.add_argument(
        "--in-flight",
        type=number_from(1),
        default=8,
        metavar="N",
        help=_N("cli", "pictures asked at the same time [8]"),
    )
    parser.add_argument(
        "--problems", type=Path, metavar="FILE", help=_N("cli", "write every answer that could not be read here")
    )
    parser.add_argument("--json", action="store_true", help=_N("cli", "print the result as JSON"))
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace) -> int:
    """Ask, keep, tell. Exit 1 when the job could not be carried to its end."""
    _check(args)
    from qvl_desktop.storage.project import Project

    with Project.open(args.project) as project:
        ask_id = _job(args, project)
        spec = project.ask(ask_id).spec
        with _answering(args, spec) as door:
            end, progress, problem = _carry_out(args, project, ask_id, door)
        accepted = _accept(project, ask_id, spec) if args.accept and end == "done" else 0
        _tell_problems(args, project, ask_id)
        counts = progress.counts
        body = {
            "job": ask_id, "end": end, "pictures": counts.total, "asked": counts.asked, "waiting": counts.waiting,
            "found": counts.found, "unread": counts.unread, "failed": counts.failed, "accepted": accepted,
            "problem": problem,
        }  # fmt: skip
    if args.json:
        print(json.dumps(body, ensure_ascii=False))
    else:
        print(about(args.project, _sum(spec.kind, counts, accepted)))
    if end != "done":
        words = (
            translate("cli", "{project}: the job rests: {reason}. --resume goes on.")
            if problem
            else translate("cli", "{project}: the job rests. --resume goes on.")
        )
        print(words.format(project=args.project, reason=problem), file=sys.stderr)
    return 0 if end == "done" else 1


def _sum(kind: str, counts: AskCounts, accepted: int) -> str:
    """What came of the job, in one sentence."""
    found = counts.found
    if kind == "drafts":
        proposed = translate("cli", "%n draft(s) proposed", "", found)
    elif kind == "differences":
        proposed = translate("cli", "%n difference(s) proposed", "", found)
    else:
        proposed = translate("cli", "%n box(es) proposed", "", found)
    return translate(
        "cli",
        "asked about {asked} of {total} pictures; {proposed}, {accepted} accepted; {unread} answers could not be read "
        "whole, {failed} pictures failed",
    ).format(
        asked=counts.asked,
        total=counts.total,
        proposed=proposed,
        accepted=accepted,
        unread=counts.unread,
        failed=counts.failed,
    )


def _check(args: argparse.Namespace) -> None:
    if not (args.refs or args.everything or args.differences or args.draft or args.resume):
        args.parser.error(
            translate("cli", "say what is asked: --refs, --everything, --differences, --draft or --resume")
        )
    if not args.resume and not args.model:
        args.parser.error(translate("cli", "say who answers: --model"))
    if args.server and not args.resume and not args.family:
        args.parser.error(translate("cli", "--server needs --family: how that model writes boxes"))
    if args.accept and args.differences:
        args.parser.error(translate("cli", "--accept is not for --differences: somebody must look at them"))


def _job(args: argparse.Namespace, project: Project) -> int:
    """The job that is begun, or gone on with."""
    if args.resume:
        row = project.open_ask()
        if row is None:
            raise AskError(
                QT_TRANSLATE_NOOP("errors", "{path}: no job was cut short; there is nothing to go on with."),
                path=args.project,
            )
        return row.id
    return project.begin_ask(_spec(args), _filter(args, project))


def _spec(args: argparse.Namespace) -> AskSpec:
    who = Answerer(model=args.model, url=args.server or "", dialect="" if args.family in (None, OURS) else args.family)
    if not args.server:
        adapter = str(adapter_folder(args.adapter).absolute()) if args.adapter else ""
        model = str(Path(args.model).absolute()) if Path(args.model).is_dir() else args.model
        who = Answerer(model=model, adapter=adapter)
    more: dict[str, Any] = {"who": who, "max_tokens": args.max_tokens, "again": args.again, "limit": args.min_iou}
    if args.draft:
        return AskSpec(kind="drafts", question=args.draft, **more)
    if args.everything:
        return AskSpec(kind="boxes", question=args.question or EVERYTHING[args.language], **more)
    question = args.question or QUESTIONS[args.language]
    check_question(question)
    refs = tuple(dict.fromkeys(" ".join(ref.split()) for ref in (args.refs or "").split(",") if ref.strip()))
    if not refs and not args.differences:
        args.parser.error(translate("cli", "--refs names none"))
    return AskSpec(kind="differences" if args.differences else "boxes", question=question, refs=refs, **more)


def _filter(args: argparse.Namespace, project: Project) -> PictureFilter:
    from qvl_desktop.storage.filters import PictureFilter

    asked = PictureFilter()
    if args.filter:
        try:
            kept = json.loads(project.mark("filters", "{}"))
        except ValueError:
            kept = {}
        if isinstance(kept, dict) and args.filter in kept:
            asked = PictureFilter.from_text(json.dumps(kept[args.filter]))
        else:
            asked = PictureFilter.from_text(args.filter)
            if asked.empty:
                names = listed(sorted(kept)) or translate("cli", "none")
                words = translate(
                    "cli", "--filter: no filter of this name is kept (there are: {names}), and it is no JSON"
                )
                args.parser.error(words.format(names=names))
    if args.split:
        asked = asked.but(splits=tuple("" if one == "none" else one for one in args.split))
    if args.status:
        asked = asked.but(statuses=tuple(args.status))
    if args.folder:
        asked = asked.but(folder=args.folder)
    if args.name:
        asked = asked.but(text=args.name)
    return asked.but(regions_to=0) if args.without_regions else asked


@contextmanager
def _answering(args: argparse.Namespace, spec: AskSpec) -> Iterator[GetDoor]:
    """Where to ask: the server that was named, or a child with the model."""
    from qvl_desktop.core.chat_protocol import BASE_MODEL, Loading
    from qvl_desktop.jobs.asking import Door
    from qvl_desktop.jobs.local_server import LocalServer

    who = spec.who
    if who.external:
        key = args.key or os.environ.get(KEY_VARIABLE, "")
        yield lambda: Door(who.url, key, who.model, who.dialect)
        return
    arguments = ["--model", who.model, "--precision", args.precision, "--device", args.device]
    arguments += ["--prompt-format", args.prompt_format]
    if args.on_host is not None:
        arguments += ["--on-host", ",".join(args.on_host)]
    if who.adapter:
        arguments += ["--adapter", f"adapter={who.adapter}"]

    def tell(event: object) -> None:
        if isinstance(event, Loading) and event.share < 0:
            tell_loading(event.stage)

    with LocalServer(arguments, "adapter" if who.adapter else BASE_MODEL, tell) as server:
        yield server.door


def _carry_out(args: argparse.Namespace, project: Project, ask_id: int, door: GetDoor) -> tuple[str, JobProgress, str]:
    from qvl_desktop.jobs.preannotate import JobRunner

    runner = JobRunner(project, ask_id, door, in_flight=args.in_flight)
    with _pausing(runner.pause):
        end = runner.run(_progress_line())
    return end, runner.progress, runner.problem


@contextmanager
def _pausing(pause: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and a request to end let the job rest; what was heard is kept."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: pause()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _progress_line() -> Callable[[JobProgress], None]:
    due, said = 0.0, ""

    def tell(progress: JobProgress) -> None:
        nonlocal due, said
        counts = progress.counts
        words = progress.waiting_for
        if not words:
            words = translate("cli", "asked about {asked} of {total} pictures, {found} proposed").format(
                asked=counts.asked, total=counts.total, found=counts.found
            )
            if progress.seconds_left is not None:
                left = translate("cli", ", about {time} left").format(time=time_left(progress.seconds_left))
                words += left
        if time.monotonic() >= due and words != said:
            due, said = time.monotonic() + _EVERY_SECONDS, words
            print(words, file=sys.stderr, flush=True)

    return tell


def _accept(project: Project, ask_id: int, spec: AskSpec) -> int:
    if spec.kind == "drafts":
        return len(project.accept_drafts(project.open_draft_ids(ask_id)))
    if spec.kind == "differences":
        return 0
    return len(project.accept_suggestions(project.open_suggestion_ids("boxes", ask_id)))


def _tell_problems(args: argparse.Namespace, project: Project, ask_id: int) -> None:
    entries = project.unread_ids(ask_id)
    for row in project.asked_pictures(entries[:_SHOWN]):
        print(about(row.path, row.problem).replace("\n", " "), file=sys.stderr)
    if len(entries) > _SHOWN:
        words = translate("cli", "... and {count} more; --problems FILE writes all of them to a file")
        print(words.format(count=len(entries) - _SHOWN), file=sys.stderr)
    if args.problems is None:
        return
    with args.problems.open("w", encoding="utf-8") as file:
        for start in range(0, len(entries), 500):
            for row in project.asked_pictures(entries[start : start + 500]):
                file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
