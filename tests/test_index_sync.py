"""A sync ends in the state that the corpus asks for, does no work twice, and does not throw an index away."""

import json
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.types import Corpus
from index import upkeep
from index.errors import IndexProblem
from index.passages import PassageIndex
from index.places import Places
from index.store import Store
from index.sync import sync
from tests.index_helpers import WordEmbedder, assert_same_index, contents, corpus_of, counting, random_corpus

QUERIES = ["laser burn risk", "nurse license training", "item 3-1", "nothing of the kind"]


def fresh(corpus: Corpus, folder: Path) -> Path:
    sync(corpus, folder, embedder=WordEmbedder())
    return folder


def test_second_sync_does_nothing(tmp_path: Path) -> None:
    corpus = random_corpus(5, 6)
    first = sync(corpus, tmp_path / "index", embedder=WordEmbedder())
    embedder = WordEmbedder()
    checkpoint, steps = counting()

    second = sync(corpus, tmp_path / "index", embedder=embedder, checkpoint=checkpoint)

    assert (first.embedded, first.added) == (30, 30)
    assert (second.embedded, second.added, second.deleted) == (0, 0, 0)
    assert second.generation == first.generation
    assert embedder.embedded == []
    assert steps == []


def test_one_changed_word_embeds_only_its_passage(tmp_path: Path) -> None:
    before = corpus_of({"a": ["One laser.", "Two peels.", "Three creams."], "b": ["Four needles."]})
    after = corpus_of({"a": ["One laser.", "Two masks.", "Three creams."], "b": ["Four needles."]})
    fresh(before, tmp_path / "index")
    embedder = WordEmbedder()

    report = sync(after, tmp_path / "index", embedder=embedder)

    assert embedder.embedded == ["A\nTwo masks."]
    assert (report.embedded, report.added, report.deleted) == (1, 1, 1)
    assert_same_index(tmp_path / "index", fresh(after, tmp_path / "fresh"), QUERIES)


def test_shifted_passages_are_stored_anew_but_not_embedded(tmp_path: Path) -> None:
    before = corpus_of({"a": ["One.", "Two peels.", "Three creams."]})
    after = corpus_of({"a": ["One longer.", "Two peels.", "Three creams."]})
    fresh(before, tmp_path / "index")
    report = sync(after, tmp_path / "index", embedder=WordEmbedder())
    assert (report.embedded, report.added, report.deleted) == (1, 3, 3)
    assert_same_index(tmp_path / "index", fresh(after, tmp_path / "fresh"), QUERIES)


def test_documents_come_and_go(tmp_path: Path) -> None:
    corpus = random_corpus(6, 4)
    less = Corpus(corpus.documents[:4], tuple(p for p in corpus.passages if p.document_id < "document-004"))
    fresh(corpus, tmp_path / "index")
    assert sync(less, tmp_path / "index", embedder=WordEmbedder()).deleted == 8
    assert_same_index(tmp_path / "index", fresh(less, tmp_path / "fresh"), QUERIES)
    back = sync(corpus, tmp_path / "index", embedder=WordEmbedder())
    assert (back.embedded, back.added) == (0, 8)  # the cache still has them


def test_a_changed_title_reaches_readers_without_embedding(tmp_path: Path) -> None:
    corpus = random_corpus(2, 3)
    fresh(corpus, tmp_path / "index")
    renamed = replace(corpus, documents=(replace(corpus.documents[0], publisher="Another"), corpus.documents[1]))
    report = sync(renamed, tmp_path / "index", embedder=WordEmbedder())
    assert (report.embedded, report.added) == (0, 0)
    assert PassageIndex.open(tmp_path / "index", WordEmbedder()).documents[0].publisher == "Another"


def test_the_same_passage_twice_is_kept_once(tmp_path: Path) -> None:
    corpus = random_corpus(2, 3)
    report = sync(replace(corpus, passages=corpus.passages * 2), tmp_path / "index", embedder=WordEmbedder())
    assert report.passages == 6


