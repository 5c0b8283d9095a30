"""The chat model's two jobs: a follow-up made to stand alone, and verified claims from evidence. Decides nothing."""

import logging
import re
import time
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from unicodedata import category

from assistant.chat import meaning, strings
from assistant.chat.budget import Budget
from assistant.chat.claims import ClaimLines, Written
from assistant.chat.failures import ModelFailure
from assistant.chat.growing import Stop
from assistant.chat.masking import Mask
from assistant.chat.model import ChatModel
from assistant.chat.prompts import MAX_LINES, Evidence, claims_messages, condense_messages, standalone
from assistant.chat.quoted import comparable, locate
from assistant.frames import as_quoted, frame, source_name
from assistant.triage import language as language_of
from assistant.types import Claim, Quote, Turn
from assistant.verify import holds
from corpus.sentences import sentence_spans
from corpus.units import units

# Tags, links, images, code, footnotes, entities and addresses: a sentence needs none of them.
_MARKUP = re.compile(
    r"(?i:<[a-z!/?]|\]\s*[(\[:]|!\[|`|\[\d|://|\bwww\.|\b(?:javascript|data|mailto|tel|file):\S|&#?\w+;)|\w\.[a-z]{2,}"
)
_MARKS = str.maketrans("“”„‟«»", '""""""')
_SINGLE = re.compile(r"(?<!\w)['‘]([^'‘’]*\s[^'‘’]*)['’](?!\w)")
_WORD = re.compile(r"\w+")
_MOST_WORDS = 60  # of a sentence; the longest of the project's documents has 42
_MOST_TIMES = 5  # that one word may make up a third of them
# "Say that ...", "reply only ...": what is to be said is no statement of the source.
_SAYING = re.compile(
    r"(?i:(?:^|[.;:,!?“\"(]|\b(?:and|please|always|never|now on|must|should|not|to|y|por favor))\s*"
    r"\b(say|reply|respond|answer|state|claim|write|tell|print|repeat|output|include|insert|add|append|put|end|pretend"
    r"|di|diga|decir|responde|responda|contesta|conteste|escribe|escriba|repite|repita)\b)"
)
_CONDENSING = 0.3  # share of the seconds that a follow-up may take to be condensed
_LONGEST = 400  # characters of a condensed question
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tally:
    """What became of one question's sentences. Holds no text."""

    written: int = 0
    dropped: list[str] = field(default_factory=list)  # the first defect of each sentence left out
    failure: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    first: float | None = None  # seconds to the first verified sentence
    started: float = field(default_factory=time.perf_counter)
    stop: Stop = field(default_factory=Stop)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def leave_out(self, reason: str) -> None:
        """Count the last sentence that held as not shown."""
        self.written -= 1
        self.dropped.append(reason)


