"""The set is strong enough: whatever point of the contract is broken on purpose, cases turn red."""

from pathlib import Path

import pytest

from assistant.engine import Assistant
from index.passages import PassageIndex
from tests.qa.cases import load_cases
from tests.qa.mutations import FEWEST_RED, MUTATIONS, Mutation, broken, result

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def assistant(real_index: Path) -> Assistant:
    return Assistant(PassageIndex.open(real_index))


@pytest.fixture(scope="module")
def unbroken() -> dict[str, bool]:
    """Whether cases pass as the engine is, asked once for all mutations."""
    return {}


@pytest.mark.parametrize("mutation", [pytest.param(each, id=each.name) for each in MUTATIONS])
def test_the_set_turns_red(mutation: Mutation, assistant: Assistant, unbroken: dict[str, bool]) -> None:
    found = result(assistant, mutation, load_cases(), unbroken)
    assert len(found.red) >= FEWEST_RED, f"{mutation.name}: only {found.red} of {found.asked} cases turn red"


def test_a_mutation_is_undone(assistant: Assistant) -> None:
    before = assistant.ask("My eye went dark after filler")
    for mutation in MUTATIONS:
        with broken(mutation):
            pass
    assert assistant.ask("My eye went dark after filler").text == before.text
    assert before.status == "emergency"
