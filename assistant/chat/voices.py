"""Whose words a sentence says it reports, and whose they are. Reads wordings; knows no source by name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.chat.quoted import Shown
from assistant.lexicon import read_data
from assistant.text import fold

FIRST_PERSON = re.compile(
    r"(?<![\w'.])(?:I(?:'m|'ve|'d|'ll)?|[Mm]y|[Mm]e|mine|[Ww]e(?:'re|'ve|'d|'ll)?|[Oo]urs?|us|[Mm]yself|[Yy]o|[Nn]osotr[oa]s|[Nn]uestr[oa]s?|[Cc]reo)(?!\w)"
)
_LAW = re.compile(r"\b(?:(?<!in-)laws?|statutes?|legislation|ley(?:es)?|regulators?|lawmakers?)\b")
_LEGAL = re.compile(
    r"\b(?:laws?|legal\w*|illegal\w*|lawful\w*|statut\w*|regulat\w*|states? (?:allow|permit|require)|board)"
)
_AGREED = re.compile(
    r"\b(?:both|all|every|each|several|many|most|two) (?:of )?(?:the )?(?:two |these |those )?"
    r"(?:sources?|experts?|doctors?|physicians?|specialists?|documents?|pages?|studies|authorit\w+|clinics|associations"
    r"|medspas)"
    r"(?: here)?\b(?=[^.]{0,12}\b(?:agree|{speech}))"
    r"|\b(?:doctors|experts|sources|physicians|specialists|studies|clinics|dermatologists) (?:all |generally )?agree"
    r"|\b(?:unanim\w+|consensus|widely (?:accepted|agreed)|(?:todas|ambas) las fuentes|los expertos|coinciden"
    r"|(?:todos|ambos) los (?:medicos|expertos))\b"
    r"|\bboth (?:the )?(?:doctors?|sources|physicians|pages)\b"
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One who speaks in the sources."""

    name: str
    kind: str  # "doctor", "association", "clinic", "regulator", or ""
    marks: frozenset[str]  # folded words that name only this one; none where the source gives no name

    @property
    def named(self) -> bool:
        return bool(self.marks)


@cache
def _data() -> dict[str, frozenset[str]]:
    data = read_data("meaning.yaml")
    kinds = {f"kind:{kind}": frozenset(names) for kind, names in data["voices"].items()}
    return kinds | {name: frozenset(data[name]) for name in ("name_words", "neutral_voices", "outside_voices")}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data = read_data("meaning.yaml")
    speech = f"(?:{'|'.join(data['speech'])})"
    trailing = "(?:says?|said|writes?|wrote|states?|notes?|warns?|adds?|explains?|believes?|thinks?|argues?|dice|cree)"
    adverb = "(?:also |further |even |clearly |both |all |generally )?"
    degree = r"(?:, (?:md|do|rn|np|pa)\b)?"
    aside = r"(?:,[^,]{1,60},)?"
    subject = r"(?P<who>(?:[^\s,;:]+ ){0,6}?[^\s,;:]+?)"
    return {
        "said": re.compile(
            rf"(?:^|[,;:(] ?|\band |\bbut |\bthat |\bas ){subject}{aside} {adverb}"
            rf"(?P<verb>{speech})\b(?! (?:be|by|as an?|is|are)\b)"
        ),
        "trailing": re.compile(rf", {trailing} (?P<who>[^,;]+?(?:, (?:md|do|rn|np|pa))?)\.?$"),
        "according": re.compile(
            r"\b(?:according to|in the (?:words|view|opinion|eyes|experience) of|per|segun|a juicio de)\s+"
            rf"(?P<who>[^,;.]+(?:\. \w[^,;.]*)?{degree})"
        ),
        "view": re.compile(
            r"\b(?:in|to|from) (?P<who>[^,;]{1,50}?)(?:'s?|s') (?:\w+ )?"
            r"(?:view|opinion|experience|judgment|words|eyes|mind)\b"
        ),
        "unnamed": re.compile(rf"\b(?:{'|'.join(data['unnamed'])})\b"),
        "agreed": re.compile(_AGREED.pattern.replace("{speech}", speech)),
    }


def voice_of(shown: Shown) -> Voice:
    """Who says what the passage says."""
    speaker = shown.passage.speaker
    return _voice(speaker, "doctor") if speaker else _publisher(shown)


def voices_of(shown: Iterable[Shown]) -> tuple[Voice, ...]:
    """Everybody who speaks in the passages shown, or in their documents."""
    found: dict[str, Voice] = {}
    for each in shown:
        for voice in (voice_of(each), _publisher(each), *(_voice(s.name, "doctor") for s in each.document.speakers)):
            found.setdefault(voice.name, voice)
    return tuple(found.values())


def _publisher(shown: Shown) -> Voice:
    document = shown.document
    return _publishing(document.publisher or document.title, document.kind)


@lru_cache(maxsize=256)
def _publishing(name: str, what: str) -> Voice:
    for words in (fold(what), fold(f"{what} {name}")):
        for kind in ("association", "clinic", "regulator", "doctor"):
            if any(_has(words, noun) for noun in _data()[f"kind:{kind}"]):
                return _voice(name, kind)
    return _voice(name, "")


@lru_cache(maxsize=1024)
def _voice(name: str, kind: str) -> Voice:
    """A name in small letters is a description ("a doctor the page does not name")."""
    generic = _data()["name_words"]
    marks = (fold(word) for word in re.findall(r"[A-Z][\w-]+", name)) if not name[:1].islower() else ()
    return Voice(name, kind, frozenset(mark for mark in marks if mark not in generic and len(mark) > 2))


def _has(text: str, phrase: str) -> bool:
    return phrase in text and re.search(rf"(?<!\w){re.escape(phrase)}(?:e?s|'s)?(?!\w)", text) is not None


