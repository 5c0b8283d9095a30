"""The assistant with a chat model beside it: the engine decides and finds, the model words what it found.

Nothing that the model writes is shown before it is verified; whatever goes wrong ends in the engine's own answer.
"""

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from threading import BoundedSemaphore

from assistant.chat.growing import Growing, Stop
from assistant.chat.masking import Mask
from assistant.chat.prompts import version
from assistant.chat.writer import Tally, Writer
from assistant.engine import Assistant
from assistant.frames import as_quoted, frame
from assistant.glossary import explanations
from assistant.types import Answer, Claim, Notice, Quote, Status, Turn, Writing
from assistant.verify import says_only
from corpus.sentences import sentence_spans

_SHOWN, _BESIDE = 6, 2  # passages at most that the model is given; of them, such as the engine does not quote
_WORDED = (Status.ANSWERED, Status.PARTIAL)
# Answers that quote evidence. Verdicts on who may do what, disagreements and refusals keep the engine's words.
_REASONS = ("evidence", "part-not-covered")
_UNANSWERED = (Status.ABSTAINED, Status.DECLINED)
_SETTLED = ("red-flag", "rules", "small-talk", "personal-advice")  # not for a model to read anew
_AFTER = ("glossary", "language")  # notices that belong to the lines before them
_log = logging.getLogger(__name__)


class ChatAssistant:
    """Like `Assistant`, with sentences by a chat model where they hold. Safe to share by threads."""

    def __init__(self, engine: Assistant, writer: Writer, at_once: int = 8) -> None:
        """`at_once`: questions for which the model is asked side by side; one more gets the engine's answer."""
        self._engine = engine
        self._writer = writer
        self._places = BoundedSemaphore(at_once)

    @property
    def model(self) -> str:
        """The configured name, "provider:model"."""
        return self._writer.model.name

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The whole answer: the last item of `stream`."""
        *_, last = self.stream(question, history)
        return last

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Growing:
        """The answer as it grows, sentence by verified sentence; the last item is whole. Closing ends the request."""
        stop = Stop()
        return Growing(self._answers(question, history, stop), stop)

    def _answers(self, question: str, history: Sequence[Turn], stop: Stop) -> Generator[Answer]:
        tally = Tally(stop=stop)
        *growing, plain = self._engine.stream(question, history)
        follows = any(turn.role == "user" for turn in history) and plain.reason not in _SETTLED
        if not follows and not _wants_wording(plain):
            yield from growing
            yield plain
        elif self._places.acquire(blocking=False):
            try:
                yield from self._asked(growing, plain, history if follows else (), tally)
            finally:
                self._places.release()
        else:
            tally.failure = "busy"
            yield from growing
            yield self._finished(plain, tally)

    def _asked(
        self, growing: Sequence[Answer], plain: Answer, history: Sequence[Turn], tally: Tally
    ) -> Iterator[Answer]:
        """The engine's answer in the model's words; where there is a history, to the question as the model reads it."""
        mask = Mask()
        if history:
            understood = self._understood(plain, history, mask, tally)
            growing, plain = ([], understood) if understood is not plain else (growing, plain)
        if tally.failure or not _wants_wording(plain):
            yield from growing
            yield self._finished(plain, tally) if tally.tokens_in or tally.failure else plain
            return
        yield from self._worded(plain, history, mask, tally)

    def _understood(self, plain: Answer, history: Sequence[Turn], mask: Mask, tally: Tally) -> Answer:
        """The answer to the question as the model makes it stand alone, where the engine alone has none."""
        alone = self._writer.condensed(plain.question, history, mask, tally)
        spoken = "\n".join([plain.question, *(turn.text for turn in history)])
        if not alone or alone.casefold() == plain.question.casefold() or not says_only(alone, spoken):
            return plain
        other = replace(self._engine.ask(alone), question=plain.question)
        if other.reason in _SETTLED or other.status in _UNANSWERED:
            return plain
        return other if plain.status in _UNANSWERED else plain

    def _worded(self, plain: Answer, history: Sequence[Turn], mask: Mask, tally: Tally) -> Iterator[Answer]:
        said = "\n".join([plain.question, *(turn.text for turn in history if turn.role == "user")])
        opening = _opening(plain)
        main = plain.lines[len(opening)]  # the engine's first prose: what answers comes first
        lists = [other for other in plain.claims if _is_list(other)]
        claims: list[Claim] = []
        waiting: list[Claim] = []  # until a sentence rests on the same as the main line
        for claim in self._writer.claims(plain.question, _evidence(plain), said, plain.language, mask, tally):
            if _rests_on(claim, lists) or not _rests_on(claim, plain.claims):
                # Which passages answer is decided in code: a true sentence from elsewhere may miss the question.
                tally.leave_out("beside")
            elif not claims and isinstance(main, Claim) and not _rests_on(claim, [main]):
                waiting.append(claim)
            else:
                claims += [claim, *waiting]
                waiting = []
                yield replace(plain, lines=(*opening, *claims))
        if not claims and waiting:
            opening, claims = (*opening, main), waiting
        if not claims:
            tally.failure = tally.failure or "beside"
            yield self._finished(plain, tally)
            return
        lines = (*opening, *claims, *_left(plain, claims, len(opening)))
        shown = [line for line in lines if isinstance(line, Claim)]
        closing = [line for line in plain.notices if line.kind == "language"]
        worded = Notice("model", frame("worded", plain.language, model=self.model))
        lines = (*lines, *explanations(shown, plain.language), *closing, worded)
        yield self._finished(replace(plain, lines=lines), tally)

    def _finished(self, answer: Answer, tally: Tally) -> Answer:
        """The answer with what the model did, which the operator's log gets too, without a word of what was said."""
        writing = Writing(
            model=self.model,
            prompts=version(),
            written=tally.written,
            dropped=tuple(tally.dropped),
            failure=tally.failure,
            tokens_in=tally.tokens_in,
            tokens_out=tally.tokens_out,
            first=tally.first,
        )
        level = logging.WARNING if tally.failure not in ("", "stopped") else logging.INFO
        _log.log(
            level,
            "%s: %d sentences, %d dropped (%s), failure: %s, %d tokens in, %d out, %.1f s",
            self.model, tally.written, len(tally.dropped), ", ".join(sorted(set(tally.dropped))) or "none",
            tally.failure or "none", tally.tokens_in, tally.tokens_out, tally.seconds,
        )  # fmt: skip
        failed = tally.failure and answer.claims and not any(line.kind == "model" for line in answer.notices)
        notice = (Notice("model", frame("not_worded", answer.language)),) if failed else ()
        return replace(answer, lines=(*answer.lines, *notice), writing=writing, seconds=tally.seconds)


