"""A question and its history -> an answer with citations. The one path for page, terminal, API and tests.

Triage, then the guard, then understand, search, evidence, decide, compose, verify. Knows no page and no store.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from time import perf_counter

from assistant import decide
from assistant.alternatives import with_both_sides
from assistant.asked import KnownQuestions
from assistant.compose import lines_of
from assistant.decide import ANSWERS, MAY_HELP, choose, confidence_of, is_covered, is_off_topic
from assistant.evidence import Evidence, reranked
from assistant.frames import frame, listed
from assistant.glossary import explanations
from assistant.inventory import about_documents
from assistant.patterns import pattern
from assistant.personal import guard
from assistant.positions import without_bare_labels
from assistant.query import Query
from assistant.rulebook import ruled_or_others, rules_read
from assistant.snapshot import Index, Snapshot, document_of
from assistant.sources import SourceNames
from assistant.spelling import Spelling
from assistant.text import WORD, fold
from assistant.triage import language as language_of
from assistant.triage import triage
from assistant.types import Answer, Claim, Notice, Status, Turn
from assistant.understand import Reader
from assistant.verify import verified
from assistant.weighing import weigh, with_known_treatment
from corpus.types import BlockKind, Passage
from index.types import Hit

_FAR_OFF = 0.15  # a question this far from every passage is about something else, whatever words it shares
_BY_UNIT, _BY_UNIT_IN_TALK = 0.5, 0.2  # a follow-up's own words say less about where its answer stands
_LIKE_A_KNOWN_ONE = 0.72  # cosine to a known question from which a question is in the field
VOCABULARY_PASSAGES = 20_000  # passages whose words a misspelt one may be mended to
_POINTED = 0.9  # confidence where the question quotes the evidence, or names the list it wants
_ABOUT_ITSELF = 0.95  # confidence of what sidecars say

Line = Claim | Notice


@dataclass(frozen=True, slots=True)
class Draft:
    """The answer to one part of a question."""

    status: Status
    reason: str
    lines: tuple[Line, ...]
    confidence: float
    hits: tuple[Hit, ...] = ()


class Assistant:
    """Answers questions over an index. Safe to share by threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._read_for: int | None = None
        self._current: Reader
        self._known_for: int | None = None
        self._known: KnownQuestions

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """The whole answer: the last item of `stream`."""
        *_, last = self.stream(question, history)
        return last

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Answer]:
        """The answer as it grows, line by line; the last item is whole."""
        answer = self._answer(question, history, perf_counter())
        for count in range(1, len(answer.lines)):
            yield replace(answer, lines=answer.lines[:count])
        yield answer

    def _answer(self, question: str, history: Sequence[Turn], started: float) -> Answer:
        earlier = [turn.text for turn in history if turn.role == "user"]
        language = language_of(question, earlier)
        alarm = triage(question, history)
        if alarm and alarm.level != "urgent":
            notice = Notice("emergency", alarm.text)
            took = perf_counter() - started
            return Answer(question, Status.EMERGENCY, "red-flag", (notice,), seconds=took, language=language)
        guarded = guard(question, history)
        refusal = "rules" if guarded and guarded.kind == "rules" else ""
        if refusal or pattern("small_talk").search(fold(question)):
            key = refusal or "small_talk"
            line, took = Notice(key.replace("_", "-"), frame(key, language)), perf_counter() - started
            return Answer(question, Status.DECLINED, line.kind, (line,), seconds=took, language=language)
        if guarded and guarded.topic:
            draft = self._drafted(guarded.topic, (), language, enough=MAY_HELP)
        else:
            draft = self._drafted(question, history, language)
        urgent = (Notice("urgent", alarm.text),) if alarm else ()
        if guarded:
            draft = _personal(draft, question, language)
        declined = draft.status is Status.DECLINED
        return Answer(
            question=question,
            status=draft.status,
            reason=draft.reason,
            lines=(*urgent, *draft.lines, *_closing(draft, language)),
            confidence=None if declined else round(draft.confidence, 4),
            hits=draft.hits,
            seconds=perf_counter() - started,
            language=language,
        )

    def _drafted(self, question: str, history: Sequence[Turn], language: str, enough: float = ANSWERS) -> Draft:
        snapshot = self._index.snapshot
        reader = self._reader(snapshot)
        parts = reader.parts(reader.understand(question, history))
        drafts = [self._part(part, history, snapshot, language, enough) for part in parts]
        checked = [_checked(draft, question, history, language) for draft in drafts]
        return checked[0] if len(checked) == 1 else _joined(parts, checked, language)

    def _reader(self, snapshot: Snapshot) -> Reader:
        """Made once for each state of the index."""
        if self._read_for != snapshot.generation:
            vocabulary = {
                word for p in snapshot.passages[:VOCABULARY_PASSAGES] for word in WORD.findall(fold(p.searchable))
            }
            names = SourceNames(snapshot.documents)
            in_field, known = decide.in_field(snapshot.passages), bool(self._known_questions(snapshot))
            self._current = Reader(names, Spelling(vocabulary), in_field, plain=known)
            self._read_for = snapshot.generation
        return self._current

    def _known_questions(self, snapshot: Snapshot) -> KnownQuestions:
        """Made once for each state of the index."""
        if self._known_for != snapshot.generation:
            few = snapshot.count <= VOCABULARY_PASSAGES
            self._known = KnownQuestions(snapshot.documents if few else (), snapshot.embed)
            self._known_for = snapshot.generation
        return self._known

    def _part(self, query: Query, history: Sequence[Turn], snapshot: Snapshot, language: str, enough: float) -> Draft:
        if pattern("off_task").search(fold(query.question)):
            return _off_topic(language, self._reader(snapshot).in_field)
        if said := about_documents(query, snapshot.documents, lambda: rules_read(query, snapshot)):
            return Draft(*said, _ABOUT_ITSELF)
        hits, leans, evidence, features = weigh(query, history, snapshot, self._known_questions(snapshot))
        confidence = confidence_of(features, self._reader(snapshot).in_field)
        pointed = bool(evidence) and evidence[0].pointed
        confidence = max(confidence, _POINTED) if pointed else confidence
        hits = reranked(hits, evidence, share=_BY_UNIT_IN_TALK if leans else _BY_UNIT)
        query = with_known_treatment(query, evidence)
        if ruled := ruled_or_others(query, snapshot):
            status, reason, lines = ruled
            return Draft(status, reason, lines, max(confidence, 0.85), tuple(hits))
        uncovered = not is_covered(confidence, enough) or decide.leaves_place_out(query, evidence)
        near = leans or max(features.get("asked", 0.0), features.get("unanswered", 0.0)) >= _LIKE_A_KNOWN_ONE
        if not pointed and (uncovered or _is_elsewhere(query, not near and is_off_topic(query, hits, _FAR_OFF))):
            return _abstained(query, snapshot, hits, confidence, language, self._reader(snapshot).in_field, near)
        chosen = with_both_sides(query, choose(evidence), evidence)
        return _evident(query, chosen, confidence, hits, _sibling_steps(snapshot), language)


