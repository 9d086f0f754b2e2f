"""Pictures and files coming in, data going out, the commands for both, and the user's settings."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.cli import main
from qvl_desktop.core.box import Rect
from qvl_desktop.core.errors import Cancelled, DataError, PictureError
from qvl_desktop.formats.registry import FORMATS
from qvl_desktop.storage.dataset import load_dataset, project_dataset
from qvl_desktop.storage.generation import forecast, generate, preview
from qvl_desktop.storage.importing import import_file
from qvl_desktop.storage.indexing import find_pictures
from qvl_desktop.storage.paths import stored_path
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.settings import Settings

QWEN = FORMATS["qwen-vl"]


def write_data(path: Path, records: list[object]) -> Path:
    path.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    return path


def record(picture: str, answer: str, **more: object) -> dict[str, object]:
    turns = [
        {"from": "user", "value": f"Picture 1: <img>{picture}</img>\n框出猫"},
        {"from": "assistant", "value": answer},
    ]
    return {"id": "r", "conversations": turns, **more}


def test_folders_are_searched_deeply_in_natural_order(tmp_path: Path) -> None:
    for name in ("b/img10.PNG", "b/img2.png", "a.jpg", "notes.txt", ".hidden/x.png", "b/.y.png", "图片/猫.webp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in find_pictures(tmp_path)]
    assert found == ["a.jpg", "b/img2.png", "b/img10.PNG", "图片/猫.webp"]
    with pytest.raises(PictureError, match="no such folder"):
        find_pictures(tmp_path / "nothing")


def test_good_pictures_go_in_and_bad_ones_are_told(tmp_path: Path, project: Project) -> None:
    folder = tmp_path / "混合 folder"
    folder.mkdir()
    Image.new("CMYK", (30, 20)).save(folder / "print.jpg")
    Image.new("I;16", (30, 20)).save(folder / "deep.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (30, 20)).save(folder / "rotated.jpg", exif=exif)
    (folder / "words.png").write_text("no picture", encoding="utf-8")
    (folder / "empty.png").touch()
    if os.name == "posix":
        Image.new("RGB", (9, 9)).save(os.fsencode(folder) + b"/\xff\xfe.png", "PNG")
    report = project.add_pictures([folder, folder / "print.jpg", *find_pictures(tmp_path / "pictures")])
    assert (report.added, report.known) == (3, 3)
    assert len(report.problems) == (3 if os.name == "posix" else 2)
    sizes = {row.path: (row.width, row.height) for row in project.pictures(project.picture_ids(text="混合"))}
    assert sizes == {
        "混合 folder/deep.png": (30, 20),
        "混合 folder/print.jpg": (30, 20),
        "混合 folder/rotated.jpg": (20, 30),
    }
    project.undo()
    assert project.picture_count() == 3


def test_adding_can_be_stopped_and_nothing_has_happened(project: Project, tmp_path: Path) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / "new.png")

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        project.add_pictures([tmp_path / "new.png"], stop)
    assert project.picture_count() == 3


def test_paths_are_relative_while_pictures_can_move_with_the_project(tmp_path: Path) -> None:
    home = Path("/home/me/photos/projects")
    assert stored_path("/home/me/photos/projects/p/a.jpg", home) == "p/a.jpg"
    assert stored_path("/home/me/photos/pictures/a.jpg", home) == "../pictures/a.jpg"
    assert stored_path("/data/a.jpg", home) == "/data/a.jpg"
    assert stored_path("p/../b.jpg", home) == "b.jpg"
    assert stored_path("https://x.org/a.jpg", home) == "https://x.org/a.jpg"


def test_an_import_is_one_step_with_pictures_regions_links_and_splits(tmp_path: Path) -> None:
    Image.new("RGB", (1000, 500)).save(tmp_path / "猫.png")
    data = write_data(
        tmp_path / "data.json",
        [
            record("猫.png", "<ref> 猫</ref><box>(100,200),(300,400)</box><box>(0,0),(5,5)</box>", split="val", note=7),
            record("猫.png", "<ref>猫</ref><box>(100,200),(300,400)</box> <box>(7,7),(7,9)</box>", split="train"),
            record("gone.png", "x"),
            "junk",
        ],
    )
    with Project.create(tmp_path / "p" / "p.qvl") as project:
        report = import_file(project, data, QWEN)
        assert (report.pictures, report.regions, report.conversations) == (1, 2, 2)
        assert [("gone.png" in problem or "record" in problem) for problem in report.problems] == [True] * 4
        picture = project.picture(project.picture_ids()[0])
        assert (picture.path, picture.split) == ("../猫.png", "val")
        first = project.regions(picture.id)[0]
        assert (first.ref, first.rect) == ("猫", Rect(100.0, 100.0, 300.0, 200.0))
        conversations = project.conversations()
        assert [row.split for row in conversations] == ["val", "train"]
        assert [len(project.links(row.id)) for row in conversations] == [2, 1]
        again = project_dataset(project)
        assert json.loads(again.samples[0].extra) == {"note": 7}
        assert again.samples[0].pictures == (tmp_path / "猫.png",)
        assert [len(again.split(name)) for name in ("train", "val")] == [1, 1]
        assert project.undo() == "Import"
        assert project.picture_count() == project.conversation_count() == project.region_count() == 0


def test_a_file_that_breaks_off_changes_nothing(tmp_path: Path, project: Project) -> None:
    data = write_data(tmp_path / "data.json", [record("pictures/img1.png", "x")])
    data.write_text(data.read_text(encoding="utf-8")[:-1], encoding="utf-8")
    with pytest.raises(DataError, match="line"):
        import_file(project, data, QWEN)
    assert project.conversation_count() == 0
    assert project.undo_text == "Add pictures"


def test_templates_make_and_remake_conversations_of_many_pictures(project: Project) -> None:
    one, two = project.picture_ids()[:2]
    region = project.add_region(one, "cat", Rect(0, 0, 64, 48))
    project.add_region(two, "dog", Rect(0, 0, 64, 48))
    names = ["grounding", "counting"]
    assert len(list(preview(project, names, "en", [one, two]))) == 4
    made = generate(project, names, "en")
    assert (made.conversations, made.pictures, made.replaced) == (4, 2, 0)
    hand = project.add_conversation(project.conversations(one)[0].content)
    project.add_region(one, "owl", Rect(64, 48, 128, 96))
    assert forecast(project, names, "en", [one, two]).replaced == 4
    assert forecast(project, names, "zh", [one, two]).replaced == 0
    made = generate(project, names, "en")
    assert (made.conversations, made.replaced) == (6, 4)
    assert hand in project.conversation_ids(picture_id=one)
    project.move_region(region, Rect(320, 240, 640, 480))
    moved = [row for row in project.conversations(one) if "(500,500),(999,999)" in row.turns[1].text]
    assert len(moved) == 2, "the template's and the copy made by hand follow the region"
    for _ in range(4):
        project.undo()
    assert project.undo() == "Make conversations"
    assert project.conversation_count() == 0


def test_the_commands_go_all_the_way_round(
    tmp_path: Path, pictures: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "round.qvl"
    assert main(["new", str(path), "--images", str(tmp_path / "pictures")]) == 0
    assert "3 pictures" in capsys.readouterr().out
    answer = "<ref>cat</ref><box>(0,0),(100,100)</box>"
    records = [record("img1.png", answer, split="train"), record("img2.png", answer, split="val"), 5]
    data = write_data(tmp_path / "data.json", records)
    assert main(["import", str(path), str(data), "--images", str(tmp_path / "pictures")]) == 0
    captured = capsys.readouterr()
    assert "2 conversations, 0 new pictures, 2 new regions, 0 known already, 1 problem" in captured.out
    assert "data.json: record 3" in captured.err
    assert main(["check", str(path)]) == 0
    assert main(["export", str(path), str(tmp_path / "out" / "val.json"), "--split", "val"]) == 0
    (sample,) = load_dataset(tmp_path / "out" / "val.json").samples
    assert sample.pictures == (pictures[1],)
    pictures[1].unlink()
    capsys.readouterr()
    assert main(["check", str(path), "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert finding["code"] == "file-missing"
    assert main(["check", str(tmp_path / "nothing.json")]) == 1
    assert "no such file" in capsys.readouterr().err
    assert main(["new", str(path)]) == 1
    assert "another name" in capsys.readouterr().err


def test_settings_keep_values_and_keys_of_other_versions(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    settings = Settings(path)
    assert (settings.theme, settings.recent_projects, settings.window_state) == ("system", [], {})
    settings.theme = "dark"
    settings.recent_projects = ["/a/图.qvl"]
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(values | {"future": [1], "language": 5}), encoding="utf-8")
    settings = Settings(path)
    assert (settings.theme, settings.recent_projects, settings.language) == ("dark", ["/a/图.qvl"], "")
    settings.recent_projects.append("lost")
    assert settings.recent_projects == ["/a/图.qvl"], "reading gives a copy"
    settings.language = "zh_CN"
    assert json.loads(path.read_text(encoding="utf-8"))["future"] == [1]
    with pytest.raises(TypeError, match="theme"):
        settings.theme = "pink"


@pytest.mark.parametrize("text", ["{", "[]", "\x00\x01"])
def test_damaged_settings_are_set_aside(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    settings = Settings(path)
    assert settings.theme == "system"
    assert settings.problem is not None
    assert (tmp_path / "settings.json.damaged").read_text(encoding="utf-8") == text
    settings.theme = "dark"
    assert Settings(path).theme == "dark"


def test_settings_that_cannot_be_written_hold_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings(tmp_path / "file" / "settings.json")
    settings.theme = "dark"
    assert settings.theme == "dark"
    assert settings.problem is not None


def test_settings_go_back_to_what_they_were_at_first_and_that_is_undone(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    told: list[str] = []
    settings.subscribe(told.append)
    settings.theme, settings.text_size, settings.shortcuts = "dark", 125, {"a": "Ctrl+B"}
    assert told == ["theme", "text_size", "shortcuts"]
    before = settings.reset("theme", "shortcuts", "language")
    assert before == {"theme": "dark", "shortcuts": {"a": "Ctrl+B"}}
    assert (settings.theme, settings.shortcuts, settings.text_size) == ("system", {}, 125)
    assert Settings(settings.path).theme == "system"
    settings.restore(before)
    assert Settings(settings.path).shortcuts == {"a": "Ctrl+B"}
    assert told[3:] == ["theme", "shortcuts", "theme", "shortcuts"]
    settings.unsubscribe(told.append)
    settings.theme = "light"
    assert len(told) == 7
    for wrong in (79, 201, True, "100"):
        with pytest.raises(TypeError):
            settings.text_size = wrong  # type: ignore[assignment]


def test_safe_settings_are_the_usual_ones_and_are_never_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(path)
    settings.theme, settings.language, settings.servers = "dark", "zh_CN", [{"url": "http://a/v1", "key": "k"}]
    before = path.read_bytes()
    safe = Settings(path, safe=True)
    assert (safe.theme, safe.servers, safe.language) == ("system", [], "zh_CN")
    safe.theme, safe.language = "light", "en"
    assert (safe.theme, path.read_bytes()) == ("light", before)
    path.write_text("{ damaged", encoding="utf-8")
    assert Settings(path, safe=True).problem is None
    assert path.read_text(encoding="utf-8") == "{ damaged"


def test_the_settings_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QVL_CONFIG_DIR", str(tmp_path / "config"))
    Settings().language = "en"
    assert (tmp_path / "config" / "settings.json").exists()
