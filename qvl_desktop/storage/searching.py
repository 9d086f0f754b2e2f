"""The indexes over what was said: kept in the same transaction as the edit, a whole step at a time.

Owns filling `turns_text` (trigrams of every turn) and `said` (all that was said about one picture, in one row, by which
filters over pictures answer texts of any length). Works on the atoms of a step (`history`), so that it holds for edits,
undo and redo alike; a trigger on each row would cost an import several times as much. Does not own asking (`filters`).
"""

from __future__ import annotations

import sqlite3

# Places in an atom's image: `turns` = [conversation_id, position, role, text], `conversation_pictures` =
# [conversation_id, ordinal, path].

_NAMED = """
    SELECT n.path FROM atoms AS a JOIN conversation_pictures AS n ON n.conversation_id = a.row
        WHERE a.step = :step AND a.tbl = 'conversations'
    UNION SELECT n.path FROM atoms AS a JOIN turns AS t ON t.id = a.row
        JOIN conversation_pictures AS n ON n.conversation_id = t.conversation_id
        WHERE a.step = :step AND a.tbl = 'turns'
    UNION SELECT n.path FROM atoms AS a
        JOIN conversation_pictures AS n ON n.conversation_id = json_extract(a.image, '$[0]')
        WHERE a.step = :step AND a.tbl = 'turns' AND a.image IS NOT NULL
    UNION SELECT n.path FROM atoms AS a JOIN conversation_pictures AS n ON n.id = a.row
        WHERE a.step = :step AND a.tbl = 'conversation_pictures'
    UNION SELECT json_extract(a.image, '$[2]') FROM atoms AS a
        WHERE a.step = :step AND a.tbl = 'conversation_pictures' AND a.image IS NOT NULL
"""

_SAID = """
    SELECT p.id, group_concat(t.text, char(10)) FROM pictures AS p
    JOIN conversation_pictures AS n ON n.path = p.path
    JOIN turns AS t ON t.conversation_id = n.conversation_id
"""


def install(connection: sqlite3.Connection) -> None:
    """Make what `follow` works with in the connection that edits."""
    connection.execute("CREATE TEMP TABLE said_anew (id INTEGER PRIMARY KEY)")


def follow(connection: sqlite3.Connection, step: int) -> None:
    """Bring the indexes up to date with a step that was just made, taken back or done again, before its commit.

    The images of its atoms are what the indexes still hold.
    """
    if _concerns(connection, step, "turns"):
        connection.execute(
            "INSERT INTO turns_text (turns_text, rowid, text) "
            "SELECT 'delete', row, json_extract(image, '$[3]') FROM atoms "
            "WHERE step = ? AND tbl = 'turns' AND image IS NOT NULL",
            (step,),
        )
        connection.execute(
            "INSERT INTO turns_text (rowid, text) SELECT t.id, t.text FROM atoms AS a JOIN turns AS t ON t.id = a.row "
            "WHERE a.step = ? AND a.tbl = 'turns'",
            (step,),
        )
    talked = any(_concerns(connection, step, table) for table in ("turns", "conversations", "conversation_pictures"))
    if talked or _concerns(connection, step, "pictures"):
        _follow_said(connection, step, talked)


def _follow_said(connection: sqlite3.Connection, step: int, talked: bool) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO temp.said_anew SELECT row FROM atoms WHERE step = ? AND tbl = 'pictures'", (step,)
    )
    if talked:
        query = f"INSERT OR IGNORE INTO temp.said_anew SELECT p.id FROM ({_NAMED}) AS n JOIN pictures AS p USING (path)"
        connection.execute(query, {"step": step})
    connection.execute("DELETE FROM said WHERE picture_id IN (SELECT id FROM temp.said_anew)")
    connection.execute(
        f"INSERT INTO said (picture_id, text) {_SAID} WHERE p.id IN (SELECT id FROM temp.said_anew) GROUP BY p.id"
    )
    connection.execute("DELETE FROM temp.said_anew")


def build(connection: sqlite3.Connection) -> None:
    """Fill both indexes from nothing: for a migration."""
    connection.execute("INSERT INTO turns_text (turns_text) VALUES ('rebuild')")
    connection.execute("DELETE FROM said")
    connection.execute(f"INSERT INTO said (picture_id, text) {_SAID} GROUP BY p.id")


def _concerns(connection: sqlite3.Connection, step: int, table: str) -> bool:
    query = "SELECT 1 FROM atoms WHERE step = ? AND tbl = ? LIMIT 1"
    return connection.execute(query, (step, table)).fetchone() is not None
