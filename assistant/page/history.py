"""What a browser says was said before. Knows nothing of answers: it trusts nobody and keeps little."""

import re
from collections.abc import Mapping

from assistant.types import Turn

MAX_TURNS = 20
MAX_TURN_CHARACTERS = 4_000
_MARKERS = re.compile(r"[ \t]*(?:\[\d{1,3}\])+")


def text_of(content: object) -> str:
    """The words of a turn whose content is a string, or a list of parts such as `{"type": "text", "text": ...}`."""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return text_of(content.get("text", ""))
    if isinstance(content, list):
        return "\n".join(filter(None, map(text_of, content)))
    return ""


def history_of(turns: object) -> tuple[Turn, ...]:
    """The last turns of a claimed conversation, oldest first.

    A browser can send anything: other roles than user and assistant are dropped, long turns are cut.
    Citation markers go from the assistant's turns, because they number an earlier answer's quotes.
    """
    if not isinstance(turns, list):
        return ()
    history = filter(None, map(_turn_of, turns[-MAX_TURNS:]))
    return tuple(history)


def _turn_of(claimed: object) -> Turn | None:
    if not isinstance(claimed, Mapping):
        return None
    text = text_of(claimed.get("content"))[:MAX_TURN_CHARACTERS].strip()
    if not text:
        return None
    if claimed.get("role") == "user":
        return Turn("user", text)
    if claimed.get("role") == "assistant":
        return Turn("assistant", _MARKERS.sub("", text))
    return None
