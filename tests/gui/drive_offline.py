"""Drives a start of the real program and a walk over all pages: `python drive_offline.py PROJECT`.

Tells, as one JSON object, every address that anything in this process wanted to reach or look up (Python sockets by an
audit hook, Qt's by its proxy factory), every socket that was open at any time, and which pages and views were shown.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import psutil
from PySide6.QtCore import QTimer
from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory, QNetworkProxyQuery

from qvl_desktop import app, cli
from qvl_desktop.gui.shell.pages import PAGES

wanted: list[str] = []
sockets: set[str] = set()
shown: list[str] = []
NETWORK = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"}
VIEWS = ("preferences", "news", "report", "keyboard", "help")
me = psutil.Process()


def hear(event: str, args: tuple[Any, ...]) -> None:
    if event in NETWORK:
        wanted.append(f"{event} {args[1:] if event != 'socket.getaddrinfo' else args[:2]}")


class Hearing(QNetworkProxyFactory):
    """Asked by Qt before any connection or look-up of a name."""

    def queryProxy(self, query: QNetworkProxyQuery) -> list[QNetworkProxy]:
        wanted.append(f"qt {query.peerHostName()}:{query.peerPort()} {query.url().toString()}")
        return [QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)]


hearing = Hearing()


def look() -> None:
    for process in (me, *me.children(recursive=True)):
        try:
            sockets.update(f"{one.laddr} {one.raddr}" for one in process.net_connections("inet"))
        except psutil.Error:
            continue


class WalkedWindow(app.MainWindow):
    """The real main window; somebody looks at everything."""

    def start(self) -> None:
        super().start()
        QNetworkProxyFactory.setApplicationProxyFactory(hearing)
        self._steps = [
            *((page.name, lambda page=page: self.show_page(page.name)) for page in PAGES),
            *(
                (name, self.window_actions[name].trigger)
                for name in ("preferences", "news", "report", "keyboard", "help")
            ),
        ]
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._step)
        self._clock.start(250)

    def _step(self) -> None:
        look()
        if not self._steps:
            self._clock.stop()
            self.close()
            return
        name, call = self._steps.pop(0)
        call()
        shown.append(name)


sys.addaudithook(hear)
app.MainWindow = WalkedWindow  # type: ignore[misc]
app.QTimer.singleShot(0, look)
code = cli.main(sys.argv[1:])
look()
print(json.dumps({"code": code, "wanted": wanted, "sockets": sorted(sockets), "shown": shown}))
