"""The steps of the tour, as data: words, where they point, and by what it is known that they were done.

Owns the order and the words (English, translated in the context "tour"). Does not own pointing (`spots`) or watching
(`signs`).
"""

from __future__ import annotations

from dataclasses import dataclass

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.gui.tour import signs, spots

_N = QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `page` is where it happens ("" = anywhere). `stays`: when it is done there is something to look at,
    so the tour waits for Next. `away` says, on the right page, how to bring into sight what is pointed at."""

    name: str
    page: str
    title: str
    text: str
    find: spots.Finder
    sign: signs.Sign
    stays: bool = False
    away: str = ""


STEPS = (
    Step(
        "open", "", _N("tour", "Once all the way round"),
        _N("tour", "You draw a box, make conversations, train a small model, ask it and put it right. This takes about "
           "ten minutes, on the demo project: a copy of your own, so nothing can be spoilt."),
        spots.opening, signs.sample_open,
    ),
    Step(
        "draw", "annotate", _N("tour", "Draw a box"),
        _N("tour", "Drag over a thing in the picture, from one corner to the other. Clicking two opposite corners does "
           "the same."),
        spots.canvas, signs.region_drawn,
        away=_N("tour", "There is no picture here yet. Add a folder of pictures, or open the demo project."),
    ),
    Step(
        "name", "annotate", _N("tour", "Say what it is"),
        _N("tour", "Type a word for it, for example “orange heart”, and press Enter. This is its ref: what it is "
           "called in questions and answers."),
        spots.ref_field, signs.region_named,
        away=_N("tour", "There is no picture here yet. Add a folder of pictures, or open the demo project."),
    ),
    Step(
        "token", "annotate", _N("tour", "The box becomes a token"),
        _N("tour", "This is what the model reads and writes: thousandths of the picture's width and height. Drag the "
           "box or one of its handles, and watch the numbers follow. Ctrl+Z takes anything back."),
        spots.token_line, signs.region_moved,
        away=_N("tour", "There is no picture here yet. Add a folder of pictures, or open the demo project."),
    ),
    Step(
        "make", "conversations", _N("tour", "Make conversations"),
        _N("tour", "A model learns from questions and answers. Open the templates, leave Grounding chosen, and make "
           "them: for each ref the question “Find the …”, and its boxes as the answer."),
        spots.template_button, signs.conversation_made,
        away=_N("tour", "There is no picture here yet. Add some on the Annotate page."),
    ),
    Step(
        "check", "health", _N("tour", "Check"),
        _N("tour", "Here stands what is wrong with the data, each fault with a way to it, and most with a button that "
           "mends it. It is looked at while you work. Split holds pictures back for validation; the demo has that "
           "already."),
        spots.findings, signs.checked, stays=True,
    ),
    Step(
        "train", "train", _N("tour", "Train"),
        _N("tour", "The model Demo and settings that suit it are chosen. Press Start training: it takes a minute or "
           "two, without a card too. Next goes on without it."),
        spots.start_button, signs.run_begun,
    ),
    Step(
        "watch", "train", _N("tour", "Watch it learn"),
        _N("tour", "The falling loss says that its answers come nearer to yours. Below stand sample pictures: true "
           "boxes dashed, the model's drawn through. You may go on working, or close the window: the run goes on."),
        spots.curve, signs.run_done, stays=True,
        away=_N("tour", "The curve is farther down or up on this page."),
    ),
    Step(
        "ask", "chat", _N("tour", "Ask it"),
        _N("tour", "Add a picture and ask where something is. After training: val-01, “Find the gear.” Without it: "
           "known-03, “Find the white triangle.” What the answer points at is drawn on the picture."),
        spots.question, signs.answer_come,
    ),
    Step(
        "correct", "chat", _N("tour", "Put it right"),
        _N("tour", "Click a box on the picture, then drag it or a handle to where it belongs. What the model wrote "
           "stays as a version of the answer."),
        spots.answered_box, signs.answer_corrected,
        away=_N("tour", "The picture is not in sight. Click the answer, and it is shown with its boxes."),
    ),
    Step(
        "keep", "chat", _N("tour", "Keep what you put right"),
        _N("tour", "Add to project makes a conversation of it, and regions of its boxes. From these the model learns "
           "next time."),
        spots.keep_button, signs.conversation_made,
        away=_N("tour", "The button is under the answer, farther down or up."),
    ),
    Step(
        "again", "train", _N("tour", "Train again"),
        _N("tour", "Train again from this fills the form with the same settings; start it, and the model learns what "
           "you corrected too. Or go on with Next."),
        spots.again_button, signs.run_begun,
        away=_N("tour", "The button stands above the curves of a run that is done."),
    ),
    Step(
        "export", "", _N("tour", "Take it along"),
        _N("tour", "Export… in the project's menu writes the data for other programs: Qwen-VL, ShareGPT, COCO, YOLO "
           "and more. Choose a format and a place, and press Export."),
        spots.export_way, signs.exported, stays=True,
    ),
    Step(
        "end", "", _N("tour", "That was the whole way round"),
        _N("tour", "Now with your own pictures: drop a folder onto the window. F1 shows all keys, Ctrl+K finds every "
           "command, and the tour stays there too."),
        spots.nothing, signs.never,
    ),
)  # fmt: skip

BY_NAME = {step.name: place for place, step in enumerate(STEPS)}
"""Name -> place in `STEPS`, from 0."""
