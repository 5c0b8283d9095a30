"""Many names as one regular expression that writes common beginnings once. Knows no words.

Python tries the alternatives of `a|b|c` one by one at every character of a text. With a thousand names that costs more
than all the rest of reading a question; arranged as a tree, a wrong first letter ends the attempt.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_BREAK = re.compile(r"[\s-]+")


@dataclass(slots=True)
class _Node:
    after_break: bool = False  # a space or a hyphen may come before this character
    ends: bool = False  # a name ends here
    next: dict[str, "_Node"] = field(default_factory=dict)


def any_of(names: Iterable[str], joined: bool = False) -> str:
    """A pattern without groups for any of the names, the longest that fits; spaces and hyphens stand for each other.

    `joined`: words may also be written together ("micro needling", "microneedling").
    """
    tree = _Node()
    for name in names:
        node, broken = tree, False
        for character in _BREAK.sub(" ", name):
            if character == " " and joined:
                broken = True
                continue
            node = node.next.setdefault(character, _Node())
            node.after_break |= broken
            broken = False
        node.ends = True
    return _pattern(tree)


def _pattern(node: _Node) -> str:
    branches = [
        (r"[\s-]*" if below.after_break else "") + _character(character) + _pattern(below)
        for character, below in node.next.items()
    ]
    if not branches:
        return ""
    one = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{one})?" if node.ends else one  # greedy: a longer name wins over the one that ends here


def _character(character: str) -> str:
    return r"[\s-]+" if character == " " else re.escape(character)
