"""One question, one answer. Knows nothing of how it is found."""

import argparse
import json
import os
import sys

from assistant.answering import opened_model, told
from assistant.record import record_of
from assistant.settings import SettingsProblem
from assistant.terminal.reading import TerminalProblem, history_from, question_from
from assistant.terminal.session import Session, warn
from assistant.terminal.show import Look, clean, shown


def ask(options: argparse.Namespace) -> int:
    """Print the answer, for people or as JSON. Raises TerminalProblem and IndexProblem."""
    question = question_from(" ".join(options.question), sys.stdin.buffer)
    try:
        history = history_from(options.history) if options.history else ()
        session = session_of(options)
    except (TerminalProblem, SettingsProblem):
        warn(question)
        raise
    with session:
        answer = session.ask(question, history)
    if options.json:
        print(json.dumps(record_of(answer), ensure_ascii=False))
    else:
        print(shown(answer, session.look, session.contact, told(session.model, answer.language)))
    return 0


def session_of(options: argparse.Namespace) -> Session:
    """The session that a command line describes. Raises SettingsProblem."""
    model = opened_model(options.settings)
    look = Look.of(sys.stdout, os.environ)
    session = Session.over(options.documents, options.index, options.model, look, clean(options.contact))
    return session.worded_by(model) if model else session
