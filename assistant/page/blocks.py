"""The Gradio page: one component that carries questions to the desk and growing answers back.

gr.Chatbot is not used: it reads every message's raw markup out as a label, redraws the whole message
at each step (which takes the focus from a citation), and echoes turns that the browser may have forged.
Here the browser keeps the conversation, and the server sends only the turn that is being answered.
"""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path

import gradio as gr

from assistant.page.desk import Desk
from assistant.page.history import history_of, text_of
from assistant.page.passage import passage_view
from assistant.page.render import view_of
from assistant.page.shell import shell_html, title_of
from assistant.settings import Settings
from assistant.types import Turn

ASSETS = Path(__file__).parent
AT_ONCE = 4  # questions answered side by side; the others wait their turn
LONGEST_QUESTION = 20_000  # characters read at all: what exceeds the desk's limit may still be a cry for help
WAITING = 64  # beyond this a question is refused at once rather than kept waiting
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
SCRIPTS = ("passage.js", "page.js")
STYLES = ("page.css", "passage.css")
# Queue full, connection lost: the script then asks `unqueued`, which tells an emergency from a question that can wait.
_TELL_FAILURE = "() => { window.dispatchEvent(new Event('ask-failed')); }"
_START = """
startPage({
    element, server, watch,
    answer: () => props.value,
    ask: (asked) => trigger('ask', asked),
    halt: () => trigger('halt'),
});
"""


def asset(name: str) -> str:
    """The address of a file beside this module; it changes with the content, so no browser keeps an old one."""
    version = sha256((ASSETS / name).read_bytes()).hexdigest()[:12]
    return f"page/{name}?v={version}"


def theme() -> gr.themes.Base:
    """Gradio's plainest theme with the system's fonts: nothing is fetched from anywhere."""
    return gr.themes.Base(font=_FONTS, font_mono=["ui-monospace", "monospace"])


def head() -> str:
    return "".join(f'<link rel="stylesheet" href="{asset(name)}">' for name in STYLES)


def build(
    settings: Settings, desk: Desk, at_once: int = AT_ONCE, waiting: int = WAITING, worded_by: str = ""
) -> gr.Blocks:
    """The page as Gradio blocks; constructed once, serves everybody.

    `worded_by`: what people are told of the chat model that words the answers; "" where there is none.
    """
    threads = ThreadPoolExecutor(at_once, "answer")  # of our own: a slow chat model keeps nobody else's thread

    def passage(wanted: object) -> dict[str, str]:
        return passage_view(wanted, desk.document)

    def unqueued(asked: object) -> dict[str, object]:
        return busy_view(asked, desk)

    async def ask(event: gr.EventData) -> AsyncIterator[dict[str, object]]:
        async for view in answer_views(event._data, desk, threads):
            yield view

    blocks = gr.Blocks(title=title_of(settings), analytics_enabled=False, fill_width=True)
    with blocks:
        conversation = gr.HTML(  # no subclass: Gradio would write a .pyi file beside this one
            {},  # the turn being answered, see `view_of`
            html_template="${shell}",  # never `${value}`: the page's script alone draws the answers
            shell=shell_html(settings, worded_by),
            js_on_load=_START,
            head="".join(f'<script src="{asset(name)}"></script>' for name in SCRIPTS),
            apply_default_css=False,
            server_functions=[passage, unqueued],
        )
        asked = conversation.ask(
            ask,
            None,
            [conversation],
            show_progress="hidden",
            trigger_mode="multiple",
            concurrency_limit=at_once,
            api_visibility="private",
        )
        asked.failure(None, None, None, js=_TELL_FAILURE, api_visibility="private")
        conversation.halt(None, None, None, cancels=[asked], api_visibility="private")
    blocks.queue(max_size=waiting, default_concurrency_limit=at_once, api_open=False)
    return blocks


async def answer_views(asked: object, desk: Desk, threads: Executor) -> AsyncIterator[dict[str, object]]:
    """The growing answer to what a browser sent; the last view says that it is done.

    Gradio cancels it where somebody stops it, also while a thread waits for a chat model; that is stopped with it.
    """
    turn, question, history = _read(asked)
    answers = desk.stream(question, history)
    following = partial(asyncio.get_running_loop().run_in_executor, threads, next, answers, None)
    answer = None
    try:
        while following_answer := await following():
            answer = following_answer
            yield view_of(answer, turn=turn, done=False)
        if answer:
            yield view_of(answer, turn=turn, done=True)
    finally:
        answers.close()


def busy_view(asked: object, desk: Desk) -> dict[str, object]:
    """The reply where the queue refused a question."""
    turn, question, history = _read(asked)
    return view_of(desk.busy(question, history), turn=turn, done=True)


def _read(asked: object) -> tuple[int, str, tuple[Turn, ...]]:
    """Turn number, question and history of what a browser sent, whatever that is."""
    fields = asked if isinstance(asked, dict) else {}
    turn = fields.get("turn")
    question = text_of(fields.get("question"))[:LONGEST_QUESTION].strip()
    return turn if isinstance(turn, int) else 0, question, history_of(fields.get("history"))