def _sibling_steps(snapshot: Snapshot) -> Callable[[Passage], list[Passage]]:
    """The steps of the section a step stands in, or of the one a sentence introduces, in the document's order."""

    def siblings(passage: Passage) -> list[Passage]:
        section = passage.headings[:-1] if passage.kind is BlockKind.STEP else passage.headings
        return [
            other
            for other in snapshot.passages
            if other.kind is BlockKind.STEP
            and other.document_id == passage.document_id
            and other.headings[:-1] == section
        ]

    return siblings


def _evident(
    query: Query,
    chosen: Sequence[Evidence],
    confidence: float,
    hits: Sequence[Hit],
    siblings: Callable[[Passage], list[Passage]],
    language: str,
) -> Draft:
    lines = lines_of(chosen, query.text, siblings, language)
    return Draft(Status.ANSWERED, "evidence", lines, confidence, tuple(hits))


def _abstained(
    query: Query, snapshot: Snapshot, hits: Sequence[Hit], confidence: float, language: str, in_field: bool, near: bool
) -> Draft:
    if not near and _is_elsewhere(query, is_off_topic(query, hits)):
        return replace(_off_topic(language, in_field), confidence=confidence, hits=tuple(hits))
    refusal = frame("not_covered", language)
    if query.sources:
        named = [ref.speaker or document_of(snapshot, ref.document_id).publisher for ref in query.sources]
        key = "source_silent_place" if query.places else "source_silent"
        where = listed([place.label for place in query.places], language)
        refusal = frame(key, language, holders=listed(named, language), place=where)
    elif query.places:
        refusal = frame("not_covered_place", language, place=listed([place.label for place in query.places], language))
    lines = (Notice("not-covered", refusal), Notice("next-step", frame("next_step", language)))
    return Draft(Status.ABSTAINED, "no-evidence", lines, confidence, tuple(hits))


