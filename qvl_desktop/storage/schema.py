"""The tables of a project file, version by version of the newest.

Owns the SQL of a new project and the list of tables whose rows take part in undo. Does not own how older files become
new ones (`migrations`) nor who writes what.

- `pictures.region_count` and the table `refs` are kept by triggers; they are never written by hand and never undone
  directly: they follow the rows they count.
- `conversation_pictures` says which pictures a conversation names, in order; it follows the text of its turns.
- `conversations.edited` says that a conversation made from a template was changed by hand since.
- `links` joins a box token of a turn to the region it stands for.
- `files` remembers what a picture file looked like when it was last read (size, time, hashes), by stored path. It is an
  observation, not an edit: it takes no part in undo and outlives the picture's row.
- `headers` keeps what a data file says besides its records (COCO's licences and categories, YOLO's order of names), by
  format and name, so that it goes out again as it came in.
- `project_templates` are the user's own question templates; `marks` is where the user was (last picture, filters).
- `turns_text` is the full-text index (trigrams) over `turns`; `said` holds all that was said about one picture in one
  row. Both are kept by `searching`, a step at a time, and take no part in undo themselves.
- `asks` are the jobs that ask a model about many pictures, `ask_pictures` how far each is. What the model proposes
  waits in `suggestions` (boxes) and `drafts` (answers), apart from regions and conversations: nothing that reads those
  sees it. `review_counts` says which pictures have open suggestions; triggers keep it.
- `steps` and `atoms` are the history (see `history`).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

APPLICATION_ID = 0x51564C44
"""`QVLD`, in the header of every project file: tells ours from any other SQLite file."""

VERSION = 3
"""`user_version` of the file this program writes."""

STRICT = " STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""

_PICTURES = f"""
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    sort_key TEXT NOT NULL,
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    split TEXT NOT NULL DEFAULT '' CHECK (split IN ('', 'train', 'val', 'test')),
    status TEXT NOT NULL DEFAULT '',
    region_count INTEGER NOT NULL DEFAULT 0,
    extra TEXT NOT NULL DEFAULT ''
){STRICT};
CREATE INDEX pictures_in_order ON pictures (sort_key, id);
CREATE INDEX pictures_by_split ON pictures (split, sort_key, id);
CREATE INDEX pictures_by_status ON pictures (status, sort_key, id);
CREATE INDEX pictures_without_regions ON pictures (sort_key, id) WHERE region_count = 0;
CREATE INDEX pictures_by_region_count ON pictures (region_count, sort_key, id);
"""

FILES = f"""
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    content TEXT NOT NULL DEFAULT '',
    look TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    annotated TEXT NOT NULL DEFAULT ''
){STRICT};
CREATE INDEX files_by_content ON files (content) WHERE content <> '';
CREATE INDEX files_missing ON files (path) WHERE bytes < 0;
"""
"""`bytes` and `modified` (nanoseconds since the epoch) as the file system says; `content` is a hash of the file's
bytes, `look` is that of `core.looks`, `width` and `height` are those of the upright picture; "" and 0 = not read yet.
`annotated` is the content the regions were drawn on: another one means that the file changed since. `bytes` is -1 for a
file that was not there when last looked for (its hashes stay, to find it elsewhere), and 0 with `modified` 0 for one
that came back and has not been read since."""

_REGION_TABLE = f"""
CREATE TABLE regions (
    id INTEGER PRIMARY KEY,
    picture_id INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    ref TEXT NOT NULL,
    x1 REAL NOT NULL,
    y1 REAL NOT NULL,
    x2 REAL NOT NULL CHECK (x2 >= x1),
    y2 REAL NOT NULL CHECK (y2 >= y1),
    token TEXT NOT NULL,
    kind TEXT NOT NULL DEFAULT 'box' CHECK (kind IN ('box', 'quad', 'point')),
    points TEXT NOT NULL DEFAULT '',
    locked INTEGER NOT NULL DEFAULT 0,
    extra TEXT NOT NULL DEFAULT '',
    CHECK (kind = 'point' OR (x2 > x1 AND y2 > y1))
){STRICT};
"""
"""`x1` to `y2` are the bounds. `points` is a JSON list of [x, y] pixels for a quad (4) or a point (1), "" for a box.
`extra` is a JSON object of what an import brought along, by format."""

_REGION_INDEXES = """
CREATE INDEX regions_by_picture ON regions (picture_id);
CREATE INDEX regions_by_ref ON regions (ref, picture_id);
"""

_REFS = f"""
CREATE TABLE refs (
    ref TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    used INTEGER NOT NULL
){STRICT};
CREATE INDEX refs_by_use ON refs (used);
"""

_REGION_TRIGGERS = """
CREATE TRIGGER region_added AFTER INSERT ON regions BEGIN
    UPDATE pictures SET region_count = region_count + 1 WHERE id = NEW.picture_id;
    INSERT INTO refs (ref, count, used) VALUES (NEW.ref, 1, (SELECT ifnull(max(used), 0) + 1 FROM refs))
        ON CONFLICT (ref) DO UPDATE SET count = count + 1, used = excluded.used;
