"""Nothing leaves this machine: a real start and a walk over all pages, with every socket listened to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from qvl_desktop.gui.shell.pages import PAGES
from qvl_desktop.storage.demo_project import make_demo_project, read_shipped
from qvl_desktop.storage.settings import Settings

DRIVER = Path(__file__).with_name("drive_offline.py")
ROOT = Path(__file__).resolve().parents[2]
OWN = ("127.", "::1", "localhost")


def drive(*arguments: str) -> dict[str, list[str]]:
    environment = dict(os.environ, PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1")
    done = subprocess.run(
        [sys.executable, str(DRIVER), *arguments],
        env=environment, stdout=subprocess.PIPE, text=True, timeout=120, check=True,
    )  # fmt: skip
    said: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_a_start_and_a_walk_over_all_pages_reach_nobody(tmp_path: Path) -> None:
    Settings().last_version = "0.0.1"  # there are news to tell, too
    said = drive(str(make_demo_project(tmp_path, read_shipped("en"), "en")))
    assert said["code"] == 0
    assert said["shown"] == [*(page.name for page in PAGES), "preferences", "news", "report", "keyboard", "help"]
    assert [one for one in said["wanted"] if not any(own in one for own in OWN)] == []
    assert [one for one in said["sockets"] if not any(own in one for own in OWN)] == []


def test_the_listening_hears_what_qt_and_python_ask_for(tmp_path: Path) -> None:
    """The same listening, with one request of each kind: an address that is for examples alone (RFC 5737)."""
    code = DRIVER.read_text(encoding="utf-8").replace(
        "    def _step(self) -> None:\n",
        "    def _step(self) -> None:\n"
        "        import socket\n"
        "        from PySide6.QtCore import QUrl\n"
        "        from PySide6.QtNetwork import QNetworkAccessManager, QNetworkRequest\n"
        "        self._manager = QNetworkAccessManager(self)\n"
        "        self._manager.get(QNetworkRequest(QUrl('http://192.0.2.1/of-qt')))\n"
        "        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:\n"
        "            try:\n"
        "                one.sendto(b'x', ('192.0.2.2', 9))\n"
        "            except OSError:\n"
        "                pass\n"
        "        self._steps = []\n",
    )
    script = tmp_path / "driver.py"
    script.write_text(code, encoding="utf-8")
    environment = dict(os.environ, PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1")
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True, timeout=120, check=True
    )
    wanted = " ".join(json.loads(done.stdout.splitlines()[-1])["wanted"])
    assert "192.0.2.1" in wanted
    assert "192.0.2.2" in wanted
