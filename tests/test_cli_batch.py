"""A file of questions."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.terminal.cli import main
from assistant.types import Turn
from tests.conftest import DOCUMENTS
from tests.terminal_helpers import ROOT, ScriptedAssistant, interruptible, run, typed

FIELDS = ["id", "status", "reason", "answer", "confidence", "citations", "hits", "seconds", "writing"]


def written(path: Path, *lines: object) -> Path:
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def asked(id: object, question: str, *turns: str) -> dict[str, Any]:
    roles = ("user", "assistant")
    history = [{"role": roles[position % 2], "content": turn} for position, turn in enumerate(turns)]
    return {"id": id, "question": question, "history": history}


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_answers_come_in_order_with_the_fields_agreed_on(tmp_path: Path, scripted: ScriptedAssistant) -> None:
    source = written(tmp_path / "in", asked("a", "One?"), asked(2, "Two?", "Hi", "Ho [1]."), asked("a", "Three? ñ"))
    assert main(["batch", str(source), str(tmp_path / "out")], {}) == 0
    answers = records((tmp_path / "out").read_text(encoding="utf-8"))
    assert [answer["id"] for answer in answers] == ["a", 2, "a"]
    assert all(list(answer) == FIELDS for answer in answers)
    assert [question for question, _ in scripted.asked] == ["One?", "Two?", "Three? ñ"]
    assert scripted.asked[1][1] == (Turn("user", "Hi"), Turn("assistant", "Ho."))
    assert "Three? ñ:" in (tmp_path / "out").read_text(encoding="utf-8")


def test_a_bad_line_is_named_and_the_rest_answered(
    tmp_path: Path, scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = ["{", {"id": "b"}, "", asked("c", "fail"), {"id": "d", "question": "Q?", "history": [1]}, '{"id": "\\ud800"}']
    source = written(tmp_path / "in", asked("a", "One?"), *bad, asked("z", "Last?"))
    with source.open("ab") as file:
        file.write(b'{"id": "y", "question": "\xff"}\n')
    assert main(["batch", str(source), str(tmp_path / "out")], {}) == 1
    assert [answer["id"] for answer in records((tmp_path / "out").read_text())] == ["a", "z"]
    said = [line.split("\r")[-1] for line in capsys.readouterr().err.splitlines()]
    reported = [line.strip().removeprefix(f"{source} line ") for line in said if f"{source} line " in line]
    assert [line.partition(":")[0] for line in reported] == ["2", "3", "5", "6", "7", "9"]
    assert "not JSON at column 2" in reported[0]
    assert "secret" not in "".join(reported)
    assert said[-1] == "6 of the lines could not be answered."
    assert len(scripted.asked) == 3


def test_an_id_may_hold_half_a_character(tmp_path: Path, scripted: ScriptedAssistant) -> None:
    source = written(tmp_path / "in", '{"id": "\\ud800", "question": "\\ud800 One?"}')
    assert main(["batch", str(source), str(tmp_path / "out")], {}) == 0
    assert json.loads((tmp_path / "out").read_text())["id"] == "\ud800"
    assert scripted.asked[0][0] == "? One?"


def test_stdin_and_stdout(
    monkeypatch: pytest.MonkeyPatch, scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, json.dumps(asked("a", "One?")) + "\nbad\n")
    assert main(["batch", "-", "-"], {}) == 1
    said = capsys.readouterr()
    assert [answer["id"] for answer in records(said.out)] == ["a"]
    assert "stdin line 2: " in said.err
    assert len(scripted.asked) == 1


def test_each_answer_is_there_as_soon_as_it_is_given(
    tmp_path: Path, scripted: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, found = tmp_path / "out", []
    stream = scripted.stream

    def watching(question: str, history: tuple[Turn, ...] = ()) -> Any:
        found.append(len(out.read_text().splitlines()))
        return stream(question, history)

    monkeypatch.setattr(scripted, "stream", watching)
    source = written(tmp_path / "in", *(asked(number, "Q?") for number in range(3)))
    main(["batch", str(source), str(out)], {})
    assert found == [0, 1, 2]


def test_progress_is_shown(tmp_path: Path, scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]) -> None:
    source = written(tmp_path / "in", *(asked(number, "Q?") for number in range(3)))
    main(["batch", str(source), str(tmp_path / "out")], {})
    assert "answering: 100%" in capsys.readouterr().err
    assert len(scripted.asked) == 3


@pytest.mark.parametrize(
    ("given", "output", "words"),
    [
        ("missing", "out", "missing cannot be read (No such file or directory)."),
        ("in", "no/out", "There is no folder "),
        ("in", "in", "would be written over"),
        ("in", ".", "cannot be written (Is a directory)."),
    ],
)
def test_what_cannot_work_is_one_sentence(
    tmp_path: Path, scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str], given: str, output: str, words: str
) -> None:
    written(tmp_path / "in", asked("a", "One?"))
    assert main(["batch", str(tmp_path / given), str(tmp_path / output)], {}) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert scripted.asked == []


def test_an_earlier_output_survives_where_no_index_can_be_made(tmp_path: Path) -> None:
    source = written(tmp_path / "in", asked("a", "One?"))
    (tmp_path / "out").write_text("kept")
    done = run(
        "batch",
        str(source),
        str(tmp_path / "out"),
        "--documents",
        str(tmp_path / "none"),
        "--index",
        str(tmp_path / "index"),
    )
    assert done.returncode == 2
    assert done.stderr == f"There is no folder of documents at {tmp_path / 'none'}.\n"
    assert (tmp_path / "out").read_text() == "kept"


QUESTIONS = [
    asked("who", "Can an aesthetician do laser resurfacing in California?"),
    asked("then", "What about Florida?", "Can an aesthetician do laser resurfacing in California?", "No [1]."),
    asked("list", "Who should not have skin resurfacing?"),
    asked("price", "How much does Botox cost?"),
    asked("alarm", "I had filler an hour ago and I can't see out of my right eye"),
    asked("rule", "Who should perform Botox?"),
    asked("hours", "When is Genesis MedSpa open?"),
]


@pytest.mark.slow
def test_a_real_batch(tmp_path: Path, real_index: Path) -> None:
    source = written(tmp_path / "in", *QUESTIONS)
    done = run("batch", str(source), str(tmp_path / "out"), "--documents", str(DOCUMENTS), "--index", str(real_index))
    assert done.returncode == 0, done.stderr
    answers = records((tmp_path / "out").read_text(encoding="utf-8"))
    assert [answer["id"] for answer in answers] == [question["id"] for question in QUESTIONS]
    by_id = {answer["id"]: answer for answer in answers}
    assert by_id["alarm"]["status"] == "emergency"
    assert by_id["alarm"]["hits"] == []
    for answer in answers:
        scores = [hit["score"] for hit in answer["hits"]]
        assert answer["id"] == "alarm" or len(scores) >= 10
        assert scores == sorted(scores, reverse=True)
    assert sum(bool(answer["citations"]) for answer in answers) >= 4
    _check_quotes(answers, real_index)


def _check_quotes(answers: list[dict[str, Any]], folder: Path) -> None:
    """Every quote stands at its offsets in what `python -m index show` prints."""
    cited = {citation["document"] for answer in answers for citation in answer["citations"]}
    show = [sys.executable, "-m", "index", "show", "--documents", str(DOCUMENTS), "--index", str(folder)]
    texts = {id: subprocess.check_output([*show, id], cwd=ROOT).decode() for id in cited}
    for answer in answers:
        for position, citation in enumerate(answer["citations"], start=1):
            assert citation["number"] == position
            assert f"[{position}]" in answer["answer"]
            assert citation["quote"]
            assert texts[citation["document"]][citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.slow
def test_an_interrupt_keeps_what_was_answered(tmp_path: Path, real_index: Path) -> None:
    source = written(tmp_path / "in", *QUESTIONS * 200)
    command = [sys.executable, "-m", "assistant", "batch", str(source), str(tmp_path / "out"), "--index"]
    batch = subprocess.Popen(
        [*command, str(real_index)], cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=interruptible
    )
    while not ((tmp_path / "out").exists() and (tmp_path / "out").read_text().count("\n") > 5):
        assert batch.poll() is None
        time.sleep(0.05)
    batch.send_signal(signal.SIGINT)
    said = batch.communicate(timeout=60)[1]
    assert batch.returncode == 130
    assert "Traceback" not in said
    assert [answer["id"] for answer in records((tmp_path / "out").read_text())][:2] == ["who", "then"]
