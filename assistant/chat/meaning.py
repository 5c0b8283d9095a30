"""Whether a sentence that a chat model wrote says what its quotes say.

Compares features of the two: negators and opposites, hedges, conditions, who speaks, which treatment, who does what,
and the share of its words that the quotes carry. No parser and no model; what it cannot tell apart it lets through, and
`strings` comes first. The words stand in meaning.yaml.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.chat.agents import swaps_agents
from assistant.chat.conditions import drops_condition
from assistant.chat.hedging import is_surer
from assistant.chat.polarity import is_turned_round
from assistant.chat.quoted import Shown
from assistant.chat.statements import Statement, context, relevant, statements
from assistant.chat.stretch import is_stretched
from assistant.chat.voices import speaker_is_swapped, voice_of, voices_of, without_attribution
from assistant.chat.wording import Token, Wording, data, wording
from assistant.text import fold

LEAST_SUPPORT = 0.65  # of a sentence's words; measured on tests/chat/development.yaml
_LEAST_CLAUSE = 0.34  # of a clause's words, where it has three or more


@dataclass(frozen=True, slots=True)
class Support:
    """How far quotes carry a sentence: the share of its words they have, in [0, 1], and the defects found."""

    score: float
    defects: tuple[str, ...]  # "negation", "hedge", "speaker", "procedure", "condition", "unsupported"


def support(text: str, quotes: Sequence[str], source: Shown, shown: Sequence[Shown] = ()) -> Support:
    """Compare a sentence with quotes of the passage `source`.

    `shown`: all passages that the model had, to know who else speaks.
    """
    sentence = wording(without_attribution(text, voices_of([source, *shown])))
    led = wording(fold("\n".join(_questions(quotes, source)))).content
    told = relevant(sentence, statements(quotes, source), led)
    meant = wording(
        "\n".join(dict.fromkeys(part for each in told for part in (fold(each.lead), fold(each.text)) if part))
    )
    own = voice_of(source)
    nouns = [own.name, own.kind, *(str(noun) for noun in data()["voices"].get(own.kind, ()))]
    around = wording(fold("\n".join([*quotes, *context(quotes, source), *nouns])))
    ground = (*meant.tokens, *around.tokens)
    score = _supported(sentence.content, ground)
    found = {
        "negation": is_turned_round(sentence, meant, told),
        "hedge": is_surer(sentence, text, meant, "\n".join(quotes)),
        "speaker": speaker_is_swapped(text, quotes, source, shown),
        "procedure": is_stretched(text, quotes, told, source),
        "condition": any(drops_condition(sentence, each, around) for each in _separate(told)),
        "unsupported": _is_unsupported(sentence.content, score, ground)
        or _has_foreign_clause(sentence, ground)
        or swaps_agents(sentence.text, "\n".join(f"{each.lead}\n{each.text}" for each in told)),
    }
    return Support(score, tuple(kind for kind, is_found in found.items() if is_found))


def _questions(quotes: Sequence[str], source: Shown) -> list[str]:
    return [part for part in context(quotes, source) if part.endswith("?") and part not in source.passage.headings]


def _separate(told: Sequence[Statement]) -> list[Wording]:
    return [wording(fold(each.text)) for each in told]


def _is_unsupported(tokens: Sequence[Token], score: float, ground: Sequence[Token]) -> bool:
    """One word that the quotes lack does not fail a short sentence."""
    missing = sum(not token.meets(ground) for token in tokens)
    return score < LEAST_SUPPORT and (missing > 1 or score < 0.5)


def _supported(tokens: Sequence[Token], ground: Sequence[Token]) -> float:
    """The share of the tokens' weight that the ground carries; 0 where nothing is said that could be carried."""
    whole = sum(token.weight for token in tokens)
    if not whole:
        return 0.0
    lost = sum(token.weight for token in tokens if not token.meets(ground))
    return 1.0 - lost / whole


def _has_foreign_clause(sentence: Wording, ground: Sequence[Token]) -> bool:
    """Whether a whole clause says something that the quotes do not."""
    clauses = [sentence.clause(number) for number in range(len(sentence.bounds))]
    return any(len(clause) >= 3 and _supported(clause, ground) < _LEAST_CLAUSE for clause in clauses)
