"""Joins the turns and the canvas: chips and boxes light each other up, words get boxes, boxes move their tokens.

Owns what is lit, which words the next box is for, and what the menu and the keys of a chip do. Does not own the edits
(`editing`), the look of turns (`turn_text`) or gestures (`talk_canvas`), nor which conversation is shown (`page`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMenu

from qvl_desktop.core import phrases
from qvl_desktop.core.box import iou
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.shapes import Shape
from qvl_desktop.gui.annotate.ref_editor import RefEditor
from qvl_desktop.gui.conversations.card_list import CardList
from qvl_desktop.gui.conversations.chips import Piece
from qvl_desktop.gui.conversations.editing import Editing, picture_number, words_of
from qvl_desktop.gui.conversations.picture_pane import CANVAS, PicturePane
from qvl_desktop.gui.conversations.shown_boxes import Chip, Key, Loose, ShownConversation, shape_of
from qvl_desktop.gui.icons import icon
from qvl_desktop.jobs.session import Session
from qvl_desktop.storage import linking
from qvl_desktop.storage.own_templates import region_text
from qvl_desktop.storage.project import Project
from qvl_desktop.storage.rows import ConversationRow, RegionRow

_OFFERED = 12
"""How many regions the menu of a chip offers to link to."""


class TalkDesk(QObject):
    """Signals: `textAsked(region id)`: the user wants to type what is written in a region."""

    textAsked = Signal(int)

    def __init__(self, session: Session, editing: Editing, cards: CardList, pane: PicturePane) -> None:
        super().__init__(pane)
        self._session = session
        self._editing = editing
        self._cards = cards
        self._pane = pane
        self._canvas = pane.view
        self.shown = ShownConversation()
        self._row: ConversationRow | None = None
        self._elsewhere: dict[int, list[Chip]] = {}
        self._pointing: tuple[int, tuple[int, int]] | None = None
        self.ref_editor = RefEditor(self._canvas)
        self._named: int | None = None
        self._connect()

    # What is shown

    def show(self, shown: ShownConversation, row: ConversationRow | None, project: Project | None) -> None:
        """Turn to another conversation, or to the same one as it is now; `row` is None for a picture alone."""
        self.shown, self._row = shown, row
        self._pane.show_pictures(shown.pictures, numbers=shown.numbers, with_turns=row is not None)
        self._elsewhere = {}
        if project is not None:
            for card in self._cards.cards:
                for link in project.links(card.conversation_id):
                    self._elsewhere.setdefault(link.region_id, []).append((link.turn_id, link.ordinal))
        linked: dict[int, set[int]] = {}
        for chips in self._elsewhere.values():
            for turn_id, ordinal in chips:
                linked.setdefault(turn_id, set()).add(ordinal)
        for view in self._cards.turns:
            view.text.show_linked(linked.get(view.row.id, ()))
        self._check_pointing()

    # Lit chips and boxes

    def _on_chip_hovered(self, turn_id: int, ordinals: tuple[int, ...]) -> None:
        self._light(self._keys(turn_id, ordinals))

    def _on_box_hovered(self, key: Hashable | None) -> None:
        self._light({key} if key in self.shown.places else set())

    def _light(self, keys: set[Key]) -> None:
        """Light boxes and all of their chips."""
        if self._canvas.busy:
            return
        if not keys and isinstance(self._canvas.selected, (int, Loose)):
            keys = {self._canvas.selected} & self.shown.places.keys()
        self._canvas.light_all(keys)
        lit: dict[int, list[int]] = {}
        for key in keys:
            for turn_id, ordinal in self._chips(key):
                lit.setdefault(turn_id, []).append(ordinal)
        self._cards.light(lit)

    def _keys(self, turn_id: int, ordinals: tuple[int, ...]) -> set[Key]:
        return {self.shown.keys[turn_id, n] for n in ordinals if (turn_id, n) in self.shown.keys}

    def _chips(self, key: Key) -> list[Chip]:
        """The chips of a box: of a region in every turn on the page, of a loose token its own."""
        found = self._elsewhere.get(key, []) if isinstance(key, int) else []
        return found or self.shown.places.get(key, [])

    def _on_chip_clicked(self, turn_id: int, ordinals: tuple[int, ...]) -> None:
        keys = self._keys(turn_id, ordinals)
        self._pane.set_mode(CANVAS)
        self._pane.flash(keys)
        if len(keys) == 1:
            self._canvas.select(next(iter(keys)))
        self._light(keys)
        self._cards.clear_picks_but(turn_id)

    def _on_selected(self, key: Hashable | None) -> None:
        """A box was chosen on the canvas: bring its first chip into sight."""
        self._light(set())
        chips = self.shown.places.get(key, []) if isinstance(key, (int, Loose)) else []
        self._cards.clear_picks_but(None)
        if chips:
            turn_id, ordinal = chips[0]
            self._cards.scroll_to(turn_id)
            view = self._cards.view_of(turn_id)
            if view is not None and view.editor is None:
                view.text.pick(view.text.shown.piece_of(ordinal))

    # Boxes that move

    def _on_changing(self, key: object, shape: object) -> None:
        """A drag goes on: the tokens on the page say where the box is now; nothing is stored."""
        if not isinstance(key, (int, Loose)) or not isinstance(shape, Shape):
            return
        place = self.shown.picture_of(key)
        size = self.shown.sizes[place] if place is not None else None
        if size is None:
            return
        token = shape.clipped(*size).token(*size)
        turns: dict[int, list[int]] = {}
        for turn_id, ordinal in self._chips(key):
            turns.setdefault(turn_id, []).append(ordinal)
        for turn_id, ordinals in turns.items():
            view = self._cards.view_of(turn_id)
            if view is None:
                continue
            text = view.row.text
            for ordinal in ordinals:
                text = linking.with_token(text, ordinal, token)
            view.text.set_source(text)

    def _on_changed(self, shapes: object) -> None:
        if not isinstance(shapes, Mapping):
            return
        moved = {key: shape for key, shape in shapes.items() if isinstance(key, (int, Loose))}
        if not self._editing.reshape(moved, self.shown.places, self.shown.sizes):
            self.refresh()

    def refresh(self) -> None:
        """Show again what is stored, after a gesture that came to nothing."""
        for view in self._cards.turns:
            view.text.set_source(view.row.text)
        self._canvas.show_boxes(self._pane.boxes)

    # Pointing at words

    def _on_words(self, turn_id: int, chosen: object) -> None:
        if not isinstance(chosen, tuple):
            if self._pointing is not None and self._pointing[0] == turn_id:
                self.stop_pointing()
            return
        self._cards.clear_selection_but(turn_id)
        row, view = self._row, self._cards.view_of(turn_id)
        if row is None or view is None:
            return
        place = self.shown.place_of(picture_number(row, turn_id, chosen[0]))
        if place is None:
            self.stop_pointing()
            return
        self._pointing = (turn_id, (chosen[0], chosen[1]))
        self._pane.show_number(place)
        self._pane.set_drawing(words_of(view.row.text, *self._pointing[1]))

    def stop_pointing(self) -> None:
        """The next box is for no words."""
        self._pointing = None
        self._pane.set_drawing(None)

    def _check_pointing(self) -> None:
        """Stop when the chosen words are gone: their turn was changed or is no longer shown."""
        if self._pointing is not None:
            view = self._cards.view_of(self._pointing[0])
            if view is None or view.text.chosen != self._pointing[1]:
                self.stop_pointing()

    def _on_drawn(self, shape: object) -> None:
        if not isinstance(shape, Shape):
            return
        place = self._pane.number
        picture_id = self.shown.picture_ids[place] if place < len(self.shown.picture_ids) else None
        if picture_id is None:
            return
        if self._pointing is None:
            region = self._editing.draw(picture_id, shape)
            if region is not None:
                self._canvas.select(region)
                self.name(region)
            return
        turn_id, chosen = self._pointing
        wanted = self.shown.place_of(picture_number(self._row, turn_id, chosen[0])) if self._row else None
        if wanted != place:
            words = self.tr("A box belongs to the picture that is named last before it: picture {number}.")
            self._session.notice.emit("warning", words.format(number=(wanted or 0) + 1))
            return
        self.leave_words()
        region = self._editing.point(turn_id, chosen, picture_id, shape)
        if region is not None:
            self._canvas.select(region)
            self._light(set())

    def leave_words(self) -> None:
        """Choose no words and point at none."""
        self._cards.clear_selection_but(None)
        self._cards.clear_picks_but(None)
        self.stop_pointing()

    # Naming and deleting regions

    def name(self, key: object) -> None:
        """Let the user type the ref of a region beside its box."""
        row = self._region(key)
        project = self._session.project
        if row is None or project is None or row.id not in {box.key for box in self._canvas.boxes}:
            return
        self._named = row.id
        recent = project.recent_refs(9)
        self.ref_editor.open_at(
            self._canvas.box_on_screen(row.id), row.ref, recent, lambda words: project.all_refs(words, 9)
        )

    def _on_named(self, ref: str) -> None:
        if self._named is not None:
            region, self._named = self._named, None
            self._editing.attempt(lambda project: project.rename_region(region, ref))

    def _on_delete(self) -> None:
        """Delete the selected regions; loose tokens are taken out of their turns."""
        selection = self._canvas.selection
        regions = [key for key in selection if isinstance(key, int)]
        chips = [chip for key in selection if isinstance(key, Loose) for chip in self.shown.places.get(key, [])]
        left = sum(len(self._chips(key)) for key in regions)

        def edit(project: Project) -> None:
            with project.step(QT_TRANSLATE_NOOP("history", "Delete regions")):
                project.delete_regions(regions)
                for turn_id, ordinal in sorted(chips, reverse=True):
                    project.set_turn(turn_id, linking.without_token(project.turn(turn_id).text, ordinal))

        self._editing.attempt(edit)
        if left:
            words = self.tr("%n token(s) of the deleted boxes stay in the text and stand for themselves.", "", left)
            self._session.notice.emit("info", words)

    def _region(self, key: object) -> RegionRow | None:
        return next((row for rows in self.shown.regions for row in rows if row.id == key), None)

    # The menu and the keys of a chip

    def _on_chip_asked(self, turn_id: int, what: str, piece: object) -> None:
        if not isinstance(piece, Piece):
            return
        ordinal = piece.ordinals[0] if piece.ordinals else None
        if what == "picture":
            number = picture_number(self._row, turn_id, piece.source_end) if self._row is not None else None
            if (place := self.shown.place_of(number)) is not None:
                self._pane.show_number(place)
            return
        if piece.kind == "ref":
            if what == "remove":
                self._to_words(turn_id, piece)
            return
        if ordinal is None:
            return
        if what == "remove":
            self._editing.change_text(turn_id, lambda text: linking.without_token(text, ordinal))
        elif what in ("earlier", "later"):
            self._move_token(turn_id, ordinal, -1 if what == "earlier" else 1)
        elif isinstance(self.shown.keys.get((turn_id, ordinal)), int):
            self._editing.attempt(lambda project: project.cut_loose(turn_id, ordinal))
        else:
            self._link_nearest((turn_id, ordinal), piece.ref)

    def _to_words(self, turn_id: int, piece: Piece) -> None:
        self._editing.change_text(turn_id, lambda text: phrases.as_words(text, piece.source_start, piece.source_end))

    def _move_token(self, turn_id: int, ordinal: int, by: int) -> None:
        view = self._cards.view_of(turn_id)
        group = phrases.tokens_of_phrase(view.row.text, ordinal) if view is not None else []
        to = ordinal + by
        if to in group and self._editing.change_text(turn_id, lambda text: phrases.with_token_moved(text, ordinal, by)):
            view = self._cards.view_of(turn_id)
            if view is not None:
                view.text.pick(view.text.shown.piece_of(to))

    def _link_nearest(self, chip: Chip, ref: str) -> None:
        """Link a loose token to the region it overlaps most, one of its phrase first; without any, make it one."""
        near = self._near(chip, ref)
        if near:
            self._editing.attempt(lambda project: project.link_token(*chip, near[0].id))
        else:
            self._make_region(chip, ref)

    def _make_region(self, chip: Chip, ref: str) -> None:
        key = self.shown.keys.get(chip)
        if not isinstance(key, Loose):
            return
        picture_id, size = self.shown.picture_ids[key.place], self.shown.sizes[key.place]
        if picture_id is not None and size is not None:
            self._editing.make_region(chip, picture_id, ref, shape_of(key.token, *size))

    def _near(self, chip: Chip, ref: str) -> list[RegionRow]:
        """The regions that a token overlaps, the likeliest first."""
        return [row for row, share in self._ranked(chip, ref) if share > 0]

    def _ranked(self, chip: Chip, ref: str) -> list[tuple[RegionRow, float]]:
        key = self.shown.keys.get(chip)
        place = self.shown.picture_of(key) if key is not None else None
        if key is None or place is None or self.shown.sizes[place] is None:
            return []
        width, height = self.shown.sizes[place] or (1, 1)
        own = self._region(key)
        bounds = shape_of(key.token, width, height).bounds if isinstance(key, Loose) else own.rect if own else None
        if bounds is None:
            return []
        rated = [(row, iou(row.rect, bounds)) for row in self.shown.regions[place] if row.id != key]
        return sorted(rated, key=lambda pair: (-(pair[1] > 0), pair[0].ref != ref, -pair[1]))

    def make_chip_menu(self, turn_id: int, piece: Piece) -> QMenu:
        """What can be done with a chip."""
        menu = QMenu(self._cards)
        if piece.kind == "ref":
            menu.addAction(icon("box"), self.tr("Draw a box for it"), partial(self._draw_for, turn_id, piece))
            menu.addAction(icon("close"), self.tr("Make plain words (Del)"), partial(self._to_words, turn_id, piece))
            return menu
        ordinal = piece.ordinals[0]
        chip = (turn_id, ordinal)
        key = self.shown.keys.get(chip)
        if isinstance(key, int):
            cut = partial(self._on_chip_asked, turn_id, "link", piece)
            menu.addAction(icon("link"), self.tr("Unlink from its region (L)"), cut)
        ranked = self._ranked(chip, piece.ref)[:_OFFERED]
        if ranked:
            targets = menu.addMenu(icon("link"), self.tr("Link to"))
            for row, _ in ranked:
                name = f"{row.ref or self.tr('(no name)')}   {row.box.x1},{row.box.y1}–{row.box.x2},{row.box.y2}"
                action = targets.addAction(name)
                action.triggered.connect(partial(self._link, chip, row.id))
                action.hovered.connect(partial(self._canvas.flash, [row.id]))
        if isinstance(key, Loose):
            menu.addAction(icon("box"), self.tr("Make it a region"), partial(self._make_region, chip, piece.ref))
        view = self._cards.view_of(turn_id)
        group = phrases.tokens_of_phrase(view.row.text, ordinal) if view is not None else []
        moves: tuple[tuple[str, str, int], ...] = (
            ("chevron-left", self.tr("Move to the left (Alt+Left)"), -1),
            ("chevron-right", self.tr("Move to the right (Alt+Right)"), 1),
        )
        for name, words, by in moves:
            if ordinal + by in group:
                menu.addAction(icon(name), words, partial(self._move_token, turn_id, ordinal, by))
        menu.addSeparator()
        remove = partial(self._on_chip_asked, turn_id, "remove", piece)
        menu.addAction(icon("trash"), self.tr("Take it out of the text (Del)"), remove)
        return menu

    def _link(self, chip: Chip, region_id: int) -> None:
        self._editing.attempt(lambda project: project.link_token(*chip, region_id))

    def _draw_for(self, turn_id: int, piece: Piece) -> None:
        view = self._cards.view_of(turn_id)
        if view is not None:
            view.text.select_words(piece.start, piece.end)

    def _on_chip_menu(self, turn_id: int, piece: object, place: QPoint) -> None:
        if isinstance(piece, Piece):
            menu = self.make_chip_menu(turn_id, piece)
            menu.exec(place)
            menu.deleteLater()

    def make_box_menu(self) -> QMenu:
        """What can be done with the selected box on the canvas."""
        menu = QMenu(self._canvas)
        row = self._region(self._canvas.selected)
        if row is not None:
            menu.addAction(icon("edit"), self.tr("Name it (Enter)"), partial(self.name, row.id))
            text = region_text(row)
            words = self.tr("Text in it: “{text}”…").format(text=text) if text else self.tr("Text that stands in it…")
            menu.addAction(icon("edit"), words, partial(self.textAsked.emit, row.id))
            menu.addSeparator()
        menu.addAction(icon("trash"), self.tr("Delete (Del)"), self._on_delete)
        return menu

    def _on_box_menu(self, place: QPoint) -> None:
        if self._canvas.selection:
            menu = self.make_box_menu()
            menu.exec(place)
            menu.deleteLater()

    def _on_tool_left(self) -> None:
        self.leave_words()

    def _connect(self) -> None:
        cards, canvas = self._cards, self._canvas
        cards.boxesHovered.connect(self._on_chip_hovered)
        cards.boxClicked.connect(self._on_chip_clicked)
        cards.wordsSelected.connect(self._on_words)
        cards.chipAsked.connect(self._on_chip_asked)
        cards.chipMenu.connect(self._on_chip_menu)
        canvas.boxHovered.connect(self._on_box_hovered)
        canvas.selectionChanged.connect(self._on_selected)
        canvas.shapeDrawn.connect(self._on_drawn)
        canvas.shapeChanging.connect(self._on_changing)
        canvas.shapesChanged.connect(self._on_changed)
        canvas.editRequested.connect(self.name)
        canvas.deleteRequested.connect(self._on_delete)
        canvas.menuRequested.connect(self._on_box_menu)
        canvas.escaped.connect(self._on_tool_left)
        self.ref_editor.accepted.connect(self._on_named)
        self.ref_editor.closed.connect(self._on_editor_closed)

    def _on_editor_closed(self) -> None:
        self._named = None
        self._canvas.setFocus()
