"""The wordings of patterns.yaml as compiled regular expressions, by name. Knows no meaning."""

import re
from functools import cache
from typing import Any

from assistant.lexicon import read_data

_NAME = re.compile(r"\{([a-z_]+)\}")


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Any of the alternatives listed under `name`."""
    return re.compile(_source(name))


def _source(name: str) -> str:
    return "|".join(_NAME.sub(lambda match: f"(?:{_source(match.group(1))})", each) for each in _data()[name])


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data("patterns.yaml")
    return data
