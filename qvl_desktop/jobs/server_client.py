"""Asking another server the way the engine is asked.

Owns what stands in the engine's place for one: an address that is always ready. Does not own asking (`chat_client`) nor
the list of servers (`storage.servers`).
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from qvl_desktop.jobs.chat_client import ChatClient
from qvl_desktop.storage.servers import Server


def client_of(server: Server, parent: QObject | None = None) -> ChatClient:
    """A client for another server."""
    raise NotImplementedError
