"""`python -m assistant ask|chat|batch`: reads the command line. Knows no question and no answer."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assistant import settings
from assistant.settings import Settings, SettingsProblem
from assistant.terminal.reading import TerminalProblem

DESCRIPTION = """\
Ask a folder of documents. Every statement of an answer rests on quotes from them; what they do not say is not guessed.
General information, not medical or legal advice. Not for emergencies: call 911.
"""
EXAMPLES = """\
examples:
  python -m assistant ask "Can an aesthetician do laser resurfacing in California?"
  python -m assistant ask "And in Florida?" --history earlier.json --json
  echo "Who should perform Botox?" | python -m assistant ask -
  python -m assistant chat
  python -m assistant batch questions.jsonl answers.jsonl
  python -m assistant ask "Who may use a laser?" --documents ~/policies --index ~/policies-index

The index is brought up to date first where the documents have changed. Settings in the environment: DOCUMENTS_DIR,
INDEX_DIR, EMBEDDING_MODEL, CONTACT (how to reach a person), NO_COLOR; and CHAT_MODEL, a language model that words the
answers ("ollama:llama3.2"; unset: they are quotes), with CHAT_BASE_URL, CHAT_API_KEY, CHAT_SECONDS and CHAT_TOKENS:
docs/chat-models.md.
Exit status: 0; 1 where a line of a batch could not be answered; 2 where the command could not be carried out.
"""
HISTORY = """\
the conversation so far: a JSON list of {"role": "user" or "assistant", "content": "..."}, oldest first
"""
BATCH = """\
Answer a file of questions, one JSON object on each line, in order.
In:  {"id", "question", "history": [{"role", "content"}]}    (history may be left out)
Out: {"id", "status", "reason", "answer", "confidence", "citations": [...], "hits": [...], "seconds", "writing"}
     ("writing": what the chat model did, null where none was asked)
A line that cannot be answered is reported by its number; the others are answered all the same.
"""

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Run one command; 2 after one sentence on stderr where that is impossible."""
    _speak_utf8()
    try:
        options = _parser(settings.read(environment)).parse_args(arguments)
        command: Command = options.command
        status = command(options)
        sys.stdout.flush()
    except (TerminalProblem, SettingsProblem) as problem:
        print(problem, file=sys.stderr)
        return 2
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _failed(error)
    return status


def _failed(error: Exception) -> int:
    from assistant.terminal.session import say, what_went_wrong

    say(what_went_wrong(error))
    if sys.flags.dev_mode:
        raise error
    return 2


def _speak_utf8() -> None:
    """JSON is UTF-8 whatever the locale; what a screen cannot show becomes an escape, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")


def _parser(defaults: Settings) -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--documents", type=Path, metavar="DIR", default=defaults.documents, help=f"the sources ({defaults.documents})"
    )
    shared.add_argument(
        "--index", type=Path, metavar="DIR", default=defaults.index, help=f"where the index is kept ({defaults.index})"
    )
    shared.add_argument(
        "--model", metavar="NAME", default=defaults.embedding_model or None,
        help="a sentence-transformers model, by name or folder (the one that built the index)",
    )  # fmt: skip
    shared.set_defaults(contact=defaults.contact, settings=defaults)
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m assistant", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=raw
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_ask(commands.add_parser("ask", parents=[shared], help="answer one question"))
    chat = commands.add_parser("chat", parents=[shared], help="a conversation; nothing of it is stored")
    chat.description = (
        "A conversation, kept in memory only. /new begins another, /sources shows the quotes, /quit ends."
    )
    chat.set_defaults(command=_chat)
    _add_batch(commands.add_parser("batch", parents=[shared], help="answer a file of questions", formatter_class=raw))
    return parser


def _add_ask(parser: argparse.ArgumentParser) -> None:
    parser.description = "Answer one question, with the quotes the answer rests on."
    parser.add_argument("question", nargs="+", metavar="QUESTION", help="the question; - reads it from stdin")
    parser.add_argument("--json", action="store_true", help="one JSON object, as in a batch")
    parser.add_argument("--history", type=Path, metavar="FILE", help=HISTORY)
    parser.set_defaults(command=_ask)


def _add_batch(parser: argparse.ArgumentParser) -> None:
    parser.description = BATCH
    parser.add_argument("input", metavar="IN.jsonl", help="the questions; - for stdin")
    parser.add_argument("output", metavar="OUT.jsonl", help="where the answers go, written over; - for stdout")
    parser.set_defaults(command=_batch)


def _ask(options: argparse.Namespace) -> int:
    from assistant.terminal.ask import ask

    return ask(options)


def _chat(options: argparse.Namespace) -> int:
    from assistant.terminal.chat import chat

    return chat(options)


def _batch(options: argparse.Namespace) -> int:
    from assistant.terminal.batch import batch

    return batch(options)
