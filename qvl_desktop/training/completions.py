"""Grounding questions for a model that only goes on with a text: the prompt of the official RefCOCO evaluation.

Owns turning questions of a chat into `<img>picture</img><ref>phrase</ref><box>`. Does not own asking (`evaluation`)
nor how the prompt is encoded (`models.qwen_vl.prompt`).
"""

from __future__ import annotations

from collections.abc import Iterable

from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.tokens import format_ref
from qvl_desktop.training.evaluation import Question


def completions(questions: Iterable[Question]) -> list[Question]:
    """Each phrase of each question as a question of its own about its own picture, without what was said before."""
    return [
        Question(
            turns=(Turn("user", f"<img>picture-1</img>{format_ref(phrase)}<box>"),),
            pictures=(question.pictures[picture],),
            truth=((phrase, 0, boxes),),
            answer=format_ref(phrase, boxes),
            source=question.source,
        )
        for question in questions
        for phrase, picture, boxes in question.truth
        if boxes and picture < len(question.pictures)
    ]
