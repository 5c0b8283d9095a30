"""What a reader sees: ranked hits, the newest state, the same from threads and processes."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import passages as passages_module
from index.errors import IndexProblem
from index.fusion import best, fused
from index.lexical import LexicalIndex
from index.passages import PassageIndex
from index.postings import write_lexical
from index.retriever import PassageRetriever
from index.sync import sync
from index.words import terms
from tests.index_helpers import WordEmbedder, corpus_of, random_corpus


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search") / "index"
    sync(random_corpus(20, 15), folder, embedder=WordEmbedder())
    return folder


@pytest.fixture
def index(folder: Path) -> PassageIndex:
    return PassageIndex.open(folder, WordEmbedder())


class TestSearch:
    def test_best_first_with_both_scores(self, index: PassageIndex) -> None:
        hits = index.search("laser burn risk", 10)
        assert len(hits) == 10
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert all(0 <= hit.score <= 1 for hit in hits)
        vector = index.embed(["laser burn risk"])[0]
        for hit in hits:
            assert hit.dense == pytest.approx(float(index.embed([hit.passage.searchable])[0] @ vector), abs=1e-5)

    def test_every_hit_is_a_span_of_its_document(self, index: PassageIndex) -> None:
        for hit in index.search("nurse license", 50):
            document = index.document(hit.passage.document_id)
            assert document is not None
            assert document.text[hit.passage.start : hit.passage.end] == hit.passage.text

    def test_a_passages_own_text_is_found_first(self, index: PassageIndex) -> None:
        for passage in index.passages[::37]:
            assert index.search(passage.text, 1)[0].passage == passage

    def test_rare_words_are_found_by_their_letters(self, index: PassageIndex) -> None:
        assert index.search("7-11", 1)[0].lexical > 0

    @pytest.mark.parametrize("query", ["", "   ", "\n\t"])
    def test_nothing_asked_finds_nothing(self, index: PassageIndex, query: str) -> None:
        assert index.search(query) == []

    @pytest.mark.parametrize("query", ["what is the", "to be or not to be", "?!", "é", "\ud800", "a" * 100_000])
    def test_odd_queries_still_find(self, index: PassageIndex, query: str) -> None:
        assert len(index.search(query, 5)) == 5

    def test_more_than_there_is_gives_all(self, index: PassageIndex) -> None:
        hits = index.search("laser", 1000)
        assert len(hits) == 300
        assert len({(hit.passage.document_id, hit.passage.start) for hit in hits}) == 300

    def test_no_k(self, index: PassageIndex) -> None:
        assert index.search("laser", 0) == []

    def test_unknown_document(self, index: PassageIndex) -> None:
        assert index.document("nothing") is None

    def test_one_passage(self, tmp_path: Path) -> None:
        sync(corpus_of({"a": ["Only this."]}), tmp_path / "index", embedder=WordEmbedder())
        hits = PassageIndex.open(tmp_path / "index", WordEmbedder()).search("only", 5)
        assert [hit.passage.text for hit in hits] == ["Only this."]

    def test_passages_of_stop_words_only(self, tmp_path: Path) -> None:
        sync(corpus_of({"a": ["it is", "to be"]}), tmp_path / "index", embedder=WordEmbedder())
        assert len(PassageIndex.open(tmp_path / "index", WordEmbedder()).search("is it", 5)) == 2

    def test_no_index(self, tmp_path: Path) -> None:
        with pytest.raises(IndexProblem, match="There is no index in"):
            PassageIndex.open(tmp_path / "nowhere", WordEmbedder())


class TestGraph:
    """Above the limit Chroma's graph proposes, and the vectors still give the cosines."""

    @pytest.fixture(autouse=True)
    def low_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(passages_module, "EXACT_LIMIT", 100)

    def test_finds_what_an_exact_scan_finds(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        by_graph = PassageIndex.open(folder, WordEmbedder())
        found = [by_graph.search(query) for query in ("laser burn", "nurse", "item 3-1")]
        assert by_graph.snapshot._graph is not None
        monkeypatch.setattr(passages_module, "EXACT_LIMIT", 10_000)
        exact = PassageIndex.open(folder, WordEmbedder())
        assert found == [exact.search(query) for query in ("laser burn", "nurse", "item 3-1")]

    def test_sees_a_sync_by_another_process(self, tmp_path: Path) -> None:
        _sync_in_child(tmp_path, 10)
        index = PassageIndex.open(tmp_path / "index", WordEmbedder())
        assert index.search("Item 7-3", 1)[0].lexical > 0
        _sync_in_child(tmp_path, 12)
        assert index.search("Item 11-14:", 1)[0].passage.text.startswith("Item 11-14:")
        assert index.snapshot._graph is not None

    def test_a_store_of_unknown_state_is_passed_by(self, tmp_path: Path) -> None:
        sync(random_corpus(10, 15), tmp_path / "index", embedder=WordEmbedder())
        (file,) = (tmp_path / "index" / "chroma").glob("*/data_level0.bin")
        file.write_bytes(file.read_bytes()[:5000])  # opened, this can end the process
        index = PassageIndex.open(tmp_path / "index", WordEmbedder())
        assert len(index.search("laser")) == 10
        assert index.snapshot._graph is None


class TestNewestState:
    def test_a_sync_is_seen_without_opening_again(self, tmp_path: Path) -> None:
        folder = tmp_path / "index"
        sync(corpus_of({"a": ["One laser."]}), folder, embedder=WordEmbedder())
        index = PassageIndex.open(folder, WordEmbedder())
        before = index.snapshot
        sync(corpus_of({"a": ["One laser."], "b": ["Two peels."]}), folder, embedder=WordEmbedder())
        assert index.generation == before.generation + 1
        assert index.search("two peels.", 1)[0].passage.document_id == "b"
        assert before.document("b") is None  # what is open stays as it was
        assert [hit.passage.document_id for hit in before.search("peels")] == ["a"]

    def test_an_open_index_outlives_its_folder(self, tmp_path: Path) -> None:
        folder = tmp_path / "index"
        sync(corpus_of({"a": ["One laser."]}), folder, embedder=WordEmbedder())
        index = PassageIndex.open(folder, WordEmbedder())
        folder.rename(tmp_path / "elsewhere")
        assert len(index.search("laser")) == 1

    def test_a_reader_in_another_process_during_syncs(self, tmp_path: Path) -> None:
        folder = tmp_path / "index"
        sync(random_corpus(10, 15), folder, embedder=WordEmbedder())
        reader = subprocess.Popen(
            [sys.executable, "-c", READ_UNTIL_TOLD, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        for documents in (11, 14, 12, 15):
            sync(random_corpus(documents, 15), folder, embedder=WordEmbedder())
        output, _ = reader.communicate("stop\n")
        seen = json.loads(output)
        assert seen["wrong"] == []
        assert seen["searches"] > 0
        assert seen["last"] == 15 * 15

    def test_refuses_a_state_by_another_model(self, tmp_path: Path) -> None:
        folder = tmp_path / "index"
        sync(corpus_of({"a": ["One laser."]}), folder, embedder=WordEmbedder())
        index = PassageIndex.open(folder, WordEmbedder())
        sync(corpus_of({"a": ["One laser."]}), folder, embedder=WordEmbedder("other@1"))
        with pytest.raises(IndexProblem, match="other@1"):
            index.search("laser")


READ_UNTIL_TOLD = """
import json, select, sys
from pathlib import Path
from index.passages import PassageIndex
from index.postings import write_lexical
from tests.index_helpers import WordEmbedder
index = PassageIndex.open(Path(sys.argv[1]), WordEmbedder())
print("open", flush=True)
searches, wrong, told = 0, [], False
while True:
    snapshot = index.snapshot
    hits = snapshot.search("laser burn", 400)
    searches += 1
    if len(hits) != snapshot.count or len(hits) % 15:
        wrong.append([snapshot.generation, len(hits)])
    for hit in hits[:5]:
        document = snapshot.document(hit.passage.document_id)
        if document is None or document.text[hit.passage.start:hit.passage.end] != hit.passage.text:
            wrong.append([snapshot.generation, hit.passage.document_id])
    if told:
        break
    told = bool(select.select([sys.stdin], [], [], 0)[0])
print(json.dumps({"searches": searches, "wrong": wrong, "last": len(hits)}))
"""


def _sync_in_child(tmp_path: Path, documents: int) -> None:
    code = (
        "import sys; from pathlib import Path; from index.sync import sync\n"
        "from tests.index_helpers import WordEmbedder, random_corpus\n"
        "sync(random_corpus(int(sys.argv[2]), 15), Path(sys.argv[1]), embedder=WordEmbedder())"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "index"), str(documents)], check=True)


def test_many_threads_at_once(folder: Path) -> None:
    queries = [f"{word} item {number}" for number, word in enumerate(["laser", "nurse", "skin", "sun"] * 20)]
    alone = PassageIndex.open(folder, WordEmbedder())
    expected = {query: alone.search(query, 5) for query in queries}
    shared = PassageIndex.open(folder, WordEmbedder())
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda query: shared.search(query, 5), queries * 4))
    assert found == [expected[query] for query in queries * 4]


