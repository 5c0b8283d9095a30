"""Where the time of one answer goes: clocks around the engine's own functions, each counting only its own time.

No profiler, since one slows some functions more than others: a call through a clock costs about a microsecond.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from time import perf_counter
from typing import Any

from assistant import decide, engine, weighing
from assistant.understand import Reader
from index.embedding import Embedder, EmbedProgress, Vectors

EMBED = "embed"
OTHER = "the rest"
# What is timed under which name: the functions by which the engine reaches them.
STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "triage": ((engine, "triage"), (engine, "guard"), (engine, "language_of")),
    "understand": ((Reader, "understand"), (Reader, "parts"), (engine, "about_documents")),
    "search": ((weighing, "recall"),),
    "evidence": ((weighing, "terms_of"), (weighing, "gather"), (engine, "reranked")),
    "decide": (
        (weighing, "features_of"),
        (engine, "confidence_of"),
        (engine, "choose"),
        (engine, "is_off_topic"),
        (decide, "leaves_place_out"),
    ),
    "rules": ((engine, "ruled_or_others"),),
    "compose": ((engine, "with_both_sides"), (engine, "lines_of"), (engine, "explanations")),
    "verify": ((engine, "verified"), (engine, "without_bare_labels")),
}
ORDER = ("triage", "understand", EMBED, "search", "evidence", "decide", "rules", "compose", "verify", OTHER)


class StageClock:
    """Seconds by stage. A stage inside another stops the outer one's clock. For one thread."""

    def __init__(self, now: Callable[[], float] = perf_counter) -> None:
        self._now = now
        self._running: list[str] = []
        self._since = 0.0
        self.seconds: dict[str, float] = {}

    def start(self, stage: str) -> None:
        self._count()
        self._running.append(stage)

    def stop(self) -> None:
        self._count()
        self._running.pop()

    def taken(self) -> dict[str, float]:
        """The seconds since this was last asked."""
        taken, self.seconds = self.seconds, {}
        return taken

    def _count(self) -> None:
        now = self._now()
        if self._running:
            stage = self._running[-1]
            self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    def around(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its time counted for the stage."""

        @wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            self.start(stage)
            try:
                return function(*arguments, **named)
            finally:
                self.stop()

        return timed


class TimedEmbedder:
    """Another embedder, its time counted as `embed`."""

    def __init__(self, embedder: Embedder, clock: StageClock) -> None:
        self._embedder = embedder
        self._timed = clock.around(EMBED, embedder.embed)

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed(self, texts: Sequence[str], progress: EmbedProgress | None = None) -> Vectors:
        vectors: Vectors = self._timed(texts, progress)
        return vectors


@contextmanager
def clocked(clock: StageClock) -> Iterator[None]:
    """The engine's functions under their clocks, for as long as this is open."""
    places = [(owner, name, stage) for stage, places in STAGES.items() for owner, name in places]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    try:
        for owner, name, stage in places:
            setattr(owner, name, clock.around(stage, getattr(owner, name)))
        yield
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)
