"""The page around the conversation: heading, notices, examples, question box. Knows nothing of answers."""

import re
from html import escape
from pathlib import Path
from string import Template

import yaml

from assistant.page.desk import MAX_QUESTION_CHARACTERS
from assistant.settings import Settings

_HERE = Path(__file__).parent
SILENCE = 45  # seconds without a word after which the page says so
MARGIN = 15  # seconds more than a chat model may take
NO_CONTACT = "contact the clinic that treats you"
_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[a-zA-Z]{2,}")
_PHONE = re.compile(r"\+?\(?\d[\d\s().-]{6,}\d")


def title_of(settings: Settings) -> str:
    return f"{settings.clinic_name}: questions about treatments" if settings.clinic_name else "Medical spa questions"


def shell_html(settings: Settings, worded_by: str = "") -> str:
    """The page's fixed parts, every value escaped. `worded_by`: what people are told of a chat model."""
    template = Template((_HERE / "shell.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=escape(title_of(settings)),
        contact=contact_html(settings.contact),
        given="from" if worded_by else "quoted from",
        model=f'<p class="standing model">{escape(worded_by)}</p>' if worded_by else "",
        silence=max(SILENCE, round(settings.chat_seconds) + MARGIN),
        examples="".join(
            f"<li><button type='button' disabled>{escape(example)}</button></li>" for example in examples()
        ),
        limit=MAX_QUESTION_CHARACTERS,
        limit_shown=f"{MAX_QUESTION_CHARACTERS:,}",
    )


def examples() -> list[str]:
    """The questions that the page offers to begin with."""
    return [str(example) for example in yaml.safe_load((_HERE / "examples.yaml").read_text(encoding="utf-8"))]


def contact_html(contact: str) -> str:
    """How to reach a person; an address or a number in it becomes a link."""
    text = escape(contact or NO_CONTACT)
    if email := _EMAIL.search(text):
        return text.replace(email[0], f'<a href="mailto:{email[0]}">{email[0]}</a>')
    if phone := _PHONE.search(text):
        digits = re.sub(r"[^\d+]", "", phone[0])
        return text.replace(phone[0], f'<a href="tel:{digits}">{phone[0]}</a>')
    return text
