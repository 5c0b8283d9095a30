"""Where things lie in an index folder. Knows nothing of what they are."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The files and folders of one index. All but the embedding cache and the models come back with any sync."""

    index: Path

    @property
    def lock(self) -> Path:
        return self.index / "sync.lock"

    @property
    def cache(self) -> Path:
        return self.index / "embeddings.sqlite"

    @property
    def parsed(self) -> Path:
        return self.index / "parsed.sqlite"

    @property
    def models(self) -> Path:
        return self.index / "models"

    @property
    def store(self) -> Path:
        return self.index / "chroma"

    @property
    def store_record(self) -> Path:
        return self.index / "chroma.json"
