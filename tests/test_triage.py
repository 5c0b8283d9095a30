"""Red flags come first: every case of tests/triage, and what holds for all of them."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.triage import Triage, language, triage
from assistant.types import Turn

FOLDER = Path(__file__).parent / "triage"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "guard")


def cases(*files: Path) -> Iterator[Any]:
    for file in files:
        for case in yaml.safe_load(file.read_text("utf-8")):
            yield pytest.param(case, id=case["id"])


def turns(case: dict[str, Any]) -> list[Turn]:
    return [Turn(role, text) for turn in case.get("history", ()) for role, text in turn.items()]


def raised(case: dict[str, Any]) -> bool:
    return bool(case["level"] in ("emergency", "self-harm"))


@pytest.mark.parametrize("case", cases(*FILES))
def test_level(case: dict[str, Any]) -> None:
    found = triage(case["question"], turns(case))
    assert (found.level if found else "none") == case["level"], (case["question"], found)


def test_ids_are_unique() -> None:
    ids = [case["id"] for file in FILES for case in yaml.safe_load(file.read_text("utf-8"))]
    assert len(ids) == len(set(ids)) >= 150


@pytest.mark.parametrize("case", cases(FOLDER / "spanish.yaml"))
def test_spanish_is_answered_in_spanish(case: dict[str, Any]) -> None:
    found = triage(case["question"], turns(case))
    assert found is not None
    assert found.language == "es"


@pytest.mark.parametrize(
    "dressed",
    [
        "{}",
        "{}!!!",
        "my friend says it's nothing but {}",
        "Who may inject fillers in Texas? By the way, {}",
        "ok. {} help",
    ],
)
@pytest.mark.parametrize("case", [case for case in cases(FOLDER / "red-flags.yaml") if raised(case.values[0])])
def test_a_red_flag_survives_capitals_and_company(case: Any, dressed: str) -> None:
    plain = case["question"]
    text = dressed.format(plain)
    found = triage(text.upper() if dressed == "{}" else text)
    assert found is not None, text
    assert found.level == case["level"], text


@pytest.mark.parametrize("case", [case for case in cases(FOLDER / "red-flags.yaml") if raised(case.values[0])])
def test_a_red_flag_survives_the_loss_of_punctuation(case: Any) -> None:
    text = re.sub(r"[^\w\s']", "", case["question"]).lower()
    found = triage(text)
    assert found is not None, text
    assert found.level == case["level"], text


@pytest.mark.parametrize(
    ("level", "flag", "lang", "first"),
    [
        ("emergency", "sight", "en", "Call 911 (or your local emergency number) now."),
        ("emergency", "sight", "es", "Llame al 911 (o al número de emergencias de su zona) ahora."),
        ("emergency", "overdose", "en", "Call 911 (or your local emergency number) now."),
        ("emergency", "overdose", "es", "Llame al 911 (o al número de emergencias de su zona) ahora."),
        ("self-harm", "self-harm", "en", "Call or text 988 now"),
        ("self-harm", "self-harm", "es", "Llame o escriba al 988 ahora"),
        ("urgent", "burn", "en", "Call the clinic that treated you or a doctor today."),
        ("urgent", "burn", "es", "Llame hoy a la clínica que hizo el tratamiento o a un médico."),
    ],
)
def test_the_first_sentence_says_whom_to_call(level: Any, flag: str, lang: Any, first: str) -> None:
    text = Triage(level, flag, lang).text
    assert text.startswith(first)
    assert "911" in text
    assert set(re.findall(r"\d+", text)) <= {"911", "988"}


def test_only_a_live_thread_keeps_the_alarm() -> None:
    flagged = [Turn("user", "my chest hurts"), Turn("assistant", "Call 911 (or your local emergency number) now.")]
    assert triage("should I wait?", flagged) is not None
    assert triage("how long does a chemical peel take?", flagged) is None
    settled = [*flagged, Turn("user", "the hospital checked me and sent me home"), Turn("assistant", "Good.")]
    assert triage("should I wait?", settled) is None


def test_what_the_assistant_said_raises_nothing() -> None:
    said = [Turn("user", "what are red flags?"), Turn("assistant", "I can't breathe and my chest hurts")]
    assert triage("should I wait?", said) is None


def test_a_question_without_words_follows_the_language_before() -> None:
    assert language("911?", ["¿Quién puede hacer un peeling?"]) == "es"
    assert language("") == "en"
    assert language("¿Quién puede hacer láser?") == "es"
    assert language("Who can do lasers?") == "en"


@pytest.mark.parametrize("text", ["", " ", "?", "🙂", "a" * 50_000, "my eye " * 5_000, "no, " * 5_000, "\x00\n\n."])
def test_any_text_is_read_in_time(text: str) -> None:
    start = time.perf_counter()
    triage(text)
    assert time.perf_counter() - start < 10


def test_it_is_quick() -> None:
    triage("warm up")
    start = time.perf_counter()
    for number in range(50):
        triage(f"Who can do laser resurfacing in California, and how long does visit {number} take?")
    assert (time.perf_counter() - start) / 50 < 0.1
