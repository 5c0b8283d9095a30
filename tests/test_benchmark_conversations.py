"""The script that measures conversations: what it reads, which turns it asks, how it counts."""

import json
import sys
from pathlib import Path

import pytest

from assistant.types import Answer, Status, Turn
from corpus.types import BlockKind, Passage
from index.types import Hit
from tests.benchmarks import conversations
from tests.benchmarks.conversations import BadData, UserTurn, changed, rank, read, sampled, share

SAID = {"role": "user", "content": "how do I renew a licence?"}


def turn(document: str, *said: str) -> UserTurn:
    return UserTurn(f"about {document}", tuple(Turn("user", text) for text in said), document)


def answer(*documents: str) -> Answer:
    hits = tuple(
        Hit(Passage(document, place, "text", BlockKind.PARAGRAPH, ()), 1.0) for place, document in enumerate(documents)
    )
    return Answer("question", Status.ANSWERED, "evidence", (), hits=hits)


def written(folder: Path, queries: list[dict[str, object]], corpus: list[dict[str, object]] | None = None) -> Path:
    corpus = corpus if corpus is not None else [{"_id": "a", "title": "A", "text": "On licences."}]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def query(text: str, document: str = "a", *history: dict[str, str]) -> dict[str, object]:
    return {"_id": text, "text": text, "history": list(history), "document": document}


def test_a_set_is_read_with_its_histories(tmp_path: Path) -> None:
    # U+2028 ends no line of JSON, though it ends one of text
    documents, turns = read(written(tmp_path, [query("first\u2028"), query("and then?", "a", SAID)]))
    assert [document.id for document in documents] == ["a"]
    assert [(found.text, len(found.history)) for found in turns] == [("first\u2028", 0), ("and then?", 1)]


@pytest.mark.parametrize(
    ("queries", "says"),
    [
        ([query("first"), query("and?", "b", SAID)], "lacks: 'b'"),
        ([query("first")], "both"),
        ([query("and?", "a", SAID)], "both"),
        ([{"text": "first"}], "Line 1 of .* lacks 'history' and 'document'"),
    ],
)
def test_a_set_that_cannot_be_asked_is_refused(tmp_path: Path, queries: list[dict[str, object]], says: str) -> None:
    with pytest.raises(BadData, match=says):
        read(written(tmp_path, queries))


def test_a_missing_file_and_a_line_that_is_no_json_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"no file .*corpus\.jsonl"):
        read(tmp_path)
    written(tmp_path, [])
    (tmp_path / "queries.jsonl").write_text("{}}\n", encoding="utf-8")
    with pytest.raises(BadData, match=r"Line 1 of .*queries\.jsonl is not JSON"):
        read(tmp_path)


def test_a_first_turn_follows_a_conversation_about_another_document() -> None:
    turns = [turn("a"), turn("a", "on a"), turn("b", "on b"), turn("c", "on c")]
    for seed in range(20):
        (change,) = changed(turns[:1], turns, seed)
        assert (change.text, change.document) == ("about a", "a")
        assert change.history in (turns[2].history, turns[3].history)
    assert len({changed(turns[:1], turns, seed)[0].history for seed in range(20)}) == 2
    assert changed(turns[:1], turns, 5) == changed(turns[:1], turns, 5)


def test_a_change_of_topic_needs_another_document() -> None:
    with pytest.raises(BadData, match="two documents"):
        changed([turn("a")], [turn("a", "on a")], 5)


def test_documents_rank_in_the_order_in_which_they_are_first_found() -> None:
    found = answer("b", "b", "a", "b", "c")
    assert [rank(found, document) for document in "abcd"] == [2, 1, 3, None]


def test_shares_count_what_is_among_the_first() -> None:
    ranks = [1, 5, 6, None]
    assert (share(ranks, 1), share(ranks, 5)) == (0.25, 0.5)


def test_a_limit_takes_the_same_turns_from_all_over() -> None:
    turns = [turn(str(number)) for number in range(100)]
    some = sampled(turns, 10)
    assert some == sampled(turns, 10)
    assert len(set(some)) == 10
    assert some != turns[:10]
    assert sampled(turns, None) == sampled(turns, 100) == turns


def test_bad_data_ends_the_script_before_anything_is_indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["conversations", "--data", str(tmp_path), "--cache", str(tmp_path / "cache")])
    with pytest.raises(BadData):
        conversations.main()
    assert not (tmp_path / "cache").exists()
