"""`python -m assistant ask`, help and errors."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from assistant.terminal.cli import main
from assistant.types import Turn
from tests.conftest import DOCUMENTS
from tests.terminal_helpers import KAPLAN, ROOT, ScriptedAssistant, run, typed

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--help"],
            ("examples:", "ask", "chat", "batch", "911", "DOCUMENTS_DIR", "CHAT_MODEL", "CHAT_TOKENS", "Exit status"),
        ),
        (["ask", "--help"], ("QUESTION", "--json", "--history", "--documents", "--index", "--model")),
        (["chat", "--help"], ("/new", "/sources", "/quit", "--documents")),
        (["batch", "--help"], ("IN.jsonl", "OUT.jsonl", '"confidence"', '"writing"', "--index")),
    ],
)
def test_help_helps(capsys: Captured, arguments: list[str], words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments, {})
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert [word for word in words if word not in shown] == []


def test_settings_are_the_defaults(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["ask", "--help"], {"DOCUMENTS_DIR": "/my/papers", "INDEX_DIR": "/my/index"})
    shown = capsys.readouterr().out
    assert "/my/papers" in shown
    assert "/my/index" in shown


def test_an_answer_for_people(scripted: ScriptedAssistant, capsys: Captured) -> None:
    assert main(["ask", "Who", "may?"], {"CONTACT": "call 555-0100"}) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Sources differ\n")
    assert KAPLAN in " ".join(shown.split())
    assert "call 555-0100." in shown
    assert scripted.asked == [("Who may?", ())]


def test_an_answer_as_json(scripted: ScriptedAssistant, capsys: Captured) -> None:
    assert main(["ask", "Who?", "--json"], {}) == 0
    record = json.loads(capsys.readouterr().out)
    assert list(record) == ["status", "reason", "answer", "confidence", "citations", "hits", "seconds", "writing"]
    assert record["citations"][0]["quote"] == KAPLAN
    assert record["writing"] is None
    assert len(scripted.asked) == 1


def test_a_question_on_stdin(scripted: ScriptedAssistant, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "\ufeffWho may\nuse it? ñ\n")
    assert main(["ask", "-"], {}) == 0
    assert scripted.asked == [("Who may\nuse it? ñ", ())]
    assert capsys.readouterr().err == ""


def test_a_history_from_a_file(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    file = tmp_path / "history.json"
    file.write_text('[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho [1]."}]')
    assert main(["ask", "And?", "--history", str(file)], {}) == 0
    assert scripted.asked == [("And?", (Turn("user", "Hi"), Turn("assistant", "Ho.")))]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read (No such file or directory)."),
        (b'[{"role": "user",\n "content": }]', ": It is not JSON at line 2, column 13 (Expecting value)."),
        (b"[", ": It is not JSON at column 2"),
        (b"\xff\xfe", "is not UTF-8 (byte 0)."),
        (b'{"role": "user"}', "The history is not a list"),
        (b'[{"role": "user", "content": "a"}, {"role": "user"}]', 'Turn 2 of the history has no "content"'),
        (b"[" * 100_000, "cannot be read"),
    ],
)
def test_a_bad_history_is_one_sentence_with_its_place(
    scripted: ScriptedAssistant, capsys: Captured, tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "history.json"
    if content is not None:
        file.write_bytes(content)
    assert main(["ask", "And?", "--history", str(file)], {}) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(str(file))
    assert words in said.err
    assert said.err.count("\n") == 1
    assert scripted.asked == []


@pytest.mark.parametrize(("question", "stdin"), [("", ""), ("  ", ""), ("-", " \n"), ("-", "")])
def test_an_empty_question_is_one_sentence(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, question: str, stdin: str
) -> None:
    typed(monkeypatch, stdin)
    assert main(["ask", question], {}) == 2
    assert capsys.readouterr().err == "The question is empty.\n"


def test_a_setting_that_cannot_be_used_is_one_sentence(capsys: Captured) -> None:
    assert main(["ask", "Who?"], {"PORT": "many"}) == 2
    assert capsys.readouterr().err == "PORT is 'many'; it must be a number from 1 to 65535.\n"


def test_a_fault_of_the_program_shows_no_trace_and_no_question(scripted: ScriptedAssistant, capsys: Captured) -> None:
    assert main(["ask", "fail"], {}) == 2
    error = capsys.readouterr().err
    assert "LookupError in terminal_helpers.py, line " in error
    assert "Traceback" not in error
    assert "secret" not in error
    assert error.count("\n") == 1
    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    "question", ["I can't breathe", "no puedo respirar después del relleno", "I want to kill myself"]
)
def test_an_emergency_is_answered_where_no_index_can_be_made(tmp_path: Path, question: str) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run("ask", question, "--documents", str(tmp_path / "none"), "--index", str(tmp_path / "file" / "index"))
    assert done.returncode == 0
    assert "911" in done.stdout or "988" in done.stdout
    assert done.stdout.split("\n\n")[0] in ("Emergency", "Emergencia")
    assert done.stderr == ""


def test_an_emergency_as_json_needs_no_index_either(tmp_path: Path) -> None:
    done = run(
        "ask", "I can't breathe", "--json", "--documents", str(tmp_path / "none"), "--index", str(tmp_path / "x")
    )
    record = json.loads(done.stdout)
    assert (record["status"], record["confidence"], record["hits"]) == ("emergency", None, [])
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("question", ["I have blisters and spreading redness after my laser", "I can't breathe"])
def test_an_alarming_question_is_never_met_with_an_error_alone(tmp_path: Path, question: str) -> None:
    history = ["--history", str(tmp_path / "none")] if "breathe" in question else []
    done = run("ask", question, "--documents", str(tmp_path / "none"), "--index", str(tmp_path / "x"), *history)
    assert done.returncode == 2
    first, *_, last = done.stderr.splitlines()
    assert ("911" if history else "today") in first
    assert str(tmp_path / "none") in last


def test_documents_that_are_not_there_are_one_sentence(tmp_path: Path) -> None:
    done = run("ask", "Who may use a laser?", "--documents", str(tmp_path / "none"), "--index", str(tmp_path / "x"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"There is no folder of documents at {tmp_path / 'none'}.\n"


def test_the_locale_changes_nothing(tmp_path: Path) -> None:
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"}
    done = run("ask", "no puedo respirar después", "--json", "--index", str(tmp_path / "x"), **environment)
    assert json.loads(done.stdout)["status"] == "emergency"
    assert "\\u" not in done.stdout


def test_a_reader_who_leaves_early_hears_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "assistant", "ask", "I can't breathe", "--index", str(tmp_path / "x")]
    asked = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert asked.stdout is not None
    assert asked.stderr is not None
    asked.stdout.close()
    assert asked.stderr.read() == b""
    assert asked.wait(timeout=60) == 0


# --- with the real index


def asking(
    folder: Path, *arguments: str, documents: Path = DOCUMENTS, **environment: str
) -> subprocess.CompletedProcess[str]:
    return run("ask", *arguments, "--documents", str(documents), "--index", str(folder), **environment)


OWNER = "can an aesthetician do laser resurfacing in California?"


@pytest.mark.slow
def test_the_owners_question(real_index: Path) -> None:
    done = asking(real_index, OWNER, COLUMNS="72")
    assert done.returncode == 0, done.stderr
    status, _, rest = done.stdout.partition("\n\n")
    assert status == "Sources differ"
    assert rest.startswith("No")
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 72
    flat = " ".join(done.stdout.split())
    for words in ("Sources:", "Harold J. Kaplan, MD", "undated", "doctor-answers-pixel-laser", KAPLAN, "call 911"):
        assert words in flat


@pytest.mark.slow
def test_asking_loads_no_page_no_framework_and_no_torch(real_index: Path) -> None:
    asking(real_index, OWNER)  # whatever had to be synced is
    command = [sys.executable, "-X", "importtime", "-m", "assistant", "ask", OWNER, "--index", str(real_index)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "assistant.engine" in loaded
    heavy = ("gradio", "torch", "langchain", "langchain_core", "chromadb", "transformers", "fastapi", "pydantic")
    heavy += ("assistant.chat.model", "langsmith", "openai", "anthropic", "ollama", "httpx")
    assert loaded.isdisjoint(heavy)


@pytest.mark.slow
def test_an_index_is_made_at_the_first_question_and_left_alone_at_the_second(tmp_path: Path, real_index: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    shutil.copytree(real_index / "models", folder / "models")  # exporting the model is what takes long
    (folder / "models").chmod(0o700)
    first, second = (asking(folder, OWNER) for _ in range(2))
    assert first.returncode == second.returncode == 0
    assert "embedding: 100%" in first.stderr
    assert second.stderr == ""
    assert first.stdout == second.stdout


@pytest.mark.slow
def test_changed_documents_are_synced_and_a_busy_index_is_asked_as_it_is(tmp_path: Path, real_index: Path) -> None:
    folder = shutil.copytree(real_index, tmp_path / "index")
    documents = shutil.copytree(DOCUMENTS, tmp_path / "documents")
    (documents / "parking.md").write_text("# Parking\n\nYou may park your car behind the blue house.\n")
    question = "Where may I park my car?"
    with FileLock(folder / "sync.lock"):
        busy = asking(folder, question, documents=documents)
    assert busy.returncode == 0
    assert "Another process is writing" in busy.stderr
    assert "blue house" not in busy.stdout
    after = asking(folder, question, documents=documents)
    assert "blue house" in after.stdout


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["locked", "model"])
def test_what_the_index_refuses_is_one_sentence(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    if kind == "locked":
        with FileLock(folder / "sync.lock"):
            done = asking(folder, OWNER)
        assert done.stderr.startswith("Another process is writing")
    else:
        done = asking(folder, OWNER, "--model", str(tmp_path / "no-model"), HF_HUB_OFFLINE="1")
        assert "no-model could not be loaded" in done.stderr.splitlines()[-1]
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
