"""Templates: what each kind asks and answers, in every wording, the same for the same seed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qvl_desktop.core.box import Box, Quad
from qvl_desktop.core.conversation import Turn, user_turn
from qvl_desktop.core.template_wordings import KINDS, SHIPPED, TemplateError, Wording, from_text, problems, to_text
from qvl_desktop.core.templates import LANGUAGES, TEMPLATES, Language, Seen, Tally, Template, with_article
from qvl_desktop.core.tokens import faults

CAT, DOG, OWL = Box(500, 0, 600, 100), Box(1, 2, 3, 4), Box(5, 5, 6, 6)
REGIONS = [("cat", CAT), ("狗", DOG), ("cat", Box(10, 900, 20, 950)), ("", OWL), (" owl ", OWL)]
QUAD = Quad(((1, 2), (3, 2), (3, 4), (1, 4)))
WORDS = ("cat", "Dog", "red cup", "owl", "树", "CAT")


def said(
    template: Template, language: Language, *, seed: int = 1, vocabulary: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    made = template.make("a.jpg", REGIONS, language, seed, vocabulary=vocabulary)
    for conversation in made:
        assert [turn.role for turn in conversation.turns] == ["user", "assistant"]
        assert conversation.pictures == ("a.jpg",)
    head = "Picture 1: <img>a.jpg</img>\n"
    return [(item.turns[0].text.removeprefix(head), item.turns[1].text) for item in made]


def plain(name: str, language: Language = "en", **more: object) -> set[tuple[str, str]]:
    found = said(TEMPLATES[name].plain(), language, **more)  # type: ignore[arg-type]
    assert len(found) == len(set(found))
    return set(found)


def test_grounding_asks_for_each_ref_and_answers_with_all_of_its_boxes_from_left_to_right() -> None:
    assert plain("grounding") == {
        ("Find the cat.", "<ref>cat</ref><box>(10,900),(20,950)</box><box>(500,0),(600,100)</box>"),
        ("Find the 狗.", "<ref>狗</ref><box>(1,2),(3,4)</box>"),
        ("Find the owl.", "<ref>owl</ref><box>(5,5),(6,6)</box>"),
    }
    assert ("框出狗", "<ref>狗</ref><box>(1,2),(3,4)</box>") in plain("grounding", "zh")


def test_describing_asks_about_each_box_and_counting_about_each_ref() -> None:
    assert plain("describing") == {
        ("What is in <box>(10,900),(20,950)</box>?", "a cat"),
        ("What is in <box>(500,0),(600,100)</box>?", "a cat"),
        ("What is in <box>(1,2),(3,4)</box>?", "狗"),
        ("What is in <box>(5,5),(6,6)</box>?", "an owl"),
    }
    assert ("<box>(1,2),(3,4)</box>里是什么？", "狗") in plain("describing", "zh")
    assert {answer for _, answer in plain("counting")} == {"1", "2"}
    assert ("How many cat are there?", "2") in plain("counting")
    assert ("有几个cat？", "2") in plain("counting", "zh")


def test_listing_names_every_box_once() -> None:
    ((_, answer),) = plain("listing")
    assert answer == (
        "<ref>狗</ref><box>(1,2),(3,4)</box><ref>owl</ref><box>(5,5),(6,6)</box>"
        "<ref>cat</ref><box>(10,900),(20,950)</box><ref>cat</ref><box>(500,0),(600,100)</box>"
    )


def test_yes_or_no_asks_about_as_many_absent_refs_as_present_ones() -> None:
    found = plain("yesno", vocabulary=WORDS)
    assert {q for q, a in found if a == "Yes."} == {"Is there a cat?", "Is there 狗?", "Is there an owl?"}
    assert {q for q, a in found if a == "No."} == {"Is there a Dog?", "Is there a red cup?", "Is there 树?"}
    assert {a for _, a in plain("yesno", "zh", vocabulary=WORDS)} == {"有。", "没有。"}
    assert {a for _, a in plain("yesno")} == {"Yes."}


def test_absent_things_are_refs_of_the_project_that_do_not_occur_chosen_by_the_seed() -> None:
    chosen = set()
    for seed in range(20):
        found = plain("negatives", seed=seed, vocabulary=WORDS)
        assert len(found) == 2
        assert found == plain("negatives", seed=seed, vocabulary=(*reversed(WORDS), "cat"))
        assert all(a.startswith("There is no ") and "cat" not in a.lower().split() for _, a in found)
        chosen |= {a for _, a in found}
    assert len(chosen) == 3
    assert TEMPLATES["negatives"].make("a.jpg", [], "en", vocabulary=WORDS) == []  # nobody has looked at it


def test_reading_text_asks_about_boxes_and_quads_with_text() -> None:
    regions = [Seen("sign", CAT, "EXIT"), Seen("EXIT", QUAD, "EXIT"), Seen("sign", DOG), Seen("", OWL, "出口")]
    made = TEMPLATES["ocr"].plain().make("a.jpg", regions, "en")
    assert {(item.turns[0], item.turns[1]) for item in made} == {
        (user_turn(["a.jpg"], f"What does the text in {box} say?"), Turn("assistant", text))
        for box, text in (
            ("<box>(500,0),(600,100)</box>", "EXIT"),
            ("<quad>(1,2),(3,2),(3,4),(1,4)</quad>", "EXIT"),
            ("<box>(5,5),(6,6)</box>", "出口"),
        )
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_wording_is_used_by_some_seed_and_is_without_fault(name: str, language: Language) -> None:
    template = TEMPLATES[name]
    regions = [Seen("cat", CAT, "EXIT"), Seen("owl", QUAD, "x")]
    made = [template.make("a.jpg", regions, language, seed, vocabulary=WORDS) for seed in range(60)]
    assert made == [template.make("a.jpg", regions, language, seed, vocabulary=WORDS) for seed in range(60)]
    assert all(not faults(turn.text) for items in made for item in items for turn in item.turns)
    questions = {item.turns[0].text for items in made for item in items}
    assert len(questions) >= len(template.wordings[language].questions)
    assert template.make("a.jpg", [("  ", CAT)], language, vocabulary=WORDS) == []


def test_another_region_does_not_change_the_questions_about_the_others() -> None:
    for seed in range(10):
        before = said(TEMPLATES["grounding"], "en", seed=seed)
        more = TEMPLATES["grounding"].make("a.jpg", [*REGIONS, ("tree", Box(7, 7, 8, 8))], "en", seed)
        assert set(before) < {(c.turns[0].text.partition("\n")[2], c.turns[1].text) for c in more}


things = st.lists(
    st.builds(
        Seen,
        st.sampled_from(["", "cat", "dog", " cat", "owl"]),
        st.sampled_from([CAT, DOG, OWL, QUAD]),
        st.sampled_from(["", "", "EXIT"]),
    ),
    max_size=8,
)


@given(things, st.sampled_from(list(TEMPLATES)), st.lists(st.sampled_from(["cat", "dog", "owl", "tree"]), unique=True))
def test_the_number_of_conversations_is_known_beforehand(regions: list[Seen], name: str, extra: list[str]) -> None:
    refs = {ref.strip() for ref, _, _ in regions} - {""}
    vocabulary = sorted(refs | set(extra))
    tally = Tally(
        len(refs),
        len({(ref.strip(), box) for ref, box, _ in regions if ref.strip()}),
        len({(text, box) for _, box, text in regions if text}),
    )
    made = TEMPLATES[name].make("a.jpg", regions, "en", vocabulary=vocabulary)
    assert len(made) == TEMPLATES[name].expected(tally, len(vocabulary))


def test_articles() -> None:
    assert [with_article(ref, "en") for ref in ("cat", "owl", "the cat", "两只猫", "")] == [
        "a cat", "an owl", "the cat", "两只猫", "",
    ]  # fmt: skip
    assert with_article("cat", "zh") == "cat"


# Wordings


def test_what_is_shipped_has_no_problems_and_survives_the_project_file() -> None:
    for kind in KINDS:
        for language in LANGUAGES:
            assert problems(kind, SHIPPED[kind][language]) == []
        assert from_text(kind, to_text(kind, SHIPPED[kind], 3)) == (kind, SHIPPED[kind], 3)


@pytest.mark.parametrize(
    ("kind", "questions", "answers", "wrong"),
    [
        ("grounding", ("Find it.",), ("{boxes}",), "{ref} / {a_ref} is missing"),
        ("grounding", ("Find {ref} in {count}.",), ("{boxes}",), "{count} is no placeholder here. Possible: {ref}"),
        ("grounding", ("Find {ref}.",), ("{boxes}", "{box}"), "{box} is no placeholder here"),
        ("grounding", ("Find {ref}.", " "), ("{boxes}",), "The line is empty"),
        ("grounding", (), ("{boxes}",), "Write at least one"),
        ("grounding", ("Find {ref.",), ("{boxes}",), "A brace has no partner"),
        ("grounding", ("<ref>Find {ref}.",), ("{boxes}",), "no partner"),
        ("grounding", ("<img>a</img> Find {ref}.",), ("{boxes}",), "leave <img> out"),
        ("listing", ("What {ref}?",), ("{list}",), "{ref} is no placeholder here. Possible: none"),
        ("ocr", ("Read {box}",), ("It says so.",), "{text} is missing"),
    ],
)
def test_what_is_wrong_with_a_wording_is_said(
    kind: str, questions: tuple[str, ...], answers: tuple[str, ...], wrong: str
) -> None:
    found = problems(kind, Wording(questions, answers))  # type: ignore[arg-type]
    assert any(wrong in problem.message for problem in found), found
    with pytest.raises(TemplateError, match="en"):
        from_text(kind, to_text(kind, {**SHIPPED[kind], "en": Wording(questions, answers)}, 2))  # type: ignore[arg-type, dict-item, index]


def test_braces_and_tags_of_ones_own() -> None:
    template = TEMPLATES["grounding"]
    own = Wording(("Where is <ref>{ref}</ref>? Answer {{like}} this.",), ("{count}: {boxes}",))
    assert problems("grounding", own) == []
    made = Template("mine", "grounding", "Mine", "", {"en": own, "zh": template.wordings["zh"]})
    assert ("Where is <ref>狗</ref>? Answer {like} this.", "1: <ref>狗</ref><box>(1,2),(3,4)</box>") in said(made, "en")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "nothing"}', '{"kind": "ocr", "en": 5}'])
def test_a_template_that_cannot_be_read_names_itself(text: str) -> None:
    with pytest.raises(TemplateError, match="mine"):
        from_text("mine", text)
