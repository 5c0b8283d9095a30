"""Places are found where a sentence names one, and nowhere else."""

import pytest

from assistant.places import find_places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("can an aesthetician do laser resurfacing in California?", ["California"]),
        ("is it legal for an aesthetician to do a laser in CA", ["California"]),
        ("who may do it in Miami, FL", ["Florida"]),
        ("in Los Angeles", ["California"]),
        ("is an RN allowed in LA", ["California"]),
        ("who in Houston can do botox", ["Texas"]),
        ("is she in Colorado Springs", ["Colorado"]),
        ("Who can give Botox in the District of Columbia?", ["District of Columbia"]),
        ("and in Washington DC?", ["District of Columbia"]),
        ("In Washington who may do it", ["Washington"]),
        ("kansas and arkansas", ["Kansas", "Arkansas"]),
        ("Is a nurse in Georgia (the state) allowed to?", ["Georgia"]),
        ("does an RN in Ontario, Canada qualify", ["Canada"]),
        ("Las Vegas: microneedling by an aesthetician, legal?", ["Nevada"]),
        ("Atlanta, Georgia: can a nurse do it", ["Georgia"]),
        ("Question: can a nurse do it", []),
        ("Orange peel skin: what helps?", []),
        ("nurses in Los Angeles, Texas, and Florida", ["California", "Texas", "Florida"]),
        ("does an RN in Ontario, California qualify", ["California"]),
        ("west virginia", ["West Virginia"]),
        ("¿Y en Nueva York?", ["New York"]),
        ("filler in Canada", ["Canada"]),
        ("Is it legal in OR?", ["Oregon"]),
        ("in ME", ["Maine"]),
        ("what about IN", ["Indiana"]),
        ("What about Georgia?", ["Georgia"]),
        ("does Georgia allow RNs to inject", ["Georgia"]),
        ("RN or PA in PA?", ["Pennsylvania"]),
        ("Philadelphia, PA", ["Pennsylvania"]),
    ],
)
def test_place_is_found(text: str, expected: list[str]) -> None:
    assert [place.name for place in find_places(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Botox OR fillers?",
        "tell me which one is in",
        "TELL ME IF IT IS OK OR NOT IN THIS CASE",
        "my friend Georgia had a peel",
        "Can Georgia get a peel",
        "MD, NP, PA, or RN under physician supervision",
        "Harold J. Kaplan, MD",
        "pregunte a la clínica que le atiende",
        "hi, is it ok?",
    ],
)
def test_word_is_no_place(text: str) -> None:
    assert find_places(text) == ()


def test_city_is_shown_with_its_state() -> None:
    (place,) = find_places("in Houston")
    assert (place.name, place.label) == ("Texas", "Houston, Texas")


def test_every_state_is_known_by_name() -> None:
    from assistant.lexicon import read_data

    states = list(read_data("places.yaml")["states"])
    assert len(states) == 52  # with the District of Columbia and Puerto Rico
    for state in states:
        assert [place.name for place in find_places(f"Can an RN do laser in {state}?")] == [state]


@pytest.mark.parametrize(
    ("text", "name"), [("Houston medspa has a laser", "Texas"), ("NY, esthetician, laser", "New York")]
)
def test_a_place_before_its_clinic_or_set_off(text: str, name: str) -> None:
    assert [place.name for place in find_places(text)] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "PA, laser, allowed?",
        "OK, so what now",
        "Reading spa reviews",
        "tell me about PRP",
        "ok for CO2 laser",
        "of ALA",
    ],
)
def test_first_words_that_are_no_place(text: str) -> None:
    assert [place.name for place in find_places(text)] == []
