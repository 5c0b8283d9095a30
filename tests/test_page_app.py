"""`python app.py` as an operator meets it: help, refusals, the end."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_setting() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for name in ("--port", "--host", "--documents", "--index", "CONTACT", "CLINIC_NAME", "EMBEDDING_MODEL"):
        assert name in shown.stdout
    for name in ("CHAT_MODEL", "CHAT_BASE_URL", "CHAT_API_KEY", "CHAT_SECONDS", "CHAT_TOKENS", "docs/chat-models.md"):
        assert name in shown.stdout


def test_a_taken_port_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert ended.returncode == 2
    assert ended.stderr == f"127.0.0.1:{port} cannot be served (Address already in use); choose another with --port.\n"


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (["--port", "many"], {}, "--port is 'many'; it must be a number from 1 to 65535."),
        ([], {"PORT": "0"}, "PORT is '0'; it must be a number from 1 to 65535."),
        ([], {"GRADIO_SHARE": "True"}, "GRADIO_SHARE would publish more than this page"),
        ([], {"GRADIO_VIBE_MODE": "1", "GRADIO_ALLOWED_PATHS": "/"}, "GRADIO_ALLOWED_PATHS and GRADIO_VIBE_MODE would"),
        ([], {"CHAT_SECONDS": "soon"}, "CHAT_SECONDS is 'soon'; it must be a number from 1 to 600."),
        ([], {"CHAT_MODEL": "llama"}, "The chat model is 'llama'; it must be a provider and a model"),
        ([], {"CHAT_MODEL": "openai:x", "OPENAI_API_KEY": ""}, "The chat model openai:x needs a key: set CHAT_API_KEY"),
        (
            [],
            {"CHAT_MODEL": "ollama:x", "CHAT_BASE_URL": "box:1"},
            "The chat model's base URL is 'box:1'; it must begin",
        ),
        (["--host", "no.such.host.invalid"], {}, "no.such.host.invalid:7860 cannot be served"),
    ],
)
def test_a_refusal_is_one_sentence(arguments: list[str], environ: dict[str, str], sentence: str) -> None:
    ended = run(*arguments, **environ)
    assert ended.returncode == 2
    assert ended.stderr.startswith(sentence)
    assert ended.stderr.count("\n") == 1


def test_the_core_never_loads_the_page() -> None:
    code = "import sys, assistant.engine, assistant.types, assistant.settings; print('gradio' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == "False\n"


@pytest.mark.slow
def test_an_interrupt_ends_it_quietly(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = subprocess.Popen(
        [sys.executable, "app.py", "--port", port, "--index", str(tmp_path / "index")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    for line in server.stderr:
        if line.startswith("Ready"):
            break
    server.send_signal(signal.SIGINT)
    said, errors = server.communicate(timeout=30)
    assert server.returncode == 0
    assert "Traceback" not in said + errors
