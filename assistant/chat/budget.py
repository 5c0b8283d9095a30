"""What one reply of a chat model may take: seconds and tokens. Knows no model and no tokenizer."""

import math
import re
from dataclasses import dataclass

# Words, single digits and signs, line ends: what tokenizers keep apart.
_PIECES = re.compile(r"[^\W\d_]+|[\d_]|[^\w\s]|\n")
_WHOLE = 5  # letters of a word that is surely one token; longer ones are cut, into threes at worst
_PART = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds on each of four clocks, and tokens. A reply that exceeds one of them is abandoned."""

    connect: float = 3.0  # until the server accepts the connection
    first: float = 10.0  # from then until the first text
    between: float = 8.0  # between one piece of text and the next
    whole: float = 30.0  # everything, a retry included
    tokens_in: int = 3000
    tokens_out: int = 600

    @classmethod
    def of(cls, seconds: float, tokens: int) -> "Budget":
        """The default budget stretched or shrunk to `seconds` as a whole, and `tokens` into the model."""
        default = cls()
        share = seconds / default.whole
        return cls(
            connect=min(default.connect, default.connect * share),
            first=default.first * share,
            between=default.between * share,
            whole=seconds,
            tokens_in=tokens,
        )


def tokens_of(text: str) -> int:
    """About how many tokens `text` is, rather too many than too few: no tokenizer of the model is at hand."""
    return sum(_cost(piece) for piece in _PIECES.findall(text))


def _cost(piece: str) -> int:
    if piece.isascii():
        return 1 + max(0, math.ceil((len(piece) - _WHOLE) / _PART))
    return max(1, math.ceil(len(piece.encode()) / _PART))