def test_texts_besides_the_passages_are_cached(tmp_path: Path) -> None:
    corpus = random_corpus(2, 3)
    sync(corpus, tmp_path / "index", embedder=WordEmbedder(), also=["A sentence of its own."])
    embedder = WordEmbedder()
    PassageIndex.open(tmp_path / "index", embedder).embed(["A sentence of its own."])
    assert embedder.embedded == []


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    sync(
        random_corpus(50, 6),
        tmp_path / "index",
        embedder=WordEmbedder(),
        progress=lambda work, done, total: seen.append((work, done, total)),
    )
    assert [entry for entry in seen if entry[0] == "embedding"] == [
        ("embedding", 128, 300),
        ("embedding", 256, 300),
        ("embedding", 300, 300),
    ]
    assert seen[-1] == ("storing", 300, 300)


class TestRefusals:
    def test_an_empty_corpus(self, tmp_path: Path) -> None:
        corpus = random_corpus(2, 3)
        index = fresh(corpus, tmp_path / "index")
        before = contents(index)["ids"]
        with pytest.raises(IndexProblem, match="holds no document that can be read"):
            sync(Corpus(), index, embedder=WordEmbedder())
        assert contents(index)["ids"] == before

    def test_losing_more_than_half(self, tmp_path: Path) -> None:
        corpus = random_corpus(10, 3)
        few = Corpus(corpus.documents[:4], corpus.passages[:12])
        index = fresh(corpus, tmp_path / "index")
        with pytest.raises(IndexProblem, match=r"delete 18 of the 30 passages .* --force"):
            sync(few, index, embedder=WordEmbedder())
        assert len(contents(index)["ids"]) == 30
        assert sync(few, index, embedder=WordEmbedder(), force=True).passages == 12

    def test_an_empty_corpus_by_force(self, tmp_path: Path) -> None:
        index = fresh(random_corpus(2, 3), tmp_path / "index")
        assert sync(Corpus(), index, embedder=WordEmbedder(), force=True).passages == 0
        assert PassageIndex.open(index, WordEmbedder()).search("laser") == []

    def test_new_cutting_rules_lose_nothing(self, tmp_path: Path) -> None:
        texts = {f"d{number}": [f"Laser {number}.", f"Peel {number}."] for number in range(15)}
        index = fresh(corpus_of(texts), tmp_path / "index")
        moved = {id: [f"Now: {paragraph}" for paragraph in paragraphs] for id, paragraphs in texts.items()}
        assert sync(corpus_of(moved), index, embedder=WordEmbedder()).added == 30

    def test_a_second_writer_in_another_process(self, tmp_path: Path) -> None:
        index = fresh(random_corpus(2, 3), tmp_path / "index")
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD_LOCK, str(Places(index).lock)], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with pytest.raises(IndexProblem, match="Another process is writing to the index in"):
                sync(random_corpus(3, 3), index, embedder=WordEmbedder())
            assert len(PassageIndex.open(index, WordEmbedder()).search("laser")) == 6  # readers go on
        finally:
            holder.communicate(b"\n")
        assert sync(random_corpus(3, 3), index, embedder=WordEmbedder()).added == 3

    def test_a_second_writer_in_another_thread(self, tmp_path: Path) -> None:
        problems: list[IndexProblem] = []

        def second(step: str) -> None:
            if step == "before switch" and not problems:
                thread = threading.Thread(target=attempt)
                thread.start()
                thread.join()

        def attempt() -> None:
            try:
                sync(random_corpus(1, 2), tmp_path / "index", embedder=WordEmbedder())
            except IndexProblem as problem:
                problems.append(problem)

        sync(random_corpus(2, 3), tmp_path / "index", embedder=WordEmbedder(), checkpoint=second)
        assert len(problems) == 1


HOLD_LOCK = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1], timeout=0):
    print("held", flush=True)
    sys.stdin.readline()
