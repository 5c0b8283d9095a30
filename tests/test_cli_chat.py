"""A conversation in the terminal."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.terminal.cli import main
from assistant.types import Turn
from tests.terminal_helpers import KAPLAN, ROOT, ScriptedAssistant, interruptible, run, typed


def talk(monkeypatch: pytest.MonkeyPatch, *lines: str) -> int:
    typed(monkeypatch, "".join(f"{line}\n" for line in lines))
    return main(["chat"], {})


def test_the_history_is_kept_and_new_forgets_it(
    monkeypatch: pytest.MonkeyPatch, scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert talk(monkeypatch, "Who?", "", "  And why? ", "/new", "Where?", "/quit", "Never?") == 0
    (first, none), (second, history), (third, forgotten) = scripted.asked
    assert (first, second, third) == ("Who?", "And why?", "Where?")
    assert none == forgotten == ()
    assert history[0] == Turn("user", "Who?")
    assert history[1].role == "assistant"
    assert KAPLAN in history[1].text
    assert "[1]" not in history[1].text
    assert "A new conversation." in capsys.readouterr().out


def test_answers_show_their_status_and_the_quotes_on_demand(
    monkeypatch: pytest.MonkeyPatch, scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    talk(monkeypatch, "/sources", "Who?", "/sources")
    out = capsys.readouterr().out
    assert out.index("There is nothing to show yet.") < out.index("Sources differ") < out.index("\nSources:\n[1] ")
    assert len(scripted.asked) == 1


def test_the_notice_stands_at_the_beginning_and_behind_help(
    monkeypatch: pytest.MonkeyPatch, scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    talk(monkeypatch, "/help")
    out = capsys.readouterr().out
    assert out.count("911") == 2
    assert out.count("/sources") == 2
    assert scripted.asked == []


def test_a_failure_does_not_end_the_conversation(
    monkeypatch: pytest.MonkeyPatch, scripted: ScriptedAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert talk(monkeypatch, "fail", "no index", "Who?") == 0
    said = capsys.readouterr()
    assert "LookupError in terminal_helpers.py, line " in said.err
    assert "There is no index in here." in said.err
    assert "secret" not in said.err
    assert "Sources differ" in said.out
    assert scripted.asked[2] == ("Who?", ())


def test_an_emergency_needs_no_index(tmp_path: Path) -> None:
    done = run(
        "chat",
        "--documents",
        str(tmp_path / "none"),
        "--index",
        str(tmp_path / "index"),
        stdin="my throat is swelling up\n",
    )
    assert done.returncode == 0
    assert "Emergency\n\nCall 911" in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize("key", [b"\x04", b"\x03"], ids=["Ctrl-D", "Ctrl-C"])
def test_both_keys_end_it_quietly(key: bytes) -> None:
    """On a real pseudo-terminal, where the prompt is shown and readline is at work."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "assistant", "chat"]
    chat = subprocess.Popen(
        command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=_controlling
    )
    os.close(theirs)
    shown = b""
    while b"> " not in shown:
        shown += os.read(ours, 4096)
    time.sleep(0.2)
    os.write(ours, key)
    assert chat.wait(timeout=30) == 0
    assert b"Traceback" not in shown + _rest(ours)


def _controlling() -> None:
    """Makes the pseudo-terminal the one whose keys interrupt."""
    import fcntl
    import termios

    interruptible()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _rest(terminal: int) -> bytes:
    read = b""
    try:
        while some := os.read(terminal, 4096):
            read += some
    except OSError:  # the other end is closed
        pass
    return read
