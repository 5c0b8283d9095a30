"""Source files to documents to passages. Knows nothing of vectors, models or chat."""

from corpus.errors import SourceProblem
from corpus.loading import load
from corpus.passages import SPLITTER_VERSION
from corpus.types import Block, BlockKind, Corpus, Document, Passage, Problem, Speaker

__all__ = [
    "SPLITTER_VERSION",
    "Block",
    "BlockKind",
    "Corpus",
    "Document",
    "Passage",
    "Problem",
    "SourceProblem",
    "Speaker",
    "load",
]
