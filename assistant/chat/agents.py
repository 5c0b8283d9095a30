"""Who does what to whom: the roles that perform, supervise or examine, in a sentence and in its quote.

Reads order and voice ("by", "under") of roles around a few verbs; no parser.
"""

import re
from collections.abc import Iterator

from assistant.lexicon import lexicon
from assistant.text import fold

_DEEDS = {
    "supervise": r"supervis(?:e|es|ed|ing)|oversee[s]?|overseeing|overs(?:aw|een)",
    "delegate": r"delegat(?:e|es|ed|ing)",
    "examine": r"examin(?:e|es|ed|ing)|see[sn]?(?= (?:you|the patient|by))|evaluat(?:e|es|ed|ing)",
    "sign": r"sign(?:s|ed)?",
    "perform": r"perform(?:s|ed|ing)?|inject(?:s|ed|ing)?|administer(?:s|ed|ing)?|operat(?:e|es|ed|ing)"
    r"|carr(?:y|ies|ied) out|giv(?:e|es|en)|appl(?:y|ies|ied)",
}
_GROUP = r"(?:medical |qualified |licensed |trained |health ?care )*(?:professionals?|providers?|practitioners?|staff)"


def swaps_agents(sentence: str, quote: str) -> bool:
    """Whether the sentence lets one do what its quote lets another do ("nurses supervise physicians")."""
    ours, theirs = _deeds(sentence), _deeds(quote)
    for deed, roles in ours.items():
        others = theirs.get(deed, frozenset())
        elsewhere = frozenset().union(*(found for name, found in theirs.items() if name != deed))
        if others and roles.isdisjoint(others) and (deed != "perform" or roles & elsewhere):
            return True
    supervised = ours.get("supervise", frozenset()) | ours.get("delegate", frozenset())
    supervisors = theirs.get("supervise", frozenset())
    return bool(supervisors and supervised & (theirs.get("perform", frozenset()) - supervisors))


def _deeds(text: str) -> dict[str, frozenset[str]]:
    """For each deed, the roles and groups that do it."""
    marked = _marked(text)
    found: dict[str, set[str]] = {}
    for deed, verb in _DEEDS.items():
        found.setdefault(deed, set()).update(_passive(marked, verb), _active(marked, verb))
    found["supervise"].update(_under(marked))
    return {deed: frozenset(roles) for deed, roles in found.items() if roles}


def _marked(text: str) -> str:
    """The folded text with roles and groups as "#id"."""
    folded = fold(text)
    pieces, last = [], 0
    spans = [(m.start, m.end, m.id) for m in lexicon().roles.find(text)]
    taken = [(start, end) for start, end, _ in spans]
    for match in re.finditer(rf"(?<!\w){_GROUP}(?!\w)", folded):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            spans += [(match.start(), match.end(), "group")]
    for start, end, id in sorted(spans):
        tail = re.match(r"(?:'?e?s|'s)?(?!\w)", folded[end:])
        pieces += [folded[last:start], f"#{id} "]
        last = end + (tail.end() if tail else 0)
    return "".join([*pieces, folded[last:]])


_LIST = r"#[\w-]+ (?:(?:,|/|or|and|either|a|an|the|licensed|trained|certified|on-site|\s)*#[\w-]+ )*"


def _passive(marked: str, verb: str) -> Iterator[str]:
    for match in re.finditer(rf"\b(?:{verb})\b[^.;#]{{0,25}}?\bby\b[^.;#]{{0,25}}?(?P<roles>{_LIST})", marked):
        yield from _ids(match.group("roles"))


def _active(marked: str, verb: str) -> Iterator[str]:
    """Roles before the verb, in its clause, where "by" does not follow it and no "be" stands between."""
    for match in re.finditer(
        rf"(?P<roles>{_LIST})(?P<between>(?:(?!\b(?:by|is|are|be|been|was|were|being|of|unless|until|after|once)\b)[^.;#]){{0,40}}?)\b(?:{verb})\b(?!\s+by\b)",
        marked,
    ):
        before = marked[: match.start()]
        if not re.search(r"\b(?:by|of|under|from|with|without)\b(?:\s+(?:an?|the|trained|licensed))*\s*$", before):
            yield from _ids(match.group("roles"))


def _under(marked: str) -> Iterator[str]:
    patterns = (
        rf"\b(?:with|without)\b\s+(?:an?\s+|the\s+)?(?P<roles>{_LIST})(?:in the room|present|on[- ]site|nearby|there)",
        rf"\b(?:supervision|oversight|direction)\b\s+(?:of|by|from)\b[^.;#]{{0,25}}?(?P<roles>{_LIST})",
        rf"\bunder\b[^.;#]{{0,25}}?(?P<roles>{_LIST})(?:[^.;#]{{0,15}}?\b(?:supervision|oversight)\b)?",
        rf"(?P<roles>{_LIST})(?:on-site |direct )?(?:supervision|oversight|supervising)\b",
    )
    for pattern in patterns:
        for match in re.finditer(pattern, marked):
            yield from _ids(match.group("roles"))


def _ids(roles: str) -> list[str]:
    return re.findall(r"#([\w-]+)", roles)
