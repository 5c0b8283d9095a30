"""Claims read from replies as models write them, whatever the pieces they come in."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.chat.claims import ClaimLines, Written
from assistant.chat.failures import ModelFailure

FIRST = Written("An RN may do it.", 1, ("RN or higher", "to perform the treatments"))
SECOND = Written("Wait 10 to 14 days.", 2, ("10-14 days",))


def line(claim: Written) -> str:
    return json.dumps({"text": claim.text, "passage": claim.passage, "quotes": list(claim.quotes)})


LINES = f"{line(FIRST)}\n{line(SECOND)}\n"


def read(*pieces: str) -> list[Written]:
    lines = ClaimLines()
    claims = [claim for piece in pieces for claim in lines.feed(piece)]
    lines.end()
    return claims


@pytest.mark.parametrize(
    "reply",
    [
        LINES,
        LINES.strip(),
        f"```json\n{LINES}```",
        f'Here are the claims you "asked" for:\n\n{LINES}\nI hope this helps!',
        f"[{line(FIRST)},\n{line(SECOND)},]",
        f'{{"claims": [{line(FIRST)}, {line(SECOND)}]}}',
        line(FIRST) + line(SECOND),
        "\n".join(json.dumps(json.loads(text), indent=2) for text in LINES.splitlines()),
        LINES.replace("]}", ",],}"),
        LINES.replace('"passage": 1', '"passage": "[1]"').replace('"passage": 2', '"passage": [2]'),
        LINES.replace('["10-14 days"]', '"10-14 days"'),
        LINES.replace("\n", "\r\n"),
        f'{{"text": "it never ended\n{LINES}',
        f'{{"text": "no end", "quotes": ["x"], "passage": 1\n{LINES}',
        f"{{'text': 'not JSON', 'quotes': []}}\n{LINES}",
        f'{{"text": "he said "so" there", "quotes": []}}\n{LINES}',
        f'{{"text": 5, "quotes": []}}\n{{"text": "no quotes"}}\n{LINES}',
        f"a brace {{ in prose\n{LINES}",
    ],
)
def test_claims_are_found_in_what_models_wrap_them_in(reply: str) -> None:
    assert read(reply) == [FIRST, SECOND]


def test_a_claim_comes_out_as_soon_as_it_is_whole() -> None:
    lines = ClaimLines()
    start, end = line(FIRST)[:-1], line(FIRST)[-1]
    assert lines.feed(start) == []
    assert lines.feed(end) == [FIRST]


def test_braces_quotes_and_escapes_inside_strings_are_text() -> None:
    claim = Written('He said "{no}" \\ there', 1, ('5" } {', 'a "b" } c', "{", "tab\tand é"))
    assert read(line(claim)) == [claim]


def test_a_claim_without_a_passage_or_quotes_is_read_as_such() -> None:
    assert read('{"text": " It  may. ", "quotes": ["", 5, " a "]}') == [Written("It may.", 0, ("a",))]


@pytest.mark.parametrize(
    "reply", ["I think an RN may do it.", "{]", '{"text": "cut', "null", '{"answer": "Yes"}', "{" * 500]
)
def test_a_reply_without_a_claim_is_garbage(reply: str) -> None:
    with pytest.raises(ModelFailure, match="garbage: no claim"):
        read(reply)


def test_saying_that_nothing_answers_is_no_garbage() -> None:
    lines = ClaimLines()
    assert lines.feed('{"text": "", "passage": 0, "quotes": []}') == []
    lines.end()
    assert lines.nothing


def test_white_space_is_no_garbage_because_the_client_calls_it_empty() -> None:
    assert read(" \n") == []


PIECES = st.sampled_from(
    [*LINES, LINES, line(FIRST), "```", '"', "{", "}", "\\", "\n", ",", "prose", '{"text": "', "[", "é"]
)


@given(st.lists(PIECES, max_size=12).map("".join), st.data())
@example(LINES, None)
def test_the_pieces_make_no_difference(reply: str, data: st.DataObject | None) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(reply)), max_size=6))) if data else list(range(len(reply)))
    parts = [reply[start:end] for start, end in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    whole, pieced = ClaimLines(), ClaimLines()
    assert [claim for part in parts for claim in pieced.feed(part)] == whole.feed(reply)
    assert pieced.nothing == whole.nothing
