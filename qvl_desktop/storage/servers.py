"""The other servers that a user asks: any address that speaks OpenAI's protocol.

Owns the list, kept with the user's settings: keys are the user's and stand in no project. Does not own asking
(`jobs.chat_client`, `jobs.asking`) nor what a job keeps of whom it asked (`core.answerers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from qvl_desktop.core.answerers import Answerer
from qvl_desktop.core.dialects import DIALECTS, QWEN_VL
from qvl_desktop.storage.settings import Settings


@dataclass(frozen=True, slots=True)
class Server:
    """One model of one server. `url` ends with `/v1` where the server wants it so; `dialect` is the family whose way of
    writing boxes the model has, "" for a server of this program, which speaks canonical text."""

    url: str
    model: str
    dialect: str = QWEN_VL
    key: str = ""

    @property
    def name(self) -> str:
        """What it is called in lists: the model and the host."""
        return f"{self.model} @ {urlsplit(self.url).netloc or self.url}"

    @property
    def reference(self) -> str:
        """What tells it apart from others and from models of this machine."""
        return f"{self.url} {self.model}"

    @property
    def answerer(self) -> Answerer:
        """The same without its key, as jobs keep it."""
        return Answerer(model=self.model, url=self.url, dialect=self.dialect)

    @property
    def problem(self) -> str:
        """Which field is wrong: "url", "model", "dialect", or "" when all is well."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return "url"
        if not self.model.strip():
            return "model"
        return "" if self.dialect in ("", *DIALECTS) else "dialect"


def known_servers(settings: Settings) -> list[Server]:
    """The user's servers, in the order they were added; entries that cannot be read are left out."""
    names = {one.name for one in fields(Server)}
    found = []
    for body in settings.servers:
        values: dict[str, Any] = {name: value for name, value in body.items() if name in names}
        server = Server(**values) if {"url", "model"} <= values.keys() else None
        if server is not None and not server.problem:
            found.append(server)
    return found


def keep_servers(settings: Settings, servers: Sequence[Server]) -> None:
    """Keep this list; of entries with the same address and model the last one counts."""
    unique = {server.reference: server for server in servers}
    settings.servers = [asdict(server) for server in unique.values()]


def key_of(settings: Settings, url: str) -> str:
    """The user's key for an address, or ""."""
    return next((server.key for server in known_servers(settings) if server.url == url and server.key), "")
