"""Chats: kept beside the project's data, in a tree of versions, in and out of folders and the bin, and written out."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

import pytest

from qvl_desktop.storage import chat_file, migrations
from qvl_desktop.storage.errors import RowMissingError
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.thread_export import export_thread, shown_exchanges, to_json, to_markdown
from qvl_desktop.storage.threads import Threads

CAT = "<ref>猫</ref><box>(1,2),(3,4)</box>"


@pytest.fixture(params=["project", "user"])
def chats(request: pytest.FixtureRequest, tmp_path: Path) -> Threads:
    """The same chats in a project and in the user's own file."""
    if request.param == "project":
        return Project.create(tmp_path / "p.qvl")
    return chat_file.open_chats(tmp_path / "data" / "chats.qvl")


def test_a_chat_is_kept_and_is_no_undo_step(chats: Threads) -> None:
    thread = chats.add_thread("First", settings='{"system": "Be short."}')
    picture = chats.folder / "pictures" / "img1.png"
    first = chats.add_exchange(thread, None, "框出猫", [picture], state="asked")
    chats.set_answer(first, CAT, model="demo", state="done", facts='{"tokens": 3}')
    chats.close()
    again = chat_file.open_chats(chats.path)
    (row,) = again.threads()
    assert (row.title, row.settings) == ("First", '{"system": "Be short."}')
    (kept,) = again.exchanges(row.id)
    assert (kept.question, kept.pictures, kept.answer, kept.model) == ("框出猫", (picture,), CAT, "demo")
    assert again.undo_text is None
    again.close()


