"""`qvl-desktop serve`: a loaded model behind an OpenAI-compatible server.

Owns the command's options, where it listens, what it prints and when it ends. Does not own the routes
(`engine.server`). stdout gets one line of JSON when the server answers; the stages of loading go to stderr.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import secrets
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from qvl_desktop.commands.asking import adapter_folder, add_on_host, add_prompt_format, tell_loading
from qvl_desktop.commands.parser import number_from
from qvl_desktop.core.amounts import MIB
from qvl_desktop.core.chat_protocol import EngineEvent, Listening, Loading, StartFailed, engine_line
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP as _N

if TYPE_CHECKING:
    from qvl_desktop.engine.host import ModelHost
    from qvl_desktop.engine.picture_sources import PictureAccess
    from qvl_desktop.engine.server import ServerSettings

LOOPBACK = "127.0.0.1"
KEY_VARIABLE = "QVL_DESKTOP_API_KEY"
"""Environment variable that holds the key, where other users of the machine shall not read it from the command line."""
SHARES_APART = 0.3
"""Seconds between two words about how much of a model is read."""
MOST_OPEN = 320
"""Connections at once; `engine.gate` refuses requests in words before that."""


class ServeError(QvlError):
    """The server cannot listen as it was asked to."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `serve` to the command line."""
    parser = subparsers.add_parser("serve", help=_N("cli", "answer over HTTP as OpenAI's API does"))
    parser.add_argument("--model", required=True, help=_N("cli", "demo, a model folder, or a downloaded name"))
    parser.add_argument(
        "--adapter",
        action="append",
        default=[],
        type=adapter_option,
        metavar="[NAME=]DIR",
        help=_N("cli", "an adapter and the name requests call it by; may be given several times"),
    )
    parser.add_argument("--precision", default="auto", help=_N("cli", "auto, fp32, bf16, fp16, int8 or nf4"))
    parser.add_argument("--device", default="auto", help=_N("cli", "auto, cpu, cuda:0, ..."))
    add_on_host(parser)
    add_prompt_format(parser)
    parser.add_argument(
        "--host", default=LOOPBACK, help=_N("cli", "another address than this machine needs --api-key too")
    )
    parser.add_argument("--port", type=int, default=0, help=_N("cli", "0 takes a free one"))
    parser.add_argument(
        "--api-key",
        default="",
        help=translate(
            "cli", "what clients must send; by default that of {variable}, else a random one is printed"
        ).format(variable=KEY_VARIABLE),
    )
    parser.add_argument(
        "--allow-files",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help=_N("cli", "let clients on this machine name pictures below DIR by file:// URLs"),
    )
    parser.add_argument(
        "--allow-url",
        action="append",
        default=[],
        metavar="HOST",
        help=_N(
            "cli", "let clients name pictures on HOST by http(s):// URLs; HOST:PORT, HOST=ADDRESS for a private one"
        ),
    )
    parser.add_argument(
        "--batch",
        type=number_from(1),
        default=16,
        metavar="N",
        help=_N("cli", "answers made side by side at most [16]"),
    )
    parser.add_argument(
        "--queue",
        type=number_from(1),
        default=64,
        metavar="N",
        help=_N("cli", "questions that may wait, of all clients [64]"),
    )
    parser.add_argument(
        "--queue-per-client",
        type=number_from(1),
        default=48,
        metavar="N",
        help=_N("cli", "questions of one client [48]"),
    )
    parser.add_argument(
        "--kv-memory",
        type=number_from(0),
        default=0,
        metavar="MIB",
        help=_N("cli", "memory for what is read and said in open chats; 0 takes half of what is free [0]"),
    )
    parser.add_argument(
        "--web", action="store_true", help=_N("cli", "also serve a page to chat on, for browsers that have the key")
    )
    parser.add_argument("--die-with-parent", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def adapter_option(text: str) -> tuple[str, Path]:
    """`NAME=DIR`, or `DIR` alone, which is then called like the folder (its run's folder for `RUN/adapter`). A run's
    folder stands for its adapter."""
    name, equals, folder = text.partition("=")
    if equals and name and not any(mark in name for mark in "/\\"):
        return name, adapter_folder(Path(folder))
    path = Path(text)
    return (path.resolve().parent.name if path.name == "adapter" else path.name), adapter_folder(path)


def run(args: argparse.Namespace) -> int:
    """Load the model, listen, and serve until interrupted (or until stdin ends, for a child of the window)."""
    tell = Teller(machine=args.die_with_parent)
    args.api_key = args.api_key or os.environ.get(KEY_VARIABLE, "")
    if args.die_with_parent:
        threading.Thread(target=end_with_stdin, name="parent", daemon=True).start()
    try:
        access = access_of(args)
        listener = listen(args.host, args.port, args.api_key)
        folder, adapters = named_folders(args)
        tell(Loading("libraries"))
        host = load(folder, adapters, args, tell)
    except QvlError as error:
        if not args.die_with_parent:
            raise
        tell(StartFailed(str(error)))
        return 1
    return serve(host, listener, settings_of(args, access))


class Teller:
    """Says on stderr what is being done: JSON lines for a program, words for a person."""

    def __init__(self, *, machine: bool) -> None:
        self._machine = machine

    def __call__(self, event: EngineEvent) -> None:
        if self._machine:
            print(engine_line(event), file=sys.stderr, flush=True)
        elif isinstance(event, Loading) and event.share < 0:
            tell_loading(event.stage)


def named_folders(args: argparse.Namespace) -> tuple[Path, dict[str, Path]]:
    """The model's folder and the adapters', looked at before anything heavy is imported. Raises `QvlError`."""
    from qvl_desktop.core.cards import read_card
    from qvl_desktop.models.names import resolve_model

    folder, adapters = resolve_model(args.model), adapters_by_name(args.adapter)
    for place in (folder, *adapters.values()):
        read_card(place)
    return folder, adapters


def load(folder: Path, adapters: dict[str, Path], args: argparse.Namespace, tell: Teller) -> ModelHost:
    """The model and its adapters."""
    from qvl_desktop.engine.host import ModelHost

    stage, last = "model", time.monotonic()

    def begin(name: str) -> None:
        nonlocal stage
        stage = name
        tell(Loading(name))

    def watch(share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= SHARES_APART:
            last = time.monotonic()
            tell(Loading(stage, round(share, 3)))

    return ModelHost(
        folder,
        adapters,
        precision=args.precision,
        device=args.device,
        chat_format=args.prompt_format,
        on_host=args.on_host,
        tell=begin,
        watch=watch,
    )


def adapters_by_name(pairs: list[tuple[str, Path]]) -> dict[str, Path]:
    """The adapters by name. Raises `ServeError` when two share one."""
    named: dict[str, Path] = {}
    for name, folder in pairs:
        if name in named:
            raise ServeError(
                QT_TRANSLATE_NOOP("errors", "Two adapters are called {name}: name them apart (--adapter NAME=DIR)."),
                name=name,
            )
        named[name] = folder
    return named


def listen(host: str, port: int, key: str) -> socket.socket:
    """A listening socket. An address that others can reach needs a key of the user's. Raises `ServeError`."""
    if not is_loopback(host) and not key:
        raise ServeError(
            QT_TRANSLATE_NOOP("errors", "{host} can be reached by others: give --api-key too, and keep it secret."),
            host=host,
        )
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        # With the protocol named, asyncio sends small pieces at once (TCP_NODELAY); else each waits for 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name != "nt":  # on Windows it would let others share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError) as error:
        raise ServeError(
            QT_TRANSLATE_NOOP("errors", "Nothing can listen at {host}, port {port}: {reason}"),
            host=host,
            port=port,
            reason=getattr(error, "strerror", None) or error,
        ) from error
    return listener


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def access_of(args: argparse.Namespace) -> PictureAccess:
    """What pictures clients may name by URL. Raises `ServeError`, `FetchError`."""
    from qvl_desktop.engine.fetching import AllowedHosts
    from qvl_desktop.engine.picture_sources import PictureAccess

    if args.api_key and (not args.api_key.isascii() or not args.api_key.isprintable() or " " in args.api_key):
        raise ServeError(QT_TRANSLATE_NOOP("errors", "A key is made of letters, digits and signs, without blanks."))
    for folder in args.allow_files:
        if not folder.is_dir():
            raise ServeError(QT_TRANSLATE_NOOP("errors", "{folder}: there is no such folder."), folder=folder)
    roots = tuple(args.allow_files) if is_loopback(args.host) else ()
    return PictureAccess(roots, AllowedHosts.parse(args.allow_url))


def settings_of(args: argparse.Namespace, access: PictureAccess) -> ServerSettings:
    """What the server lets in."""
    from qvl_desktop.engine.server import ServerSettings
    from qvl_desktop.engine.worker import Limits

    limits = Limits(args.batch, args.queue, args.queue_per_client, args.kv_memory * MIB)
    return ServerSettings(args.api_key or secrets.token_urlsafe(24), access, limits, args.web)


def serve(host: ModelHost, listener: socket.socket, settings: ServerSettings) -> int:
    """Answer until the process is asked to end; then it ends here, with 0."""
    import uvicorn

    from qvl_desktop.engine.server import create_app

    app = create_app(host, settings)

    class Server(uvicorn.Server):
        """Tells requests under way that the end has come, before it waits for them."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            app.state.closing = True
            await super().shutdown(sockets)

    server = Server(
        uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
            limit_concurrency=MOST_OPEN,
            server_header=False,
        )
    )
    listener.listen(128)
    name, port = listener.getsockname()[:2]
    shown = f"[{name}]" if ":" in name else name
    print(engine_line(Listening(f"http://{shown}:{port}/v1", settings.key, host.names)), flush=True)
    if settings.web:
        tell_page(name, port)
    with suppress(KeyboardInterrupt):  # uvicorn raises it again when it has ended as it was asked to
        server.run(sockets=[listener])
    leave()


def tell_page(name: str, port: int) -> None:
    """Say on stderr where browsers find the page: every address of this machine when it listens at all of them."""
    names = [name]
    if name in ("0.0.0.0", "::"):
        import psutil

        addresses = [address for card in psutil.net_if_addrs().values() for address in card]
        names = sorted({one.address for one in addresses if one.family is socket.AF_INET})
    for one in names:
        shown = f"[{one}]" if ":" in one else one
        words = translate("cli", "web page: {url} (it asks for the key)")
        print(words.format(url=f"http://{shown}:{port}/"), file=sys.stderr, flush=True)


def end_with_stdin() -> NoReturn:
    """End this process when the parent's end of stdin closes, however the parent went."""
    while os.read(sys.stdin.fileno(), 1024):  # not through `sys.stdin`, whose lock would break this process's own end
        pass
    leave()


def leave() -> NoReturn:
    """End this process: there is nothing to save, and torch takes its time to end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
