"""The first sentence of a verdict: who says yes, who says no, and whether they differ. Knows no source."""

from collections.abc import Sequence

from assistant.frames import frame, listed, procedure_name, role_name, word
from assistant.patterns import pattern
from assistant.rules import Stance
from assistant.ruling import NO, YES, Ruling
from assistant.text import fold


def names_of(found: Ruling) -> dict[str, str]:
    """The names that every headline frame may use."""
    place = found.place_label
    return {
        "role": role_name(found.role, found.language) if found.role else "",
        "procedure": procedure_name(found.query.procedures, found.language),
        "where": frame("in_place", found.language, place=place) if place else "",
        "inside": frame("inside", found.language, place=place) if place else "",
    }


def headline(found: Ruling) -> tuple[str, bool]:
    """The verdict on a role, attributed, and whether the sources differ.

    Rules that name the place decide; where none does, all do. General rules that say otherwise are told beside it.
    """
    local = found.stances(found.here or (*found.general, *found.elsewhere))
    wider = found.stances(found.general) if found.here else {}
    yes = _ordered(found, [holder for holder, said in local.items() if said & YES])
    no = _ordered(found, [holder for holder, said in local.items() if said & NO])
    if yes and no:
        supervised = all(Stance.YES not in local[holder] for holder in yes)
        return _differ(found, yes, no, supervised), True
    if no:
        against = [holder for holder, said in wider.items() if said & YES]
        if not against and all(said <= {Stance.UNLISTED} for said in local.values()):
            return _verdict(found, "not_listed", no, ()), False
        return _verdict(found, "no_say_but" if against else "no_say", no, against), bool(against)
    against = [holder for holder, said in wider.items() if said & NO and holder not in yes]
    supervised = all(Stance.YES not in local[holder] for holder in yes)
    asked = fold(found.query.asked)
    if supervised and pattern("needs_oversight").search(asked):
        return _verdict(found, "needs_supervision", yes, ()), bool(against)
    if supervised and pattern("alone").search(asked):
        return _verdict(found, "only_supervised", yes, ()), bool(against)
    key = "yes_supervised" if supervised else "yes_say"
    return _verdict(found, f"{key}_but" if against else key, yes, against), bool(against)


def _hedges(found: Ruling) -> set[str]:
    """The holders who speak of the place only as a belief."""
    return {rule.holder for rule in found.here if found.place in rule.hedged}


def _ordered(found: Ruling, holders: Sequence[str]) -> list[str]:
    """Those who are sure first."""
    return sorted(holders, key=lambda holder: holder in _hedges(found))


def _named(found: Ruling, holders: Sequence[str]) -> str:
    """The holders as a list; a belief is marked as one, in the source's words."""
    hedges = _hedges(found)
    names = [f"{holder} (“I believe”)" if holder in hedges else holder for holder in holders]
    return listed(names, found.language)


def _verdict(found: Ruling, key: str, holders: Sequence[str], others: Sequence[str]) -> str:
    language = found.language
    return frame(
        key,
        language,
        holders=_named(found, holders),
        others=_named(found, others),
        say=word("say", len(holders), language),
        name=word("name", len(holders), language),
        allow=word("allow", len(others), language),
        leave=word("leave", len(others), language),
        **names_of(found),
    )


def _differ(found: Ruling, yes: Sequence[str], no: Sequence[str], supervised: bool) -> str:
    language = found.language
    if yes == no and len(yes) == 1:
        return frame("differ_itself", language, holder=yes[0], **names_of(found))
    return frame(
        "differ",
        language,
        yes=_named(found, yes),
        no=_named(found, no),
        say_yes=word("say", len(yes), language),
        say_no=word("say", len(no), language),
        supervised=frame("if_supervised", language) if supervised else "",
        **names_of(found),
    )