def _wants_wording(plain: Answer) -> bool:
    """Whether the engine's answer quotes prose that a sentence could stand for."""
    fits = plain.status in _WORDED and plain.reason in _REASONS
    return fits and any(not _is_list(claim) for claim in plain.claims)


def _is_list(claim: Claim) -> bool:
    """A list or the steps of something, which come whole and in the source's words."""
    return "\n" in claim.text


def _evidence(plain: Answer) -> list[Quote]:
    """Passages in order of value: those that the engine quotes, then the next best that search found."""
    documents = {quote.document.id: quote.document for claim in plain.claims for quote in claim.quotes}
    cited = list(dict.fromkeys(quote.passage for claim in plain.claims for quote in claim.quotes))
    beside = [hit.passage for hit in plain.hits if hit.passage.document_id in documents and hit.passage not in cited]
    return [
        Quote(documents[passage.document_id], passage, passage.start, passage.end)
        for passage in [*cited, *beside[:_BESIDE]][:_SHOWN]
    ]


def _opening(plain: Answer) -> tuple[Claim | Notice, ...]:
    """What comes before the first prose: what is urgent, what is general, a list that answers."""
    first = next(at for at, line in enumerate(plain.lines) if isinstance(line, Claim) and not _is_list(line))
    return plain.lines[:first]


def _left(plain: Answer, claims: Sequence[Claim], opening: int) -> list[Claim | Notice]:
    """The engine's lines that the model's sentences do not stand for: lists, what rests on other quotes, and the
    parts of the question that are not covered."""
    left: list[Claim | Notice] = []
    for line in plain.lines[opening:]:
        if isinstance(line, Notice):
            left += [line] if line.kind not in _AFTER else []
        else:
            left += [line] if _is_list(line) else _unsaid(line, claims, plain.language)
    return left


def _unsaid(line: Claim, claims: Sequence[Claim], language: str) -> list[Claim]:
    """A quoting line without what the model's sentences rest on: where they leave out a caveat, it stays as quoted."""
    if not any(_met(quote, claims) for quote in line.quotes):
        return [line]
    quote = line.quotes[0]
    if line.text != as_quoted([quote], language):  # a label and its row, a lead-in and its item: whole or not at all
        return [] if all(_met(quote, claims) for quote in line.quotes) else [line]
    rest: list[Quote] = []
    for start, end in sentence_spans(quote.text):
        sentence = replace(quote, start=quote.start + start, end=quote.start + end)
        if _met(sentence, claims):
            continue
        if rest and not quote.document.text[rest[-1].end : sentence.start].strip():
            sentence = replace(sentence, start=rest.pop().start)
        rest.append(sentence)
    return [Claim(as_quoted(rest, language), tuple(rest))] if rest else []


def _rests_on(claim: Claim, others: Sequence[Claim]) -> bool:
    return any(_met(quote, others) for quote in claim.quotes)


def _met(quote: Quote, claims: Sequence[Claim]) -> bool:
    """Whether one of the claims quotes words that this quote has too."""
    return any(
        other.document.id == quote.document.id and other.start < quote.end and quote.start < other.end
        for claim in claims
        for other in claim.quotes
    )
