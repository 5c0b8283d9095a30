"""Answers as HTML. Everything is escaped here, on the server; knows nothing of how the browser lays it out."""

import re
from collections.abc import Mapping, Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from assistant.page.chips import chip_html
from assistant.types import Answer, Citation, Claim, Notice, Quote

_HEDGE = 20  # characters: a sentence of ours may hold a quote as short as “I believe”
_QUOTED = re.compile(r"(“[^”]+”|\"[^\"]+\")")
_NAMED = re.compile(r"<strong>([^<(]+?) (\([^<]+\))</strong>")  # a source's name, then what it is
_ATTRIBUTED = re.compile(r" (– [^–<]+ \([^()<]+\))</p>$")  # who says it, behind a sentence that a chat model worded
_FIRST_SENTENCE = re.compile(r"(.*?[.!](?=\s|$)|.*)\s*(.*)", re.DOTALL)
_HELP_NUMBERS = re.compile(r"\b(911|988)\b")


def _text_with_quotes(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    parts = _QUOTED.split(tokens[index].content)
    return "".join(f"<q>{escape(part)}</q>" if _QUOTED.fullmatch(part) else escape(part) for part in parts)


def _markdown() -> MarkdownIt:
    """Paragraphs, lists and emphasis; raw HTML, links and images stay plain text."""
    markdown = MarkdownIt("zero", {"html": False, "breaks": True}).enable(["list", "emphasis", "newline"])
    markdown.add_render_rule("text", _text_with_quotes)
    return markdown


_MARKDOWN = _markdown()


def view_of(answer: Answer, *, turn: int, done: bool) -> dict[str, object]:
    """What the browser needs to show `answer` (whole or still growing) as its turn number `turn`."""
    numbers = {citation.quote: citation.number for citation in answer.citations}
    return {
        "turn": turn,
        "done": done,
        "status": answer.status.value,
        "reason": answer.reason,
        "language": "es" if answer.language.startswith("es") else "en",
        "chip": chip_html(answer),
        "lines": [line_html(line, numbers) for line in answer.lines],
        "sources": sources_html(answer.citations) if done else "",
        "citations": {str(citation.number): _where(citation.quote) for citation in answer.citations},
        "text": answer.text,
    }


def _where(quote: Quote) -> dict[str, object]:
    return {
        "document": quote.document.id,
        "speaker": quote.passage.speaker,
        "start": quote.start,
        "quote": quote.text,
    }


def line_html(line: Claim | Notice, numbers: Mapping[Quote, int]) -> str:
    """One claim with its markers, or one notice."""
    if isinstance(line, Notice):
        return _notice_html(line)
    body = _NAMED.sub(r'<strong>\1</strong> <span class="aside">\2</span>', _MARKDOWN.render(line.text).rstrip())
    body = _ATTRIBUTED.sub(r' <span class="aside">\1</span></p>', body)
    body, elsewhere = _mark_quotes(body, sorted({numbers[quote]: quote for quote in line.quotes}.items()))
    end = max(body.rfind("</p>"), body.rfind("</li>"))  # inside the last paragraph or item, not on a line of its own
    look = "claim" if any(len(quoted) > _HEDGE for quoted in _QUOTED.findall(line.text)) else "claim headline"
    return f'<div class="{look}">{body[:end]}{_markers_html(elsewhere)}{body[end:]}</div>'


def _mark_quotes(body: str, cited: Sequence[tuple[int, Quote]]) -> tuple[str, list[tuple[int, Quote]]]:
    """Put a marker behind each quote whose words the claim repeats; return the others, for its end."""
    elsewhere = []
    for number, quote in cited:
        words = f"{escape(quote.text)}”</q>"
        if body.count(words) == 1:
            body = body.replace(words, words + _markers_html([(number, quote)]))
        else:
            elsewhere.append((number, quote))
    return body, elsewhere


def _markers_html(cited: Sequence[tuple[int, Quote]]) -> str:
    if not cited:
        return ""
    look = "markers markers-few" if len(cited) < 4 else "markers"
    return f' <span class="{look}">{"".join(marker_html(number, quote) for number, quote in cited)}</span>'


def _notice_html(notice: Notice) -> str:
    kind = re.sub(r"[^a-z-]", "", notice.kind.lower())
    body = _emergency_html(notice.text) if kind == "emergency" else _MARKDOWN.render(notice.text).rstrip()
    return f'<div class="notice notice-{kind}">{body}</div>'


def _emergency_html(text: str) -> str:
    """Whom to call in large letters, a link that dials it, then the rest."""
    first, rest = _FIRST_SENTENCE.fullmatch(text.strip()).groups()  # type: ignore[union-attr]  # matches any text
    numbers = dict.fromkeys(_HELP_NUMBERS.findall(text))
    links = "".join(f'<a class="call" href="tel:{number}">{number}</a>' for number in numbers)
    return f'<p class="first">{escape(first)}</p><p class="calls">{links}</p>{_MARKDOWN.render(rest).rstrip()}'


def marker_html(number: int, quote: Quote) -> str:
    """The button that opens the passage behind a claim."""
    label = escape(f"Source {number}: {source_of(quote)}. Show the passage.")
    return f'<button type="button" class="marker" data-number="{number}" aria-label="{label}">[{number}]</button>'


def source_of(quote: Quote) -> str:
    """Who says it, in a few words: the speaker where the document reports one, else the publisher."""
    document = quote.document
    return quote.passage.speaker or document.publisher or document.title


def sources_html(citations: Sequence[Citation]) -> str:
    """The cited sources below an answer, each as what it is; citations of one voice share a line."""
    voices: dict[tuple[str, str], list[Citation]] = {}
    for citation in citations:
        voices.setdefault((citation.quote.document.id, source_of(citation.quote)), []).append(citation)
    items = "".join(_source_item(group) for group in voices.values())
    return f'<h2>Sources</h2><ul class="source-list">{items}</ul>' if items else ""


def _source_item(citations: Sequence[Citation]) -> str:
    quote = citations[0].quote
    document = quote.document
    markers = "".join(marker_html(citation.number, citation.quote) for citation in citations)
    facts = " · ".join(escape(fact) for fact in (document.kind, document.date) if fact)
    return (
        f'<li><span class="source-markers">{markers}</span>'
        f'<span class="source-name">{escape(source_of(quote))}</span> '
        f'<span class="source-facts">{facts}</span></li>'
    )