def _is_elsewhere(query: Query, off_topic: bool) -> bool:
    """Whether a question is off the topic of the documents. One that asks what they say is not."""
    return off_topic and not pattern("about_sources").search(fold(query.question))


def _off_topic(language: str, in_field: bool) -> Draft:
    line = Notice("off-topic", frame("off_topic" if in_field else "off_topic_general", language))
    return Draft(Status.DECLINED, "off-topic", (line,), 0.02)


def _checked(draft: Draft, question: str, history: Sequence[Turn], language: str) -> Draft:
    """The draft with every claim verified; one that loses all its claims abstains."""
    lines = without_bare_labels(verified(draft.lines, question, history))
    if lines == draft.lines:
        return draft
    if any(isinstance(line, Claim) for line in lines):
        return Draft(draft.status, draft.reason, lines, draft.confidence, draft.hits)
    refusal = (Notice("not-covered", frame("not_covered", language)), Notice("next-step", frame("next_step", language)))
    return Draft(Status.ABSTAINED, "unverified", refusal, min(draft.confidence, 0.3), draft.hits)


def _joined(parts: Sequence[Query], drafts: Sequence[Draft], language: str) -> Draft:
    """Several questions in one: every part's lines; partial where one of them is not covered."""
    unanswered = (Status.ABSTAINED, Status.DECLINED)
    if all(draft.status in unanswered for draft in drafts):
        return drafts[0]
    lines: list[Line] = []
    for part, draft in zip(parts, drafts, strict=True):
        if draft.status in unanswered:
            lines.append(Notice("not-covered", frame("not_covered_part", language, part=part.question.strip())))
        else:
            lines += [line for line in draft.lines if line not in lines and not _is_said(line, lines)]
    statuses = [draft.status for draft in drafts]
    status = Status.PARTIAL if any(found in unanswered for found in statuses) else min(statuses, key=list(Status).index)
    ranked = {hit.passage: hit for row in zip_longest(*(draft.hits for draft in drafts)) for hit in row if hit}
    reason = "part-not-covered" if status is Status.PARTIAL else drafts[statuses.index(status)].reason
    return Draft(
        status, reason, tuple(lines), sum(draft.confidence for draft in drafts) / len(drafts), tuple(ranked.values())
    )


def _is_said(line: Line, lines: Sequence[Line]) -> bool:
    """Whether all that a claim quotes stands in quotes already shown."""
    shown = [quote for other in lines if isinstance(other, Claim) for quote in other.quotes]
    return isinstance(line, Claim) and all(
        any(other.passage == quote.passage and other.start <= quote.start and quote.end <= other.end for other in shown)
        for quote in line.quotes
    )


def _personal(draft: Draft, question: str, language: str) -> Draft:
    """No verdict on one person: the sources' general rule may follow, labelled, where it is of the kind asked for."""
    first = Notice("personal", frame("personal", language))
    claims = [line for line in draft.lines if isinstance(line, Claim)]
    if not decide.is_of_kind_asked(question, [quote.text for line in claims for quote in line.quotes]):
        claims = []
    general: tuple[Line, ...] = (Notice("general", frame("personal_general", language)), *claims) if claims else ()
    return Draft(Status.DECLINED, "personal-advice", (first, *general), draft.confidence, draft.hits)


def _closing(draft: Draft, language: str) -> tuple[Line, ...]:
    claims = [line for line in draft.lines if isinstance(line, Claim)]
    automatic = (Notice("language", frame("automatic", language)),) if language != "en" else ()
    return (*explanations(claims, language), *automatic)