END;
CREATE TRIGGER region_gone AFTER DELETE ON regions BEGIN
    UPDATE pictures SET region_count = region_count - 1 WHERE id = OLD.picture_id;
    UPDATE refs SET count = count - 1 WHERE ref = OLD.ref;
END;
CREATE TRIGGER region_elsewhere AFTER UPDATE OF picture_id ON regions WHEN OLD.picture_id <> NEW.picture_id BEGIN
    UPDATE pictures SET region_count = region_count - 1 WHERE id = OLD.picture_id;
    UPDATE pictures SET region_count = region_count + 1 WHERE id = NEW.picture_id;
END;
CREATE TRIGGER region_renamed AFTER UPDATE OF ref ON regions WHEN OLD.ref <> NEW.ref BEGIN
    UPDATE refs SET count = count - 1 WHERE ref = OLD.ref;
    INSERT INTO refs (ref, count, used) VALUES (NEW.ref, 1, (SELECT ifnull(max(used), 0) + 1 FROM refs))
        ON CONFLICT (ref) DO UPDATE SET count = count + 1, used = excluded.used;
END;
"""

_CONVERSATIONS = f"""
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    split TEXT NOT NULL DEFAULT '' CHECK (split IN ('', 'train', 'val', 'test')),
    template TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL DEFAULT '',
    extra TEXT NOT NULL DEFAULT '',
    edited INTEGER NOT NULL DEFAULT 0
){STRICT};
CREATE INDEX conversations_by_template ON conversations (template) WHERE template <> '';

CREATE TABLE turns (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
    text TEXT NOT NULL
){STRICT};
CREATE INDEX turns_in_order ON turns (conversation_id, position);

