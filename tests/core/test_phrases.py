"""Phrases and their boxes are changed as text."""

from __future__ import annotations

from qvl_desktop.core.phrases import as_words, pointed, rephrased, tokens_of_phrase, with_token_moved

A, B, Q = "<box>(1,1),(2,2)</box>", "<box>(3,3),(4,4)</box>", "<quad>(1,1),(9,1),(9,9),(1,9)</quad>"
TEXT = f"The <ref>cat</ref>{A}, {B}{Q} and {A} it <ref>dog</ref>{B}."


def span(words: str) -> tuple[int, int]:
    at = TEXT.index(words)
    return at, at + len(words)


def test_words_get_a_box_and_a_phrase_one_more() -> None:
    assert pointed(TEXT, 0, 3, B) == f"<ref>The</ref>{B}" + TEXT[3:]
    assert pointed(TEXT, *span("<ref>dog</ref>"), Q) == TEXT[:-1] + Q + "."
    assert pointed(TEXT, *span("<ref>cat</ref>"), Q).startswith(f"The <ref>cat</ref>{A}{Q}, ")


def test_boxes_of_a_phrase_change_places_and_stop_at_its_ends() -> None:
    assert tokens_of_phrase(TEXT, 1) == [0, 1, 2]
    assert tokens_of_phrase(TEXT, 3) == [3]
    assert tokens_of_phrase(TEXT, 9) == []
    assert with_token_moved(TEXT, 0, 1).startswith(f"The <ref>cat</ref>{B}, {A}{Q} and")
    assert with_token_moved(TEXT, 2, -2).startswith(f"The <ref>cat</ref>{Q}, {A}{B} and")
    assert with_token_moved(TEXT, 2, 1) == TEXT
    assert with_token_moved(TEXT, 3, 1) == TEXT
    assert with_token_moved(TEXT, 7, 1) == TEXT


def test_a_phrase_becomes_words_again_or_other_ones() -> None:
    assert as_words(TEXT, *span("<ref>cat</ref>")) == f"The cat,  and {A} it <ref>dog</ref>{B}."
    assert as_words(TEXT, *span("<ref>dog</ref>")) == TEXT.replace(f"<ref>dog</ref>{B}", "dog")
    assert rephrased(TEXT, *span("<ref>dog</ref>"), "wolf") == TEXT.replace("dog", "wolf")
