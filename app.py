"""Serves the page: settings -> index -> assistant -> page. Puts the parts together and does nothing else."""

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from assistant import settings
from assistant.answering import AT_ONCE as WORDED_AT_ONCE
from assistant.answering import answering, opened_model, told
from assistant.settings import Settings, SettingsProblem

if TYPE_CHECKING:
    from assistant.chat.model import ChatModel
    from assistant.page.desk import Desk
    from assistant.page.front import Front
    from assistant.page.service import Service
    from corpus.types import Corpus

EXAMPLES = """\
settings in the environment:
  CONTACT          how to reach a person, shown on the page: "call 555-0100" (default: the clinic that treats you)
  CLINIC_NAME      a name for the page's heading
  DOCUMENTS_DIR, INDEX_DIR, HOST, PORT, EMBEDDING_MODEL
  CHAT_MODEL       a language model that words the answers: "ollama:llama3.2" (default: none, answers are quotes);
                   with it CHAT_BASE_URL, CHAT_API_KEY, CHAT_SECONDS, CHAT_TOKENS: docs/chat-models.md

examples:
  python app.py
  python app.py --port 8000 --documents ~/policies --index ~/policies-index
  CONTACT="call 555-0100" CLINIC_NAME="Lakeside Skin" python app.py
  CHAT_MODEL=ollama:llama3.2 python app.py
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; 2 after one sentence on stderr where that is impossible."""
    try:
        chosen = _chosen(arguments)
        model = opened_model(chosen)
    except SettingsProblem as problem:
        return _refuse(str(problem))
    _log_warnings_only()
    try:
        return _serve(chosen, model)
    except KeyboardInterrupt:
        return 0
    finally:
        if model:
            model.close()


def _log_warnings_only() -> None:
    """Nothing below a warning, also from libraries that set their own loggers to say more."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", handlers=[handler])


def _chosen(arguments: Sequence[str] | None) -> Settings:
    settings.refuse_dangerous(os.environ)
    return _with_options(settings.read(os.environ), arguments)


def _with_options(read: Settings, arguments: Sequence[str] | None) -> Settings:
    parser = argparse.ArgumentParser(
        description="Serve the question page over a folder of documents.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default=read.host, help=f"the address to serve on (now {read.host})")
    parser.add_argument("--port", default=str(read.port), help=f"the port to serve on (now {read.port})")
    parser.add_argument("--documents", type=Path, default=read.documents, metavar="DIR", help="the source files")
    parser.add_argument("--index", type=Path, default=read.index, metavar="DIR", help="where the index is kept")
    options = parser.parse_args(arguments)
    port = settings.port_number(options.port, "--port")
    return replace(read, host=options.host, port=port, documents=options.documents, index=options.index)


def _serve(chosen: Settings, model: "ChatModel | None") -> int:
    from assistant.page.listener import listen, shown_address

    try:
        listener = listen(chosen.host, chosen.port)
    except OSError as error:
        return _refuse(f"{chosen.host}:{chosen.port} cannot be served ({error.strerror}); choose another with --port.")
    print(f"Starting. The page will be at {shown_address(chosen.host, chosen.port)} (Ctrl-C ends it).", flush=True)
    from assistant.page.desk import Desk
    from assistant.page.front import Front
    from assistant.page.reception import AT_ONCE, Reception
    from assistant.page.server import application
    from assistant.page.service import Service
    from assistant.page.shell import title_of

    desk, front = Desk(), Front(title_of(chosen))
    # However slow the model, there is always room for questions that it does not word, and for emergencies.
    reception = Reception(desk, AT_ONCE + (WORDED_AT_ONCE if model else 0))
    service = Service(application(desk, front, reception), model.close if model else lambda: None)
    prepare = partial(_prepare, chosen, model, desk, front, service)
    Thread(target=prepare, daemon=True, name="preparation").start()
    service.serve_on(listener)
    return 1  # an interrupt raises: only a page that could not be built ends the service


def _prepare(chosen: Settings, model: "ChatModel | None", desk: "Desk", front: "Front", service: "Service") -> None:
    """What takes seconds, in one thread: it is mostly imports, which Python runs one at a time, and they share much."""
    gc.disable()  # what is loaded now stays: to look for what could go would find nothing, and take a tenth longer
    try:
        from assistant.page.blocks import build

        front.open(build(chosen, worded_by=told(model, machine="the machine that serves this page")))
    except Exception:
        logging.getLogger(__name__).exception("the page could not be built")
        service.stop()
        return
    finally:
        gc.freeze()  # nor is it looked through later, while people wait for answers
        gc.enable()
    _open(chosen, model, desk)
    gc.freeze()


def _open(chosen: Settings, model: "ChatModel | None", desk: "Desk") -> None:
    """Bring the index up to date and open the desk; what goes wrong is said on the page and here."""
    from corpus import SourceProblem
    from index.documents import documents_for
    from index.errors import IndexProblem

    try:
        desk.report("Reading the documents.", 0.05)
        corpus = documents_for(chosen.index, chosen.documents)
        for problem in corpus.problems:
            _tell(problem.sentence)
        _sync(chosen, corpus, desk)
        _open_desk(chosen, model, desk)
    except (SourceProblem, IndexProblem) as problem:
        _tell(_sentence(problem))
        desk.fail("The operator sees the reason in the terminal.")
    except Exception:
        logging.getLogger(__name__).exception("the documents could not be prepared")
        desk.fail("The operator sees the reason in the terminal.")


def _sync(chosen: Settings, corpus: "Corpus", desk: "Desk") -> None:
    from assistant.opening import judged_texts
    from index.errors import IndexProblem
    from index.progress import ProgressBar
    from index.sync import sync

    bar = ProgressBar()

    def tell(sentence: str) -> None:
        _tell(sentence)
        desk.report("Getting ready for the first time. This can take a minute.", 0.1)

    def progress(work: str, done: int, total: int) -> None:
        bar(work, done, total)
        desk.report(f"Reading the documents: {done} of {total} passages.", 0.1 + 0.8 * done / max(total, 1))

    desk.report("Reading the documents.", 0.1, documents=len(corpus.documents))
    try:
        also, model = judged_texts(corpus), chosen.embedding_model or None
        sync(corpus, chosen.index, model=model, also=also, tell=tell, progress=progress)
    except IndexProblem as problem:
        # Another process may be writing, or the disk full: an index made earlier still answers, or says why not.
        _tell(_sentence(problem))
    finally:
        bar.close()


def _open_desk(chosen: Settings, model: "ChatModel | None", desk: "Desk") -> None:
    from assistant.engine import Assistant
    from assistant.page.shell import examples
    from index.passages import PassageIndex

    index = PassageIndex.open(chosen.index, model=chosen.embedding_model or None)
    engine = Assistant(index)
    for example in examples():  # what is loaded and compiled when it is first needed: nobody's question waits for that
        engine.ask(example)
    desk.open(answering(engine, model), index.document, len(index.documents))
    _tell(" ".join([f"Ready: {len(index.documents)} documents.", told(model)]).strip())


def _sentence(problem: Exception) -> str:
    words = str(problem)
    return words[:1].upper() + words[1:].rstrip(".") + "."


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _refuse(sentence: str) -> int:
    _tell(sentence)
    return 2


if __name__ == "__main__":
    sys.exit(main())