def test_pictures_move_along_with_their_project(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with Project.create(tmp_path / "a" / "p.qvl") as project:
        project.add_exchange(project.add_thread("x"), None, "?", [tmp_path / "a" / "img.png"])
    (tmp_path / "a").rename(tmp_path / "b")
    with Project.open(tmp_path / "b" / "p.qvl") as project:
        assert project.exchanges(1)[0].pictures == (tmp_path / "b" / "img.png",)


def test_versions_stay_and_one_of_them_is_shown(chats: Threads) -> None:
    thread = chats.add_thread("x")
    one = chats.add_exchange(thread, None, "one", answer="1")
    two = chats.add_exchange(thread, one, "two", answer="2")
    other = chats.add_exchange(thread, one, "two, in other words", answer="II")
    after = chats.add_exchange(thread, other, "three", answer="III")
    assert [row.id for row in shown_exchanges(chats.exchanges(thread))] == [one, other, after]
    chats.choose_exchange(two)
    assert [row.id for row in shown_exchanges(chats.exchanges(thread))] == [one, two]
    chats.choose_exchange(other)
    assert [row.id for row in shown_exchanges(chats.exchanges(thread))] == [one, other, after]
    assert len(chats.exchanges(thread)) == 4


def test_folders_search_and_the_bin(chats: Threads) -> None:
    cats, dogs, none = (chats.add_thread(title) for title in ("Cats", "Dogs", "Nothing 100%"))
    chats.add_exchange(dogs, None, "Where does it sleep?", answer="In the BASKET.")
    assert chats.threads()[0].title == "Dogs"  # changed last
    assert [row.id for row in chats.threads("basket")] == [dogs]
    assert [row.id for row in chats.threads("sleep?")] == [dogs]
    assert [row.id for row in chats.threads("0%")] == [none]
    assert chats.threads("%%") == []
    chats.move_threads([cats, dogs], "Animals")
    assert chats.thread_folders() == ["Animals"]
    chats.rename_thread_folder("Animals", "Pets")
    assert {row.id for row in chats.threads() if row.folder == "Pets"} == {cats, dogs}
    chats.trash_threads([cats, none])
    assert [row.id for row in chats.threads()] == [dogs]
    chats.restore_threads([cats])
    assert {row.id for row in chats.threads()} == {cats, dogs}
    assert chats.purge_threads(time.time() - 60) == 0
    assert chats.purge_threads(time.time() + 60) == 1
    with pytest.raises(RowMissingError, match=str(none)):
        chats.thread(none)
    assert chats.thread(cats).title == "Cats"


def test_a_copy_has_all_versions_and_goes_its_own_way(chats: Threads) -> None:
    thread = chats.add_thread("x", folder="f", settings="{}")
    one = chats.add_exchange(thread, None, "one", answer="1")
    chats.add_exchange(thread, one, "two", answer="2")
    chats.add_exchange(thread, one, "two", answer="zwei")
    copy = chats.duplicate_thread(thread, "x (copy)")
    mine, theirs = ([(row.question, row.answer, row.chosen) for row in chats.exchanges(x)] for x in (thread, copy))
    assert mine == theirs
    assert chats.thread(copy).folder == "f"
    chats.set_answer(chats.exchanges(copy)[0].id, "other", model="", state="done")
    assert chats.exchanges(thread)[0].answer == "1"
    parents = {row.parent_id for row in chats.exchanges(copy)}
    assert parents == {None, chats.exchanges(copy)[0].id}


def test_what_is_written_out(chats: Threads, tmp_path: Path) -> None:
    thread = chats.add_thread("Cats & <dogs>", settings='{"system": "Be short."}')
    one = chats.add_exchange(thread, None, "Find <b>it</b>", [chats.folder / "a b.png"], answer=f"Here: {CAT}.")
    chats.add_exchange(thread, None, "Find it", answer="There.", model="demo")
    chats.choose_exchange(one)
    row, exchanges = chats.thread(thread), chats.exchanges(thread)
    markdown = to_markdown(row, exchanges)
    assert markdown.startswith("# Cats & &lt;dogs>\n")
    assert "> Be short." in markdown
    assert f"(<{(chats.folder / 'a b.png').as_posix()}>)" in markdown
    assert "Find &lt;b>it" in markdown
    assert "Here: **猫** `[1, 2, 3, 4]`." in markdown
    assert "There." not in markdown
    body = json.loads(to_json(row, exchanges))
    assert [(item["answer"], item["shown"]) for item in body["exchanges"]] == [
        (f"Here: {CAT}.", True),
        ("There.", False),
    ]
    export_thread(tmp_path / "x.json", row, exchanges)
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["settings"] == {"system": "Be short."}
    export_thread(tmp_path / "x.md", row, exchanges)
    assert (tmp_path / "x.md").read_text(encoding="utf-8") == markdown


def test_two_windows_share_the_users_chats(tmp_path: Path) -> None:
    one, two = (chat_file.open_chats(tmp_path / "chats.qvl") for _ in range(2))
    mine, theirs = one.add_thread("mine"), two.add_thread("theirs")
    two.add_exchange(theirs, None, "?")
    one.add_exchange(mine, None, "!")
    assert {row.title for row in one.threads()} == {row.title for row in two.threads()} == {"mine", "theirs"}
    one.close()
    two.close()


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "chats.qvl"
    path.write_bytes(b"nothing of the kind" * 100)
    chats = chat_file.open_chats(path)
    assert chats.threads() == []
    chats.close()
    (aside,) = tmp_path.glob("*.damaged")
    assert aside.read_bytes().startswith(b"nothing")


def test_messages_in_a_line_become_exchanges() -> None:
    """What version 2 could hold: questions without answers, answers without questions, a system turn, pictures."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(
        "CREATE TABLE threads (id INTEGER PRIMARY KEY, title TEXT, created REAL);"
        "CREATE TABLE thread_turns (id INTEGER PRIMARY KEY, thread_id, position, role, text, model);"
        "CREATE INDEX thread_turns_in_order ON thread_turns (thread_id, position);"
        "INSERT INTO threads VALUES (7, 'Old', 5.0);"
    )
    said = [
        ("system", "Be short."),
        ("user", "Picture 1: <img>a.png</img>\nfirst"),
        ("user", "second"),
        ("assistant", "two"),
        ("assistant", "three"),
    ]
    for place, (role, text) in enumerate(said):
        row = (7, place, role, text, "m" if role == "assistant" else "")
        connection.execute("INSERT INTO thread_turns VALUES (NULL, ?, ?, ?, ?, ?)", row)
    migrations._rebuild_threads(connection)
    assert connection.execute("SELECT id, title, settings, changed FROM threads").fetchall() == [
        (7, "Old", '{"system": "Be short."}', 5.0)
    ]
    query = "SELECT id, parent_id, question, pictures, answer, model, state FROM exchanges ORDER BY id"
    assert connection.execute(query).fetchall() == [
        (1, None, "first", '["a.png"]', "", "", "stopped"),
        (2, 1, "second", "", "two", "m", "done"),
        (3, 2, "", "", "three", "m", "done"),
    ]
