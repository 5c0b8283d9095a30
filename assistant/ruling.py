"""Sorts the rules that apply to one question by what they speak about. Writes nothing, knows no source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.lexicon import lexicon
from assistant.patterns import pattern
from assistant.query import Query
from assistant.rules import Rule, Stance
from assistant.text import fold

YES = frozenset({Stance.YES, Stance.SUPERVISED})
NO = frozenset({Stance.NO, Stance.UNLISTED})


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules for one role (or none) in one place (or none)."""

    query: Query
    role: str  # "" where the question asks who
    place: str  # "" where it names none
    here: tuple[Rule, ...]  # name the place
    general: tuple[Rule, ...]  # name no place
    elsewhere: tuple[Rule, ...]  # name other places; kept only where the question names none

    @property
    def language(self) -> str:
        return self.query.language

    @property
    def place_label(self) -> str:
        return next((place.label for place in self.query.places if place.name == self.place), self.place)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return (*self.here, *self.general, *self.elsewhere)

    def speaks(self, rule: Rule) -> bool:
        """Whether a rule bears on the role asked about; every rule does where none is."""
        return not self.role or self.stance(rule) is not None

    def stance(self, rule: Rule) -> Stance | None:
        """What a rule says of the role. A rule on one kind of the procedure says nothing of the others."""
        return rule.stance(self.role) if self.covers(rule) else None

    def covers(self, rule: Rule) -> bool:
        """Whether a rule speaks of the whole of what is asked about, not of a narrower kind of it alone."""
        names = lexicon().procedures
        asked = self.query.procedures
        spoken = (*rule.procedures, *rule.literal)
        if not asked or not spoken or any(names.includes(own, name) for own in spoken for name in asked):
            return True
        return self.compares and any(names.includes(name, own) for own in spoken for name in asked)

    @property
    def compares(self) -> bool:
        """Whether the question asks if sources agree: then what is said of a kind counts beside what is said of all."""
        asked = fold(self.query.asked)
        return any(pattern(name).search(asked) for name in ("agree", "differ", "disagree"))

    def stances(self, rules: Iterable[Rule]) -> dict[str, set[Stance]]:
        """What each holder says of the role."""
        found: dict[str, set[Stance]] = {}
        for rule in rules:
            stance = self.stance(rule)
            if stance is not None:
                found.setdefault(rule.holder, set()).add(stance)
        return found


def rule_on(query: Query, rules: Sequence[Rule], role: str, place: str) -> Ruling:
    """Sort the rules that speak of the question's procedures (all of them where it names none)."""
    fitting = [rule for rule in rules if _fits(rule, query, role)]
    if any(rule.procedures and (rule.stance(role) if role else query.procedures) for rule in fitting):
        fitting = [rule for rule in fitting if rule.procedures]  # what is said of all procedures adds nothing then
    here = tuple(rule for rule in fitting if place and place in rule.places)
    general = tuple(rule for rule in fitting if not rule.places)
    elsewhere = () if place else tuple(rule for rule in fitting if rule.places)
    return Ruling(query, role, place, here, general, elsewhere)


def _fits(rule: Rule, query: Query, role: str) -> bool:
    if query.procedures and rule.procedures:
        return any(rule.speaks_of(name) for name in query.procedures)
    return bool(rule.procedures or rule.allowed or not (query.procedures or role))