def test_remembers_vectors(folder: Path) -> None:
    embedder = WordEmbedder()
    index = PassageIndex.open(folder, embedder)
    index.search("laser")
    index.search("laser")
    index.embed(["laser", index.passages[0].searchable, "laser"])
    assert embedder.embedded == ["laser"]  # the passage's vector is in the cache


def test_small_indexes_are_read_without_chroma_or_bm25s(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.passages import PassageIndex\n"
        "from tests.index_helpers import WordEmbedder\n"
        "assert PassageIndex.open(Path(sys.argv[1]), WordEmbedder()).search('laser')\n"
        "print([name for name in ('chromadb', 'bm25s', 'torch', 'langchain_core') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_retriever(folder: Path) -> None:
    index = PassageIndex.open(folder, WordEmbedder())
    found = PassageRetriever(index=index, k=3).invoke("laser burn")
    assert [document.page_content for document in found] == [h.passage.text for h in index.search("laser burn", 3)]
    facts = found[0].metadata
    assert facts["document"].startswith("document-")
    source = index.document(facts["document"])
    assert source is not None
    assert source.text[facts["start"] : facts["end"]] == found[0].page_content
    assert (facts["title"], facts["publisher"], facts["kind"], facts["date"]) == (
        source.title, "A clinic", "document", "undated",
    )  # fmt: skip
    assert 0 <= facts["score"] <= 1


class TestFusion:
    def test_best_takes_the_earlier_of_equals(self) -> None:
        scores = np.array([1, 3, 2, 3, 2, 2], dtype=np.float32)
        assert list(best(scores, 4)) == [1, 3, 2, 4]
        assert list(best(scores, 9)) == [1, 3, 2, 4, 5, 0]

    def test_mix_is_even_and_scaled(self) -> None:
        mixed = fused(np.array([0.2, 0.4, 0.6], np.float32), np.array([0, 10, 0], np.float32))
        np.testing.assert_allclose(mixed, [0, 0.75, 0.5], atol=1e-6)

    def test_without_shared_words_meaning_decides(self) -> None:
        mixed = fused(np.array([0.2, 0.4], np.float32), np.zeros(2, np.float32))
        assert list(best(mixed, 2)) == [1, 0]

    def test_no_candidates(self) -> None:
        assert len(fused(np.empty(0, np.float32), np.empty(0, np.float32))) == 0


class TestLexical:
    def test_stems_and_stop_words(self) -> None:
        assert terms("The Lasers are treating") == terms("laser treat")

    def test_scores_are_bm25s_own(self, tmp_path: Path) -> None:
        import bm25s

        texts = [passage.searchable for passage in random_corpus(20, 15).passages]
        write_lexical(tmp_path / "lexical", texts)
        own = LexicalIndex(tmp_path / "lexical", len(texts))
        theirs = bm25s.BM25(k1=0.9, b=0.4, method="lucene")
        theirs.index([terms(text) for text in texts], show_progress=False)
        for query in ("laser burn risk", "nurses in training", "item 3"):
            np.testing.assert_allclose(own.scores(query), theirs.get_scores(terms(query)), rtol=1e-5)

    def test_unknown_words(self, tmp_path: Path) -> None:
        write_lexical(tmp_path / "lexical", ["one laser", "two peels"])
        assert list(LexicalIndex(tmp_path / "lexical", 2).scores("zebra")) == [0, 0]
