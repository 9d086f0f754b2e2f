"""Downloads in the window: a real worker, a hub on loopback, and real clicks."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from qvl_desktop import app
from qvl_desktop.core.download_record import PARTS, verify
from qvl_desktop.core.model_places import models_folder
from qvl_desktop.gui.models.card_view import CardView
from qvl_desktop.gui.models.download_form import DownloadForm
from qvl_desktop.gui.models.download_row import DownloadRow
from qvl_desktop.gui.models.known_row import KnownRow
from qvl_desktop.gui.models.page import ModelsPage
from qvl_desktop.hubs.fetching import wanted
from qvl_desktop.hubs.queue import Ask, DownloadState
from qvl_desktop.jobs import downloads as jobs
from qvl_desktop.jobs.downloads import Downloads, downloads_of
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.settings import Settings
from tests.hubs.conftest import SHARD, make_repository
from tests.hubs.fake_hub import FakeHub, serving

NAME = "Qwen3-VL-2B-Instruct"
PATIENCE = 20_000


@pytest.fixture(autouse=True)
def no_tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HF_TOKEN", "HF_ENDPOINT", "HF_HOME", "HF_HUB_CACHE", "MODELSCOPE_API_TOKEN", "MODELSCOPE_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MODELSCOPE_HOME", str(tmp_path / "modelscope"))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    folder = make_repository(tmp_path / "hub" / NAME)
    with serving(FakeHub({f"Qwen/{NAME}": folder})) as made:
        yield made
        for worker in jobs._workers:
            worker.kill()
            worker.wait()
        jobs._workers.clear()


@pytest.fixture
def page(session: Session, hub: FakeHub, qtbot: QtBot) -> ModelsPage:
    session.settings.download_mirrors = {"hf": hub.url, "modelscope": hub.url}
    made = ModelsPage(session)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    qtbot.waitUntil(lambda: bool(made.cards))
    return made


def known(page: ModelsPage, name: str = NAME) -> KnownRow:
    return next(row for row in page.known.rows if row.model and row.model.name == name)


def click(qtbot: QtBot, parent: QWidget, name: str) -> None:
    button = parent.findChild(QWidget, name)
    assert isinstance(button, (QPushButton, QToolButton))
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def open_form(page: ModelsPage, qtbot: QtBot, row: KnownRow | None = None) -> DownloadForm:
    row = row or known(page)
    qtbot.mouseClick(row.open, Qt.MouseButton.LeftButton)
    assert row.form is not None
    return row.form


def row(page: ModelsPage, qtbot: QtBot) -> DownloadRow:
    qtbot.waitUntil(lambda: bool(page.downloads.rows), timeout=PATIENCE)
    return page.downloads.rows[0]


def names(page: ModelsPage) -> list[str]:
    return [view.card.name for view in page.cards]


def card(page: ModelsPage) -> CardView:
    return next(view for view in page.cards if view.card.name == NAME)


def fetch(session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot) -> Path:
    """A model that is here."""
    what = wanted(NAME, endpoint=hub.url)
    downloads_of(session).add(what)
    qtbot.waitUntil(lambda: NAME in names(page), timeout=PATIENCE)
    return what.folder


@pytest.mark.parametrize("source", ["hf", "modelscope"])
def test_a_known_model_is_asked_about_then_fetched(
    page: ModelsPage, session: Session, hub: FakeHub, qtbot: QtBot, source: str
) -> None:
    hub.rate = 60_000
    said: list[tuple[str, str]] = []
    session.notice.connect(lambda level, text: said.append((level, text)))
    form = open_form(page, qtbot)
    form.source.setCurrentIndex(form.source.findData(source))
    assert form.mirror.text() == hub.url
    qtbot.waitUntil(form.start.isEnabled, timeout=PATIENCE)
    assert "free there" in form.about.text()
    assert "Apache 2.0" in form.about.text()
    assert not models_folder().exists(), "nothing was written to ask"
    click(qtbot, form, "startDownload")
    assert known(page).form is None
    assert not known(page).isVisible()
    shown = row(page, qtbot)
    qtbot.waitUntil(lambda: "a second" in shown.line.text(), timeout=PATIENCE)
    assert 0 < shown.bar.value() <= 1000
    hub.rate = 0
    qtbot.waitUntil(lambda: NAME in names(page), timeout=PATIENCE)
    assert page.downloads.rows == []
    assert ("success", f"{NAME} is here, every file checked. It needs no network from now on.") in said
    assert verify(models_folder() / NAME).whole
    assert session.models.card(NAME) is not None
    assert session.settings.download_source == source


def test_too_large_for_the_disk(page: ModelsPage, hub: FakeHub, qtbot: QtBot) -> None:
    hub.extra = [{"rfilename": "model-00009.safetensors", "size": 10**15, "blobId": "0" * 40}]
    form = open_form(page, qtbot)
    qtbot.waitUntil(lambda: "Needs 1.0 PB" in form.about.text(), timeout=PATIENCE)
    assert "choose another folder" in form.about.text()
    assert not form.start.isEnabled()


def test_pickles_need_a_yes(page: ModelsPage, hub: FakeHub, qtbot: QtBot) -> None:
    for path in next(iter(hub.models.values())).glob("*.safetensors*"):
        path.unlink()
    form = open_form(page, qtbot)
    qtbot.waitUntil(form.agree.isVisible, timeout=PATIENCE)
    assert not form.start.isEnabled()
    form.agree.click()
    assert form.start.isEnabled()


def test_any_repository_and_what_is_wrong_with_it(page: ModelsPage, hub: FakeHub, qtbot: QtBot) -> None:
    form = open_form(page, qtbot, page.known.rows[-1])
    qtbot.keyClicks(form.name, "nothing")
    qtbot.keyClick(form.name, Qt.Key.Key_Return)
    assert "OWNER/NAME" in form.about.text()
    form.name.setText("Nobody/Nothing")
    form.ask()
    qtbot.waitUntil(lambda: "no such model" in form.about.text(), timeout=PATIENCE)
    assert not form.start.isEnabled()
    form.mirror.setText("ftp://mirror")
    form.ask()
    assert "no address of a mirror" in form.about.text()


def test_a_gated_model_is_opened_with_a_key(
    page: ModelsPage, hub: FakeHub, qtbot: QtBot, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(own_home / "hf"))
    hub.token = "secret-key"
    form = open_form(page, qtbot)
    qtbot.waitUntil(form.key.isVisible, timeout=PATIENCE)
    assert "log in" in form.about.text()
    qtbot.keyClicks(form.key, "wrong-key")
    click(qtbot, form, "logIn")
    qtbot.waitUntil(lambda: "does not accept" in form.about.text(), timeout=PATIENCE)
    form.key.setText("secret-key")
    qtbot.waitUntil(form.log_in_button.isEnabled, timeout=PATIENCE)
    click(qtbot, form, "logIn")
    qtbot.waitUntil(form.start.isEnabled, timeout=PATIENCE)
    assert not form.key.isVisible()
    assert form.key.text() == ""


def test_paused_resumed_cancelled_by_the_mouse(page: ModelsPage, session: Session, hub: FakeHub, qtbot: QtBot) -> None:
    hub.rate = 60_000
    what = wanted(NAME, endpoint=hub.url)
    downloads_of(session).add(what)
    shown = row(page, qtbot)
    part = what.folder / PARTS / f"{SHARD}.part"
    qtbot.waitUntil(lambda: part.is_file() and part.stat().st_size > 20_000, timeout=PATIENCE)
    click(qtbot, shown, "pauseDownload")
    qtbot.waitUntil(lambda: shown.line.text().startswith("Paused"), timeout=PATIENCE)
    before = part.stat().st_size
    click(qtbot, shown, "resumeDownload")
    qtbot.waitUntil(lambda: part.stat().st_size > before, timeout=PATIENCE)
    assert any(span for span in hub.ranges_asked(SHARD)), "it went on where it was"
    qtbot.waitUntil(shown.pause.isVisible, timeout=PATIENCE)
    click(qtbot, shown, "removeDownload")
    qtbot.waitUntil(lambda: page.downloads.rows == [], timeout=PATIENCE)
    assert not what.folder.exists()
    assert known(page).isVisible()


def test_a_failure_is_said_and_tried_again(page: ModelsPage, session: Session, hub: FakeHub, qtbot: QtBot) -> None:
    hub.faults[SHARD] = ["lie", "lie"]
    downloads_of(session).add(wanted(NAME, endpoint=hub.url))
    shown = row(page, qtbot)
    qtbot.waitUntil(lambda: "twice" in shown.problem.text(), timeout=PATIENCE)
    assert shown.line.text() == "Stopped"
    click(qtbot, shown, "resumeDownload")
    qtbot.waitUntil(lambda: NAME in names(page), timeout=PATIENCE)


def test_the_download_outlives_the_window(
    session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot, tmp_path: Path
) -> None:
    hub.rate = 150_000
    what = wanted(NAME, endpoint=hub.url)
    downloads_of(session).add(what)
    qtbot.waitUntil(lambda: any(item.status.done > 0 for item in downloads_of(session).items), timeout=PATIENCE)
    downloads_of(session)._timer.stop()  # this window is gone
    assert downloads_of(session).working
    later = app.make_session(Settings(tmp_path / "later.json"))
    found: list[object] = []
    attached = downloads_of(later)
    attached.finished.connect(found.append)
    attached.follow()
    assert [item.download.wanted for item in attached.items] == [what]
    assert len(jobs._workers) == 1, "no second worker"
    hub.rate = 0
    qtbot.waitUntil(lambda: bool(found), timeout=PATIENCE)
    assert verify(what.folder).whole
    app.shut_down(later)
    later.deleteLater()


def test_a_killed_worker_is_started_again(session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot) -> None:
    hub.rate = 100_000
    what = wanted(NAME, endpoint=hub.url)
    downloads_of(session).add(what)
    qtbot.waitUntil(lambda: any(item.status.done > 20_000 for item in downloads_of(session).items), timeout=PATIENCE)
    os.kill(jobs._workers[0].pid, signal.SIGKILL)
    hub.rate = 0
    qtbot.waitUntil(lambda: NAME in names(page), timeout=PATIENCE)
    assert verify(what.folder).whole


def test_a_worker_that_cannot_start_is_said(
    session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "child_command", lambda *args: ["/bin/false"])
    downloads_of(session).add(wanted(NAME, endpoint=hub.url))
    shown = row(page, qtbot)
    qtbot.waitUntil(lambda: "ended by itself" in shown.problem.text(), timeout=PATIENCE)
    assert shown.item.status.state is DownloadState.FAILED


def test_the_same_twice_is_refused(session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot) -> None:
    hub.rate = 50_000
    downloads = downloads_of(session)
    downloads.add(wanted(NAME, endpoint=hub.url))
    with pytest.raises(Exception, match="in the list already"):
        downloads.add(wanted(NAME, endpoint=hub.url))
    downloads.cancel(downloads.items[0].key)
    assert downloads.items[0].asked is Ask.CANCEL
    qtbot.waitUntil(lambda: not downloads.items, timeout=PATIENCE)


def test_a_damaged_folder_is_explained_and_mended(
    session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot
) -> None:
    folder = fetch(session, hub, page, qtbot)
    (folder / "config.json").unlink()
    session.models.refresh()
    qtbot.waitUntil(lambda: bool(card(page).card.problem))
    assert "config.json" in card(page).state.text()
    assert card(page).findChild(QPushButton, "chatButton") is None
    assert session.models.card(NAME) is None
    assert NAME not in [one.name for one in session.models.models()]
    click(qtbot, card(page), "downloadButton")
    qtbot.waitUntil(lambda: NAME in [one.name for one in session.models.models()], timeout=PATIENCE)
    assert verify(folder).whole


def menu_of(view: CardView) -> QMenu:
    button = view.findChild(QToolButton, "moreButton")
    assert isinstance(button, QToolButton)
    return button.menu()


def test_every_file_is_checked_again(session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot) -> None:
    folder = fetch(session, hub, page, qtbot)
    menu_of(card(page)).actions()[0].trigger()
    qtbot.waitUntil(lambda: "as the hub had it" in card(page).state.text(), timeout=PATIENCE)
    damaged = bytearray((folder / SHARD).read_bytes())
    damaged[5000] ^= 1
    (folder / SHARD).write_bytes(damaged)
    offers: list[tuple[tuple[str, object], ...]] = []
    session.offered.connect(lambda level, text, given: offers.append(given))
    menu_of(card(page)).actions()[0].trigger()
    qtbot.waitUntil(lambda: f"Damaged: {SHARD}" in card(page).state.text(), timeout=PATIENCE)
    words, mend = offers[0][0]
    assert words == "Mend"
    assert callable(mend)
    mend()
    qtbot.waitUntil(lambda: verify(folder).whole and not downloads_of(session).items, timeout=PATIENCE)


def test_to_the_trash_and_back(session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot) -> None:
    folder = fetch(session, hub, page, qtbot)
    offers: list[tuple[tuple[str, object], ...]] = []
    session.offered.connect(lambda level, text, given: offers.append(given))
    menu_of(card(page)).actions()[1].trigger()
    qtbot.waitUntil(lambda: NAME not in names(page))
    assert not folder.exists()
    _, undo = offers[0][0]
    assert callable(undo)
    undo()
    qtbot.waitUntil(lambda: NAME in names(page))
    assert verify(folder).whole


def test_another_folder_for_models(
    session: Session, hub: FakeHub, page: ModelsPage, qtbot: QtBot, tmp_path: Path
) -> None:
    fetch(session, hub, page, qtbot)
    form = open_form(page, qtbot, known(page, "Qwen3-VL-4B-Instruct"))
    form.use_folder(tmp_path / "large disk")
    assert models_folder() == tmp_path / "large disk"
    assert str(tmp_path / "large disk") in form.folder.text()
    session.models.refresh()
    qtbot.waitUntil(lambda: session.models._task is None)
    assert NAME in names(page), "what was elsewhere keeps its name"


def test_models_of_other_programs_are_found(
    session: Session, page: ModelsPage, qtbot: QtBot, own_home: Path, hub: FakeHub
) -> None:
    source = next(iter(hub.models.values()))
    snapshot = own_home / ".cache" / "huggingface" / "hub" / "models--Qwen--Tiny-VL" / "snapshots" / ("a" * 40)
    snapshot.parent.mkdir(parents=True)
    source.rename(snapshot)
    click(qtbot, page, "lookButton")
    qtbot.waitUntil(lambda: len(page.found.rows) == 1)
    click(qtbot, page.found.rows[0], "addFound")
    qtbot.waitUntil(lambda: "Tiny-VL" in names(page))
    assert session.settings.model_folders == [str(snapshot)]
    click(qtbot, page, "lookButton")
    qtbot.waitUntil(lambda: "Nothing else" in page.found.findChild(QLabel, "foundWords").text())


def test_nothing_of_the_hubs_is_imported_by_the_window() -> None:
    import subprocess
    import sys

    code = (
        "import sys, qvl_desktop.app, qvl_desktop.gui.models.page\n"
        "print([name for name in ('huggingface_hub', 'modelscope_hub', 'httpx2', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_downloads_are_one_of_a_session(session: Session) -> None:
    assert downloads_of(session) is downloads_of(session)
    assert isinstance(downloads_of(session), Downloads)