CREATE TABLE conversation_pictures (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    path TEXT NOT NULL
){STRICT};
CREATE INDEX pictures_of_conversation ON conversation_pictures (conversation_id, ordinal);
CREATE INDEX conversations_of_picture ON conversation_pictures (path, conversation_id);
"""

LINKS = f"""
CREATE TABLE links (
    id INTEGER PRIMARY KEY,
    turn_id INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    region_id INTEGER REFERENCES regions (id) ON DELETE CASCADE
){STRICT};
CREATE INDEX links_of_turn ON links (turn_id, ordinal);
CREATE INDEX links_of_region ON links (region_id);
"""
"""A link without a region says that the user cut this token loose from the region that it would stand for."""

THREADS = f"""
CREATE TABLE threads (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    folder TEXT NOT NULL DEFAULT '',
    settings TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    changed REAL NOT NULL,
    trashed REAL NOT NULL DEFAULT 0
){STRICT};
CREATE INDEX threads_in_order ON threads (changed, id);
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    thread_id INTEGER NOT NULL REFERENCES threads (id) ON DELETE CASCADE,
    parent_id INTEGER REFERENCES exchanges (id) ON DELETE CASCADE,
    chosen INTEGER NOT NULL DEFAULT 1,
    question TEXT NOT NULL,
    pictures TEXT NOT NULL DEFAULT '',
    answer TEXT NOT NULL DEFAULT '',
    model TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT ''
){STRICT};
CREATE INDEX exchanges_of_thread ON exchanges (thread_id, id);
CREATE INDEX exchanges_of_parent ON exchanges (parent_id);
"""
"""Times are seconds since the epoch; `trashed` is when a chat was deleted, 0 for one that was not. Exchanges are a
tree: those of one parent (NULL: the beginning) are versions of each other, of which one is `chosen`. `pictures` is a
JSON list of stored paths, `settings` and `facts` are JSON objects, "" for an empty one."""

_HISTORY = f"""
CREATE TABLE steps (
    id INTEGER PRIMARY KEY,
    description TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 1
){STRICT};
CREATE INDEX steps_undone ON steps (id) WHERE done = 0;
CREATE TABLE atoms (
    step INTEGER NOT NULL REFERENCES steps (id) ON DELETE CASCADE,
    tbl TEXT NOT NULL,
    row INTEGER NOT NULL,
    image TEXT,
    PRIMARY KEY (step, tbl, row)
) {"STRICT, " if STRICT else ""}WITHOUT ROWID;
"""

SEARCH = f"""
CREATE VIRTUAL TABLE turns_text USING fts5 (text, content = 'turns', content_rowid = 'id', tokenize = 'trigram');
INSERT INTO turns_text (turns_text, rank) VALUES ('hashsize', 33554432), ('automerge', 8);
CREATE TABLE said (
    picture_id INTEGER PRIMARY KEY REFERENCES pictures (id) ON DELETE CASCADE,
    text TEXT NOT NULL
){STRICT};
"""
"""What is new in the trigrams gathers in memory up to 32 MiB: with the default of 1 MiB an import takes three times as
long in this index. Merging eight pieces at a time instead of four makes an edit of a turn cheaper by a third."""

KEPT = f"""
CREATE TABLE headers (
    id INTEGER PRIMARY KEY,
    format TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (format, name)
){STRICT};
CREATE TABLE project_templates (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
){STRICT};
CREATE TABLE marks (key TEXT PRIMARY KEY, value TEXT NOT NULL){STRICT};
"""

ASKS = f"""
CREATE TABLE asks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('boxes', 'differences', 'drafts')),
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'cancelled')),
    model TEXT NOT NULL,
    spec TEXT NOT NULL,
    created REAL NOT NULL,
    problem TEXT NOT NULL DEFAULT ''
){STRICT};
CREATE TABLE ask_pictures (
    id INTEGER PRIMARY KEY,
    ask_id INTEGER NOT NULL REFERENCES asks (id) ON DELETE CASCADE,
    picture_id INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'unread', 'failed')),
    found INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT ''
){STRICT};
CREATE INDEX ask_pictures_by_state ON ask_pictures (ask_id, state, id);
CREATE INDEX ask_pictures_of_picture ON ask_pictures (picture_id);
"""
"""`asks.model` names who was asked, adapter included: what a person rejected is not proposed again by the same one.
`ask_pictures` is the list as it was when the job began; a picture is `unread` when an answer about it could not be read
whole, `failed` when there was none, and `problem` says why."""

SUGGESTIONS = f"""
CREATE TABLE suggestions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    picture_id INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    ask_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('new', 'extra', 'low', 'missed')),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected')),
    ref TEXT NOT NULL,
    token TEXT NOT NULL,
    region_id INTEGER REFERENCES regions (id) ON DELETE CASCADE,
    overlap REAL NOT NULL DEFAULT 0,
    score REAL NOT NULL DEFAULT 0,
    model TEXT NOT NULL
){STRICT};
CREATE INDEX suggestions_of_picture ON suggestions (picture_id, state, id);
CREATE INDEX suggestions_of_region ON suggestions (region_id) WHERE region_id IS NOT NULL;
CREATE INDEX suggestions_of_ask ON suggestions (ask_id, state);
CREATE TABLE review_counts (
    picture_id INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    shelf TEXT NOT NULL,
    open INTEGER NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (picture_id, shelf)
) {"STRICT, " if STRICT else ""}WITHOUT ROWID;
CREATE INDEX review_worst_first ON review_counts (shelf, score DESC, picture_id);
CREATE TRIGGER suggestion_added AFTER INSERT ON suggestions WHEN NEW.state = 'open' BEGIN
    INSERT INTO review_counts (picture_id, shelf, open, score)
        VALUES (NEW.picture_id, iif(NEW.kind = 'new', 'boxes', 'differences'), 1, NEW.score)
        ON CONFLICT (picture_id, shelf) DO UPDATE SET open = open + 1, score = max(score, excluded.score);