def speaker_is_swapped(text: str, quotes: Sequence[str], source: Shown, shown: Iterable[Shown]) -> bool:
    """Whether the sentence gives the quotes' words to somebody else, to the assistant itself, or to a crowd."""
    own = voice_of(source)
    quoted = fold("\n".join(quotes))
    folded = fold(_outside_quotes(text))
    if FIRST_PERSON.search(_outside_quotes(text).replace("’", "'")):
        return True
    others = (voice for voice in voices_of([source, *shown]) if voice.named and voice.name != own.name)
    if any(_has(folded, mark) and not _has(quoted, mark) for other in others for mark in other.marks - own.marks):
        return True
    if _patterns()["agreed"].search(folded) and not _patterns()["agreed"].search(quoted):
        return True
    if _LAW.search(folded) and not _LEGAL.search(quoted) and own.kind != "regulator":
        return True
    if own.named and own.kind == "doctor" and _patterns()["unnamed"].search(folded):
        return True
    return any(_is_other(who, own, quoted) for who in attributed(text))


def attributed(text: str) -> tuple[str, ...]:
    """The folded phrases that a sentence names as the ones who say it."""
    folded = fold(_outside_quotes(text))
    found = (match.group("who") for name in _REPORTS for match in _patterns()[name].finditer(folded))
    return tuple(who for who in found if not _PASSIVE.search(who))


def without_attribution(text: str, voices: Iterable[Voice]) -> str:
    """The folded sentence with "according to ..." and "Dr. X says that" blanked."""
    folded = fold(_outside_quotes(text))
    for name in ("according", "view"):
        folded = _patterns()[name].sub(" ", folded)
    known = tuple(voices)
    folded = _patterns()["said"].sub(lambda match: _unsaid(match, known), folded)
    folded = _patterns()["trailing"].sub(
        lambda match: " " if _is_voice(match.group("who"), known) else match.group(), folded
    )
    for mark in (mark for voice in known for mark in voice.marks):
        folded = re.sub(rf"(?<!\w)(?:dr\.? )?{re.escape(mark)}(?:'s)?(?!\w)", " ", folded)
    return folded


def without_speaker(text: str, own: Voice) -> str:
    """The folded sentence without its attribution, and without a doctor who speaks being called one."""
    folded = without_attribution(text, [own])
    return re.sub(_CALLED, " ", re.sub(r"^\s*,? (?:md|do|np|pa|rn)\b", " ", folded))


_CALLED = (
    r"\b(?:the|an?|this|that|one|another) (?:unnamed|anonymous|unsigned|first|second|same|other)"
    r" (?:doctor|physician)(?:'s)?"
    r"|\b(?:the|this|that|one) (?:doctor|physician)'s"
    r" (?=account|view|words|answer|opinion|experience|judgment|offices?)"
    r"|\b(?:doctor|physician) (?:who answers|who is not named|without a name|the page does not name)"
    r"|(?<=,) (?:md|do)\b(?=,)"
)


def _unsaid(match: re.Match[str], known: Sequence[Voice]) -> str:
    """Nothing for "Dr. X says"; a verb that says more stays ("recommends", "warns against"), and so does a denial."""
    who, verb = match.group("who"), match.group("verb")
    if not _is_voice(who, known) or re.search(
        r"(?:not|n't|\bnever|\bno|\bcan|\bcould|\bmay|\bmight|\bwill|\bshould|\bmust|\bto|\bis|\bare|\bbe|\bwas|\bwere|\bbeen)$",
        who,
    ):
        return match.group()
    return (
        f" {verb} "
        if verb.startswith(("recommend", "advise", "suggest", "warn", "urge", "caution", "recomienda"))
        else " "
    )


_PASSIVE = re.compile(r"(?:\b(?:is|are|be|was|were|been|to|can|could|may|might|will|should|must))$")
_REPORTS = ("said", "trailing", "according", "view")


def _is_voice(who: str, voices: Sequence[Voice]) -> bool:
    if any(_has(who, mark) for voice in voices for mark in voice.marks):
        return True
    data = _data()
    nouns = frozenset().union(*(data[key] for key in data if key.startswith("kind:"))) | data["neutral_voices"]
    words = who.split()
    return len(words) <= 8 and any(_has(who, noun) for noun in nouns - {"law", "board", "practice", "group", "rule"})


def _is_other(who: str, own: Voice, quoted: str) -> bool:
    """Whether `who` is a kind of speaker that the source is not: "the association says" of a doctor's words."""
    data = _data()
    if any(_has(who, mark) for mark in own.marks):
        return False
    for noun in data["outside_voices"]:
        alone = len(who.split()) <= 2 and not _speaks(noun, quoted)
        if _has(who, noun) and (alone or not _has(quoted, noun)):
            return not _has(fold(own.name), noun)
    kinds = [
        key[5:] for key, nouns in data.items() if key.startswith("kind:") and any(_has(who, noun) for noun in nouns)
    ]
    if not kinds or own.kind in kinds or not own.kind:
        return False
    mentioned = any(_has(quoted, noun) for kind in kinds for noun in data[f"kind:{kind}"] if _has(who, noun))
    return not mentioned and not any(
        _has(fold(own.name), noun) for kind in kinds for noun in data[f"kind:{kind}"] if _has(who, noun)
    )


def _speaks(noun: str, quoted: str) -> bool:
    """Whether a quote reports what somebody says: to name patients is not to have them say it."""
    return any(_has(who, noun) for who in attributed(quoted))


def _outside_quotes(text: str) -> str:
    """The text without what stands between curly or straight double quotation marks."""
    return re.sub(r"“[^”]*”|\"[^\"]*\"", " ", text)