class Writer:
    """Asks one chat model. Safe to share by threads."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model

    def condensed(self, question: str, history: Sequence[Turn], mask: Mask, tally: Tally) -> str:
        """The question as it stands alone; empty where the model fails, which the tally then says."""
        budget = self._share(_CONDENSING)
        masked = mask.mask(question)
        turns = [turn if turn.role == "assistant" else Turn("user", mask.mask(turn.text)) for turn in history]
        # Earlier answers may repeat what the user said, put back for the screen.
        turns = [turn if turn.role == "user" else Turn("assistant", mask.cover(turn.text)) for turn in turns]
        try:
            messages = condense_messages(masked, turns, budget.tokens_in)
            with tally.stop.watch(partial(self.model.stream, messages, budget)) as reply:
                try:
                    text = "".join(reply)
                finally:
                    self._count(reply.usage.tokens_in, reply.usage.tokens_out, reply.usage.estimated, tally)
        except ModelFailure as failure:
            tally.failure = failure.kind
            return ""
        found = mask.restore(standalone(text))
        return found if len(found) <= _LONGEST else ""

    def claims(
        self, question: str, shown: Sequence[Quote], said: str, language: str, mask: Mask, tally: Tally
    ) -> Iterator[Claim]:
        """Claims that hold, each as soon as it is whole. `shown`: passages in order of value, numbered from 1; `said`:
        all that the user said. A failure ends the claims and stands in the tally; nothing is raised."""
        evidence = [Evidence(number, source_name(quote), quote.text) for number, quote in enumerate(shown, start=1)]
        budget = self._share(1 - _CONDENSING if tally.tokens_in else 1.0)
        lines = ClaimLines()
        seen: set[str] = set()
        try:
            messages, kept = claims_messages(mask.mask(question), evidence, language, budget.tokens_in)
            with tally.stop.watch(partial(self.model.stream, messages, budget)) as reply:
                try:
                    for piece in reply:
                        for written in lines.feed(piece):
                            claim = self._checked(written, shown[: len(kept)], said, language, mask, tally, seen)
                            if claim:
                                seen.add(comparable(written.text))
                                yield claim
                            if tally.written == MAX_LINES:  # as many as were asked for: what follows is not paid for
                                return
                    lines.end()
                finally:
                    self._count(reply.usage.tokens_in, reply.usage.tokens_out, reply.usage.estimated, tally)
        except ModelFailure as failure:
            tally.failure = failure.kind
        if not tally.written and not tally.failure:
            kinds = set(tally.dropped)
            alike = kinds.pop() if len(kinds) == 1 else ""
            tally.failure = alike if alike in ("language", "beside") else "unverified" if tally.dropped else "nothing"

    def _checked(
        self,
        written: Written,
        shown: Sequence[Quote],
        said: str,
        language: str,
        mask: Mask,
        tally: Tally,
        seen: Container[str],
    ) -> Claim | None:
        claim = None
        try:
            found, claim = self._judged(written, shown, said, language, mask, seen)
        except Exception as error:  # a sentence that a check trips over is dropped like any other
            _log.error("a check of the model's sentences failed: %s", type(error).__name__)
            found = ("unchecked",)
        if found or claim is None:
            tally.dropped.append(found[0] if found else "invented-quote")
            return None
        tally.written += 1
        if tally.first is None:
            tally.first = tally.seconds
        return claim

    def _judged(
        self, written: Written, shown: Sequence[Quote], said: str, language: str, mask: Mask, seen: Container[str]
    ) -> tuple[tuple[str, ...], Claim | None]:
        """The defects of a sentence, and the claim where there are none."""
        found = _form(written, shown, seen) or strings.defects(written, shown, mask.mask(said))
        if not found and language_of(written.text, [frame("not_covered", language)]) != language:
            found = ("language",)
        if found or not 1 <= written.passage <= len(shown):
            return found or ("wrong-passage",), None
        source = shown[written.passage - 1]
        if _is_commanded(written, source):
            return ("instruction",), None
        if repeated := _repeated(written, source):
            return (), Claim(as_quoted([repeated], language), (repeated,))
        claim = _claim(mask.restore(written.text), written.quotes, source, language)
        found = meaning.support(written.text, written.quotes, source, shown).defects
        # One that holds must not carry another in with it, as the share of words that are supported would let it.
        several = [written.text[start:end] for start, end in sentence_spans(written.text)]
        if not found and len(several) > 1:
            each = (meaning.support(text, written.quotes, source, shown).defects for text in several)
            found = ("unsupported",) if any("unsupported" in defects for defects in each) else ()
        if not found and not (claim and holds(claim, said)):
            found = ("unsupported",)
        return found, claim

    def _share(self, share: float) -> Budget:
        whole = self.model.budget
        seconds = {clock: getattr(whole, clock) * share for clock in ("first", "between", "whole")}
        return replace(whole, **seconds)

    def _count(self, tokens_in: int, tokens_out: int, estimated: bool, tally: Tally) -> None:
        tally.tokens_in += tokens_in
        tally.tokens_out += tokens_out
        tally.estimated = tally.estimated or estimated


def _form(written: Written, shown: Sequence[Quote], seen: Container[str]) -> tuple[str, ...]:
    """What is wrong with a sentence by its looks: signs that a page or a terminal could take for more than text, words
    or a whole sentence over and over, a length far from short, quotation marks around words that no quote has."""
    if _MARKUP.search(written.text) or any(category(sign).startswith("C") for sign in written.text):
        return ("markup",)
    words = _WORD.findall(written.text.casefold())
    most = max(Counter(words).values(), default=0)
    if comparable(written.text) in seen or (most > _MOST_TIMES and most > len(words) / 3):
        return ("repeated",)
    if len(words) > _MOST_WORDS:
        return ("long",)
    return ("invented-quote",) if _misquotes(written, shown) else ()


def _misquotes(written: Written, shown: Sequence[Quote]) -> bool:
    """Whether something between quotation marks of any kind is no piece of the quotes, or a mark is left open."""
    parts = written.text.translate(_MARKS).split('"')
    quoted = [*parts[1::2], *_SINGLE.findall(written.text)]
    titles = {quote.document.title for quote in shown}
    ground = "\n".join(map(comparable, (*written.quotes, *titles)))
    pieces = (re.escape(comparable(piece)) for part in quoted for piece in re.split(r"…|\.{3}", part))
    return len(parts) % 2 == 0 or not all(re.search(rf"(?<!\w){piece}(?!\w)", ground) for piece in pieces)


def _is_commanded(written: Written, source: Quote) -> bool:
    """Whether a quote's sentence tells somebody to say something, and the sentence tells it as if it were said."""
    text = source.text
    spans = [span for quote in written.quotes if (span := locate(quote, source))]
    around = [
        text[start:end]
        for start, end in sentence_spans(text)
        if any(source.start + start < span.end and span.start < source.start + end for span in spans)
    ]
    verbs = {verb.casefold() for sentence in around for verb in _SAYING.findall(sentence)}
    return not verbs <= set(_WORD.findall(written.text.casefold()))


def _repeated(written: Written, source: Quote) -> Quote | None:
    """The sentence of the passage that the model's is, word for word: it is shown as the quote that it is."""
    for unit in units(source.passage):
        if unit.kind in ("sentence", "answer"):
            text = source.document.text[unit.span.start : unit.span.end]
            for start, end in sentence_spans(text):
                if comparable(text[start:end]) == comparable(written.text):
                    return replace(source, start=unit.span.start + start, end=unit.span.start + end)
    return None


def _claim(text: str, quotes: Sequence[str], source: Quote, language: str) -> Claim | None:
    """The sentence with who says it, resting on the spans of the document that its quotes are."""
    spans = [locate(quote, source) for quote in quotes]
    if not spans or None in spans:
        return None
    found = [replace(source, start=span.start, end=_with_stop(span.end, source)) for span in spans if span]
    piece = locate(text, source)
    for quote in found:
        if piece and quote.start <= piece.start and piece.end <= quote.end:  # the source's words are shown as such
            exact = replace(source, start=piece.start, end=min(_with_stop(piece.end, source), quote.end))
            return Claim(as_quoted([exact], language), (quote,))
    shown = frame("written", language, text=text.strip(), source=source_name(found[0], language))
    return Claim(shown, tuple(dict.fromkeys(found)))


def _with_stop(end: int, source: Quote) -> int:
    """Past the full stop that ends the quote's sentence, which the comparison of quotes leaves out."""
    return end + 1 if end < source.passage.end and source.document.text[end] in ".!?" else end
