"""The Gradio page: the frame around the conversation. What is asked and answered goes past Gradio.

gr.Chatbot is not used: it reads every message's raw markup out as a label, redraws the whole message
at each step (which takes the focus from a citation), and echoes turns that the browser may have forged.
Nor is Gradio's queue, which a hundred chats at once would wait in for seconds: the page's script asks the server
itself (server.py). Here the browser keeps the conversation, and the server sends only the turn that is being answered.
"""

import gradio as gr
from fastapi import FastAPI

from assistant.page.assets import ICON, SCRIPTS, STYLES, asset
from assistant.page.shell import shell_html, title_of
from assistant.settings import Settings

_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]


def theme() -> gr.themes.Base:
    """Gradio's plainest theme with the system's fonts: nothing is fetched from anywhere."""
    return gr.themes.Base(font=_FONTS, font_mono=["ui-monospace", "monospace"])


def head() -> str:
    return "".join(f'<link rel="stylesheet" href="{asset(name)}">' for name in STYLES)


def build(settings: Settings, worded_by: str = "") -> FastAPI:
    """The page as an ASGI application; constructed once, serves everybody.

    `worded_by`: what people are told of the chat model that words the answers; "" where there is none.
    """
    blocks = gr.Blocks(title=title_of(settings), analytics_enabled=False, fill_width=True)
    with blocks:
        gr.HTML(  # no subclass: Gradio would write a .pyi file beside this one
            html_template="${shell}",  # never `${value}`: the page's script alone draws the answers
            shell=shell_html(settings, worded_by),
            js_on_load="startPage(element);",
            head="".join(f'<script src="{asset(name)}"></script>' for name in SCRIPTS),
            apply_default_css=False,
        )
    page = FastAPI(openapi_url=None)  # no description of the interface for strangers
    gr.mount_gradio_app(
        page,
        blocks,
        path="/",
        theme=theme(),
        head=head(),
        favicon_path=str(ICON),
        # Each of these has a default, or an environment variable, that opens more than the page needs.
        footer_links=[],
        run_history=False,
        show_error=False,
        allowed_paths=[],
        max_file_size="1b",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
    )
    return page