"""


class TestModels:
    def test_another_model_rebuilds_with_a_sentence(self, tmp_path: Path) -> None:
        corpus = random_corpus(4, 6)
        index = fresh(corpus, tmp_path / "index")
        report = sync(corpus, index, embedder=WordEmbedder("other@1", 16))
        assert report.embedded == 24
        assert any("words@1" in notice and "other@1" in notice for notice in report.notices)
        assert PassageIndex.open(index, WordEmbedder("other@1", 16)).search("laser")

    def test_a_reader_with_another_model_is_refused(self, tmp_path: Path) -> None:
        index = fresh(random_corpus(2, 3), tmp_path / "index")
        with pytest.raises(IndexProblem, match="was built with the model words@1, not with other@1"):
            PassageIndex.open(index, WordEmbedder("other@1"))

    def test_a_store_in_another_space_is_built_again(self, tmp_path: Path) -> None:
        import chromadb

        corpus = random_corpus(2, 3)
        index = fresh(corpus, tmp_path / "index")
        shutil.rmtree(index / "chroma")
        client = chromadb.PersistentClient(str(index / "chroma"))
        client.create_collection("passages", embedding_function=None)  # l2, no model
        client.close()
        report = sync(corpus, index, embedder=WordEmbedder())
        assert report.embedded == 0
        assert_same_index(index, fresh(corpus, tmp_path / "fresh"), QUERIES)

    def test_the_collection_says_what_built_it(self, tmp_path: Path) -> None:
        index = fresh(random_corpus(2, 3), tmp_path / "index")
        store = Store(index / "chroma", "words@1", 32)
        assert store._collection.metadata == {"model_id": "words@1", "dimension": 32}
        store.close()
        assert (index / "chroma").stat().st_mode & 0o077 == 0


@pytest.mark.slow
class TestDamage:
    """Whatever is broken is found by the next sync and made again, and nothing is embedded for it."""

    @pytest.fixture(scope="class")
    def built(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return fresh(random_corpus(60, 20), tmp_path_factory.mktemp("built"))  # beyond Chroma's sync_threshold of 1,000

    @pytest.fixture
    def index(self, built: Path, tmp_path: Path) -> Path:
        return Path(shutil.copytree(built, tmp_path / "index"))

    def healed(self, index: Path, built: Path) -> None:
        embedder = WordEmbedder()
        sync(random_corpus(60, 20), index, embedder=embedder)
        assert embedder.embedded == []
        assert_same_index(index, built, QUERIES)
        again = sync(random_corpus(60, 20), index, embedder=embedder)
        assert (again.added, again.deleted, again.notices) == (0, 0, ())

    def test_store_removed(self, index: Path, built: Path) -> None:
        shutil.rmtree(index / "chroma")
        self.healed(index, built)

    def test_store_database_truncated(self, index: Path, built: Path) -> None:
        database = index / "chroma" / "chroma.sqlite3"
        database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
        self.healed(index, built)

    def test_store_database_emptied(self, index: Path, built: Path) -> None:
        (index / "chroma" / "chroma.sqlite3").write_bytes(b"")
        self.healed(index, built)

    def test_graph_removed(self, index: Path, built: Path) -> None:
        for segment in (path for path in (index / "chroma").iterdir() if path.is_dir()):
            shutil.rmtree(segment)
        self.healed(index, built)

    @pytest.mark.parametrize("name", ["data_level0.bin", "header.bin", "index_metadata.pickle", "link_lists.bin"])
    def test_graph_file_truncated(self, index: Path, built: Path, name: str) -> None:
        (file,) = (index / "chroma").glob(f"*/{name}")
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        self.healed(index, built)

    def test_catalog_damaged(self, index: Path, built: Path) -> None:
        (catalog,) = index.glob("generations/*/catalog.sqlite")
        content = bytearray(catalog.read_bytes())
        content[len(content) // 2] ^= 0xFF  # the size stays
        catalog.write_bytes(content)
        self.healed(index, built)

    def test_vectors_truncated(self, index: Path, built: Path) -> None:
        (vectors,) = index.glob("generations/*/vectors.npy")
        vectors.write_bytes(vectors.read_bytes()[:1000])
        with pytest.raises(IndexProblem, match="is damaged: sync it again"):
            PassageIndex.open(index, WordEmbedder())
        self.healed(index, built)

    def test_pointer_damaged(self, index: Path, built: Path) -> None:
        (index / "current.json").write_text('{"generation"')
        with pytest.raises(IndexProblem, match="is damaged"):
            PassageIndex.open(index, WordEmbedder())
        self.healed(index, built)

    def test_cache_truncated(self, index: Path) -> None:
        cache = index / "embeddings.sqlite"
        cache.write_bytes(cache.read_bytes()[: cache.stat().st_size // 2])
        shutil.rmtree(index / "chroma")
        report = sync(random_corpus(60, 20), index, embedder=WordEmbedder())
        assert report.embedded > 0
        np.testing.assert_equal(len(contents(index)["stored"]), 1200)

    def test_record_of_files_is_by_size(self, index: Path) -> None:
        places = Places(index)
        assert upkeep.as_written(places.store, places.store_record)
        sizes = json.loads(places.store_record.read_text())
        assert "chroma.sqlite3" in sizes
