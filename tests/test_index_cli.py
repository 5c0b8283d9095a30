"""`python -m index` as a user meets it: in a process, by its output and exit code."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from corpus import load
from index.sync import sync
from tests.index_helpers import WordEmbedder, json_lines, write_sources

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    "lasers.txt": "Lasers\n\nA laser treats scars with light. A nurse may use it.\n\nA physician plans it.\n",
    "peels.md": "# Peels\n\nA peel takes off old skin.\n\n- Redness lasts a week.\n- Sun is to be avoided.\n",
}


def run(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if name not in ("DOCUMENTS_DIR", "INDEX_DIR")}
    variables |= {"PYTHONPATH": str(ROOT)} | environment
    command = [sys.executable, "-m", "index", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)


def assert_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    write_sources(tmp_path / "documents", SOURCES)
    return tmp_path / "documents"


@pytest.mark.parametrize("arguments", [(), ("sync",), ("search",), ("show",)])
def test_help(arguments: tuple[str, ...]) -> None:
    done = run(*arguments, "--help")
    assert done.returncode == 0
    assert "usage: python -m index" in done.stdout


class TestShow:
    def test_prints_exactly_the_text(self, documents: Path) -> None:
        done = run("show", "lasers", "--documents", documents)
        (text,) = (document.text for document in load(documents).documents if document.id == "lasers")
        assert (done.stdout, done.stderr, done.returncode) == (text, "", 0)

    def test_lists_documents(self, documents: Path) -> None:
        lines = run("show", cwd=documents.parent, DOCUMENTS_DIR="documents").stdout.splitlines()
        assert [line.split("\t")[0] for line in lines] == ["lasers", "peels"]
        assert all("passages" in line for line in lines)

    def test_passages_and_facts(self, documents: Path) -> None:
        assert "[0:" in run("show", "peels", "--passages", "--documents", documents).stdout or "peel takes off" in (
            run("show", "peels", "--passages", "--documents", documents).stdout
        )
        assert "date: undated" in run("show", "peels", "--about", "--documents", documents).stdout

    def test_unknown_document(self, documents: Path) -> None:
        assert_one_sentence(run("show", "nothing", "--documents", documents), "'nothing'")

    def test_a_bad_file_is_named_and_the_others_are_shown(self, documents: Path) -> None:
        (documents / "broken.txt").write_bytes(b"\x00\x01")
        done = run("show", "--documents", documents)
        assert done.returncode == 0
        assert len(done.stdout.splitlines()) == 2
        assert done.stderr.startswith("broken.txt was left out")

    def test_a_closed_pipe_is_no_error(self, documents: Path) -> None:
        write_sources(documents, {"long.txt": "A long line about lasers. " * 20_000})
        command = f"{sys.executable} -m index show long --documents {documents} | head -c 10"
        done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("A long lin", "")


class TestBadInput:
    def test_no_documents_folder(self, tmp_path: Path) -> None:
        done = run("sync", "--documents", tmp_path / "nowhere", "--index", tmp_path / "index")
        assert_one_sentence(done, "nowhere")

    def test_empty_documents_folder(self, tmp_path: Path) -> None:
        (tmp_path / "documents").mkdir()
        done = run("sync", "--documents", tmp_path / "documents", "--index", tmp_path / "index")
        assert_one_sentence(done, "no document", "--force")

    def test_no_index(self, tmp_path: Path) -> None:
        assert_one_sentence(run("search", "laser", "--index", tmp_path / "index"), "no index", "python -m index sync")

    def test_the_index_is_a_file(self, documents: Path, tmp_path: Path) -> None:
        (tmp_path / "index").write_text("")
        assert_one_sentence(run("sync", "--documents", documents, "--index", tmp_path / "index"), "index")

    @pytest.mark.parametrize("k", ["0", "-3", "many"])
    def test_k(self, k: str) -> None:
        done = run("search", "laser", f"-k={k}")
        assert done.returncode == 2
        assert "is not a number of passages" in done.stderr

    def test_another_model_than_the_index(self, documents: Path, tmp_path: Path) -> None:
        sync(load(documents), tmp_path / "index", embedder=WordEmbedder())
        done = run("search", "laser", "--index", tmp_path / "index", "--model", "some/model")
        assert_one_sentence(done, "words@1", "some/model")

    @pytest.mark.slow
    def test_a_model_that_is_nowhere(self, documents: Path, tmp_path: Path) -> None:
        done = run(
            "sync", "--documents", documents, "--index", tmp_path / "index", "--model", "no/model", HF_HUB_OFFLINE="1"
        )
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert "The model no/model could not be loaded" in done.stderr.splitlines()[-1]


@pytest.mark.slow
class TestWithTheModel:
    """One index for all: the model is exported once."""

    @pytest.fixture(scope="class")
    def built(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        folder = tmp_path_factory.mktemp("cli")
        write_sources(folder / "documents", SOURCES)
        done = run("sync", cwd=folder, DOCUMENTS_DIR="documents", INDEX_DIR="index")
        assert done.returncode == 0
        assert done.stdout.startswith("2 documents, ")
        return folder

    def test_sync_again(self, built: Path) -> None:
        done = run("sync", "--documents", built / "documents", "--index", built / "index")
        assert ": 0 embedded, 0 added, 0 deleted." in done.stdout
        assert done.stderr == ""

    def test_sync_shows_progress_when_asked(self, built: Path, tmp_path: Path) -> None:
        write_sources(tmp_path / "documents", SOURCES | {"new.txt": "Needles are thin. They leave no mark."})
        done = run("sync", "--documents", tmp_path / "documents", "--index", built / "index", "--progress")
        assert "embedding: 100%" in done.stderr
        assert ": 1 embedded" in done.stdout

    def test_search(self, built: Path) -> None:
        done = run("search", "who may use a laser?", "--index", built / "index", "-k", "2")
        assert done.stdout.startswith("1. lasers [")
        assert done.stderr == ""

    def test_search_as_json(self, built: Path) -> None:
        rows = json_lines(run("search", "redness", "--index", built / "index", "--json").stdout)
        assert rows[0]["document"] == "peels"
        assert rows[0].keys() == {"rank", "document", "start", "end", "score", "dense", "lexical", "text"}
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))

    def test_search_imports_nothing_heavy(self, built: Path) -> None:
        code = (
            "import json, sys; from index.__main__ import main\n"
            "assert main(['search', 'laser', '--index', sys.argv[1]]) == 0\n"
            "print(json.dumps(sorted(name for name in sys.modules if '.' not in name)))"
        )
        command = [sys.executable, "-c", code, str(built / "index")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        loaded = set(json.loads(done.stdout.splitlines()[-1]))
        assert "onnxruntime" in loaded
        assert not loaded & {"torch", "transformers", "sentence_transformers", "chromadb", "bm25s", "langchain_core"}

    def test_stopped_by_the_keyboard(self, tmp_path: Path) -> None:
        write_sources(
            tmp_path / "documents", {"long.txt": "\n\n".join(f"Item {n} of lasers. " * 20 for n in range(300))}
        )
        command = [sys.executable, "-m", "index", "sync", "--progress"]
        command += ["--documents", str(tmp_path / "documents"), "--index", str(tmp_path / "index")]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stderr is not None
        begun = child.stderr.readline()  # "Preparing the embedding model": torch is being imported after it
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
        assert begun.startswith("Preparing")
        assert child.returncode == 130
        assert "Traceback" not in errors
        assert errors.splitlines()[-1].startswith("Stopped.")
