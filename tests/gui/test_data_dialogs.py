"""Import and export in the window: what a data file is, how it will look, what came of it, and out again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from qvl_desktop.core.conversation import Conversation, Turn
from qvl_desktop.gui.data.export_dialog import ExportDialog
from qvl_desktop.gui.data.import_dialog import ImportDialog
from qvl_desktop.gui.data.parts import Pace
from qvl_desktop.gui.shell.main_window import MainWindow
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage.filters import PictureFilter
from qvl_desktop.storage.import_preview import Preview
from tests.gui.pictures import LEFT, PLAIN, make_picture


def click(button: QPushButton) -> None:
    assert button.isEnabled(), button.text()
    assert button.isVisible(), button.text()
    QTest.mouseClick(button, LEFT)


def choose(box: QComboBox, value: str) -> None:
    """Choose by keyboard, as a user without a mouse does."""
    box.setFocus()
    wanted = box.findData(value)
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.count()):
        if box.currentIndex() == wanted:
            return
        QTest.keyClick(box, Qt.Key.Key_Down)
    raise AssertionError(f"{value} is not in the list")


def row(answer: str, picture: str = "a.png", **more: object) -> dict[str, object]:
    question = {"role": "user", "content": "<image>Find the <ref-object>" if "<bbox>" in answer else "<image>?"}
    return {"messages": [question, {"role": "assistant", "content": answer}], "images": [picture], **more}


SWIFT = [
    row("<bbox>", objects={"ref": ["sheep"], "bbox": [[10.5, 20, 300, 400]]}),
    row("<bbox>", "gone.png", objects={"ref": ["cow"], "bbox": [[1, 2, 3, 4]]}),
    row("Nothing."),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    make_picture(tmp_path / "a.png", (640, 480))
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(value) + "\n" for value in SWIFT), encoding="utf-8")
    return path


@pytest.fixture
def dialog(session: Session, qtbot: QtBot, data: Path) -> ImportDialog:
    assert session.create_project(data.parent / "p.qvl")
    made = ImportDialog(session, data)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.button.isEnabled() and not made._preview.counting)
    return made


def test_a_source_is_told_and_looks_as_it_will(dialog: ImportDialog, qtbot: QtBot, session: Session) -> None:
    assert dialog.formats.currentData() == "ms-swift"
    assert dialog.format_told.text() == "Told by its content."
    assert dialog.dialect_told.text() == "Boxes in pixels, beside the text (1)."
    assert dialog.summary.text() == "Conversations: 2   Boxes: 1   Cannot be read: 1"
    assert "gone.png" in dialog.summary.toolTip()
    qtbot.waitUntil(lambda: dialog.view.picture.picture_size == (640, 480))
    (box,) = dialog.view.picture.boxes
    assert (box.label, box.rect.x1, box.rect.y2) == ("sheep", 10.5, 400.0)
    QTest.mouseClick(dialog.view.forth, LEFT)
    assert dialog.view.title.text() == "data.jsonl: record 3"
    assert dialog.view.picture.boxes == []
    assert not dialog.view.forth.isEnabled()
    QTest.keyClick(dialog, Qt.Key.Key_PageUp)
    assert dialog.view.title.text() == "data.jsonl: record 1"
    assert dialog.formats.accessibleName() == "Format"
    assert session.project is not None
    assert session.project.conversation_count() == 0


def test_importing_tells_what_came_of_it_and_can_be_undone(
    dialog: ImportDialog, qtbot: QtBot, session: Session
) -> None:
    project = session.project
    assert project is not None
    choose(dialog.splits, "val")
    click(dialog.button)
    qtbot.waitUntil(lambda: dialog.outcome.isVisible())
    assert (project.conversation_count(), project.region_count(), project.picture_count()) == (2, 1, 1)
    assert [row.split for row in project.conversations()] == ["val", "val"]
    assert dialog.outcome.title.text() == "Imported"
    assert dialog.outcome.problems_title.text() == "Left out: 1"
    assert dialog.outcome.problems.toPlainText().startswith("data.jsonl: record 2: ")
    QTest.mouseClick(dialog.outcome.copy_button, LEFT)
    assert "gone.png" in QGuiApplication.clipboard().text()
    click(dialog.outcome.button)
    qtbot.waitUntil(lambda: dialog.outcome.title.text() == "The import was undone")
    assert (project.conversation_count(), project.region_count(), project.picture_count()) == (0, 0, 0)
    qtbot.waitUntil(lambda: dialog.button.isEnabled())
    assert not dialog.outcome.button.isVisible()
    click(dialog.button)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_the_same_again_says_that_it_is_there_already(
    dialog: ImportDialog, qtbot: QtBot, session: Session, data: Path
) -> None:
    click(dialog.button)
    qtbot.waitUntil(lambda: dialog.outcome.isVisible())
    again = ImportDialog(session, data)
    qtbot.addWidget(again)
    again.show()
    qtbot.waitUntil(lambda: again.button.isEnabled())
    click(again.button)
    qtbot.waitUntil(lambda: again.outcome.isVisible())
    assert again.outcome.title.text() == "Nothing new was imported"
    assert "In the project already: 2" in again.outcome.lines.text()
    assert not again.outcome.button.isVisible()


def test_a_dialect_that_cannot_be_told_is_asked_for(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    make_picture(tmp_path / "a.png", (640, 480))
    path = tmp_path / "json.json"
    path.write_text(json.dumps([row('[{"bbox_2d": [64, 48, 320, 240], "label": "cat"}]')]), encoding="utf-8")
    session.create_project(tmp_path / "p.qvl")
    dialog = ImportDialog(session, path)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: "Say which" in dialog.dialect_told.text())
    assert not dialog.button.isEnabled()
    assert "Choose on the left" in dialog.view.picture.message
    choose(dialog.dialects, "qwen3-vl")
    qtbot.waitUntil(lambda: dialog.button.isEnabled() and not dialog._preview.counting)
    (box,) = dialog.view.picture.boxes
    assert (box.label, box.rect.x2, box.rect.y2) == ("cat", 204.8, 115.2)


def test_a_file_of_no_known_kind_says_so(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    session.create_project(tmp_path / "p.qvl")
    (tmp_path / "x.json").write_text('{"what": 1}', encoding="utf-8")
    dialog = ImportDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    assert "Choose a data file or folder." in dialog.view.picture.message
    QTest.keyClicks(dialog.source, str(tmp_path / "x.json"))
    qtbot.waitUntil(lambda: "no data in a known format" in dialog.view.picture.message)
    QTest.keyClicks(dialog.source, "y")
    qtbot.waitUntil(lambda: dialog.view.picture.message == "There is no such file or folder.")
    assert not dialog.button.isEnabled()


def test_stopping_an_import_leaves_nothing(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    make_picture(tmp_path / "a.png")
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps(row(f"Answer {n}.")) + "\n" for n in range(3000)), encoding="utf-8")
    session.create_project(tmp_path / "p.qvl")
    dialog = ImportDialog(session, path)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.button.isEnabled())
    click(dialog.button)
    qtbot.waitUntil(lambda: dialog.bar.isVisible() and dialog.summary.text() != "Reading…")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.importing)
    assert dialog.isVisible()
    assert dialog.summary.text() == "Stopped. Nothing was changed."
    assert session.project is not None
    assert session.project.conversation_count() == 0
    assert session.project.picture_count() == 0
    assert not session.project.can_undo


def test_dropping_data_on_the_window_asks_how_to_import(
    window: MainWindow, session: Session, qtbot: QtBot, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = str(data.parent / "new.qvl")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args, **kwargs: (chosen, ""))
    drop(window, data)
    assert session.project is not None
    assert session.project.path == Path(chosen)
    dialog = window.findChild(ImportDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.button.isEnabled())
    dialog.reject()
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is None)
    window.show_page("annotate")
    page = window.page(window_page("annotate"))
    drop(page, data)
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is not None)
    assert session.project.picture_count() == 0


def window_page(name: str):  # type: ignore[no-untyped-def]
    from qvl_desktop.gui.shell.pages import PAGES

    return next(page for page in PAGES if page.name == name)


def drop(widget: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place = QPointF(50, 50)
    actions = (Qt.DropAction.CopyAction, data, LEFT, PLAIN)
    enter = QDragEnterEvent(place.toPoint(), *actions)
    widget.dragEnterEvent(enter)
    assert enter.isAccepted()
    widget.dropEvent(QDropEvent(place, *actions))


@pytest.fixture
def exporting(session: Session, qtbot: QtBot, tmp_path: Path) -> ExportDialog:
    session.create_project(tmp_path / "p.qvl")
    project = session.project
    assert project is not None
    project.add_pictures([make_picture(tmp_path / "a.png", (640, 480))])
    for split in ("", "val"):
        turns = (
            Turn("user", f"Picture 1: <img>a.png</img>\nFind the cat {split}."),
            Turn("assistant", "<ref>cat</ref><box>(0,0),(500,500)</box>"),
        )
        project.add_conversation(Conversation(turns), split)  # type: ignore[arg-type]
    made = ExportDialog(session)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.button.isEnabled())
    return made


def test_what_will_be_written_is_said_before_and_is_what_is_written(
    exporting: ExportDialog, qtbot: QtBot, tmp_path: Path
) -> None:
    assert exporting.summary.text() == "Conversations: 2"
    assert not exporting.families.isVisible()
    choose(exporting.formats, "sharegpt")
    choose(exporting.families, "qwen2.5-vl")
    choose(exporting.splits, "train")
    target = tmp_path / "p-sharegpt.json"
    qtbot.waitUntil(
        lambda: exporting.summary.text() == "Conversations: 1" and "bbox_2d" in exporting.example.toPlainText()
    )
    assert exporting.place.text() == str(target)
    assert "dataset_info.json" in exporting.files.text()
    shown = exporting.example.toPlainText()
    assert json.loads(shown)[0]["images"] == ["a.png"]
    click(exporting.button)
    qtbot.waitUntil(lambda: exporting.outcome.isVisible())
    assert target.read_text(encoding="utf-8") == shown
    assert (tmp_path / "dataset_info.json").exists()
    assert "Records: 1" in exporting.outcome.lines.text()
    assert exporting.outcome.button.text() == "Show folder"
    click(exporting.button)
    qtbot.waitUntil(lambda: not exporting.isVisible())


def test_a_file_in_the_way_is_named(exporting: ExportDialog, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "p-ms-swift.jsonl").write_text("old", encoding="utf-8")
    choose(exporting.formats, "ms-swift")
    qtbot.waitUntil(lambda: '"objects"' in exporting.example.toPlainText())
    assert "The file is there already and will be replaced." in exporting.files.text()
    choose(exporting.which, "done")
    qtbot.waitUntil(lambda: exporting.example.toPlainText() == "There is nothing to export.")
    assert not exporting.button.isEnabled()
    assert (tmp_path / "p-ms-swift.jsonl").read_text(encoding="utf-8") == "old"


def test_only_the_pictures_that_pass_the_filter_go_out(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    session.create_project(tmp_path / "p.qvl")
    project = session.project
    assert project is not None
    project.add_pictures([make_picture(tmp_path / name) for name in ("one.png", "two.png")])
    session.pictures.set_filter(PictureFilter(text="two"))
    qtbot.waitUntil(lambda: len(session.pictures.ids) == 1)
    dialog = ExportDialog(session)
    qtbot.addWidget(dialog)
    dialog.show()
    choose(dialog.formats, "coco")
    qtbot.waitUntil(lambda: dialog.summary.text() == "Pictures: 2   Regions: 0")
    choose(dialog.which, "shown")
    qtbot.waitUntil(lambda: dialog.summary.text() == "Pictures: 1   Regions: 0")
    click(dialog.button)
    qtbot.waitUntil(lambda: dialog.outcome.isVisible())
    written = json.loads((tmp_path / "p-coco.json").read_text(encoding="utf-8"))
    assert [image["file_name"] for image in written["images"]] == ["two.png"]


def test_regions_go_out_in_a_format_of_regions(
    exporting: ExportDialog, qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    assert session.project is not None
    (picture_id,) = session.project.picture_ids()
    from qvl_desktop.core.box import Rect

    session.project.add_region(picture_id, "cat", Rect(1, 2, 30, 40))
    choose(exporting.formats, "coco")
    qtbot.waitUntil(lambda: exporting.summary.text() == "Pictures: 1   Regions: 1")
    assert not exporting.copy_images.isVisible()
    click(exporting.button)
    qtbot.waitUntil(lambda: exporting.outcome.isVisible())
    written = json.loads((tmp_path / "p-coco.json").read_text(encoding="utf-8"))
    assert [annotation["bbox"] for annotation in written["annotations"]] == [[1, 2, 29, 38]]


def test_the_menu_has_both_and_export_needs_a_project(window: MainWindow, session: Session, tmp_path: Path) -> None:
    assert not window.window_actions["export_data"].isEnabled()
    session.create_project(tmp_path / "p.qvl")
    window.window_actions["export_data"].trigger()
    assert window.findChild(ExportDialog) is not None


def test_the_time_left_is_told_once_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("qvl_desktop.gui.data.parts.time.monotonic", lambda: now[0])
    pace = Pace()
    assert pace.left(0, 100) == ""
    now[0] += 2
    assert pace.left(10, 100) == "18 s"
    assert pace.left(5, 1000) == ""
    assert Preview().counting


def test_a_dropped_folder_that_is_a_data_set_gives_pictures_and_boxes(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "shapes"
    for name in ("one", "two"):
        make_picture(folder / f"{name}.png", (64, 48))
    shape = {"label": "cat", "points": [[1, 2], [30, 40]], "shape_type": "rectangle", "group_id": None, "flags": {}}
    labelled = {"version": "5", "flags": {}, "shapes": [shape], "imagePath": "one.png", "imageData": None,
                "imageHeight": 48, "imageWidth": 64}  # fmt: skip
    assert session.project is None
    (folder / "one.json").write_text(json.dumps(labelled), encoding="utf-8")
    drop(window, folder)
    project = session.project
    assert project is not None
    qtbot.waitUntil(lambda: project.picture_count() == 2)
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is not None)
    dialog = window.findChild(ImportDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.button.isEnabled())
    assert dialog.formats.currentData() == "labelme"
    click(dialog.button)
    qtbot.waitUntil(lambda: dialog.outcome.isVisible())
    assert (project.picture_count(), project.region_count()) == (2, 1)
    dialog.accept()
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is None)