END;
CREATE TRIGGER suggestion_gone AFTER DELETE ON suggestions WHEN OLD.state = 'open' BEGIN
    UPDATE review_counts SET open = open - 1
        WHERE picture_id = OLD.picture_id AND shelf = iif(OLD.kind = 'new', 'boxes', 'differences');
    DELETE FROM review_counts WHERE picture_id = OLD.picture_id AND open <= 0;
END;
CREATE TRIGGER suggestion_closed AFTER UPDATE OF state ON suggestions
    WHEN OLD.state = 'open' AND NEW.state <> 'open' BEGIN
    UPDATE review_counts SET open = open - 1
        WHERE picture_id = OLD.picture_id AND shelf = iif(OLD.kind = 'new', 'boxes', 'differences');
    DELETE FROM review_counts WHERE picture_id = OLD.picture_id AND open <= 0;
END;
CREATE TRIGGER suggestion_opened AFTER UPDATE OF state ON suggestions
    WHEN OLD.state <> 'open' AND NEW.state = 'open' BEGIN
    INSERT INTO review_counts (picture_id, shelf, open, score)
        VALUES (NEW.picture_id, iif(NEW.kind = 'new', 'boxes', 'differences'), 1, NEW.score)
        ON CONFLICT (picture_id, shelf) DO UPDATE SET open = open + 1, score = max(score, excluded.score);
END;
"""
"""A suggestion is the model's box, as its token; `new` ones came from asking, the others from comparing with the
regions (`core.suggesting.Difference`). `region_id` is the region that a `low` or `missed` one is about. `score` is that
of the whole picture: how much model and annotation disagree. Numbers are never given twice: undo puts rows back by
them."""

DRAFTS = f"""
CREATE TABLE drafts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    picture_id INTEGER NOT NULL REFERENCES pictures (id) ON DELETE CASCADE,
    ask_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected')),
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    model TEXT NOT NULL
){STRICT};
CREATE INDEX drafts_by_state ON drafts (state, id);
CREATE INDEX drafts_of_picture ON drafts (picture_id);
CREATE INDEX drafts_of_ask ON drafts (ask_id, state);
"""
"""A question about one picture and what the model answered, until a person takes it, changed or not, or rejects it."""

PROPOSED = ASKS + SUGGESTIONS + DRAFTS
"""All that has to do with what a model proposes."""

REGIONS = _REGION_TABLE + _REGION_INDEXES + _REGION_TRIGGERS
"""What a table of regions consists of; a migration that builds it anew runs the same SQL."""

CREATE = _PICTURES + FILES + _REFS + REGIONS + _CONVERSATIONS + LINKS + THREADS + SEARCH + KEPT + PROPOSED + _HISTORY
"""The SQL of a new, empty project of the newest version."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A table whose rows take part in undo, and the columns that are recorded (besides `id`)."""

    table: str
    columns: tuple[str, ...]


RECORDED = (
    Recorded("pictures", ("path", "sort_key", "width", "height", "split", "status", "extra")),
    Recorded("regions", ("picture_id", "ref", "x1", "y1", "x2", "y2", "token", "kind", "points", "locked", "extra")),
    Recorded("conversations", ("split", "template", "source", "extra", "edited")),
    Recorded("turns", ("conversation_id", "position", "role", "text")),
    Recorded("conversation_pictures", ("conversation_id", "ordinal", "path")),
    Recorded("links", ("turn_id", "ordinal", "region_id")),
    Recorded("headers", ("format", "name", "value")),
    Recorded("project_templates", ("name", "value")),
    Recorded(
        "suggestions",
        ("picture_id", "ask_id", "kind", "state", "ref", "token", "region_id", "overlap", "score", "model"),
    ),
    Recorded("drafts", ("picture_id", "ask_id", "state", "question", "answer", "model")),
)
"""Parents before children: rows come back in this order and go in the reverse."""
