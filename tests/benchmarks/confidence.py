"""What `confidence` is worth: AUROC on any set of answerable and unanswerable questions, and on questions of others.

    python -m tests.benchmarks.confidence --data squad2 --others doc2dial scifact --cache .data/benchmarks

DIR of --data: `corpus.jsonl` and `queries.jsonl` in the BEIR layout, each query with "answerable" and "passage" (whose
part before "#" is the article). --others: folders whose `queries.jsonl` nothing in DIR answers. --fit makes the weights
in assistant/data/confidence.yaml anew: `general` from --data and --fit-others, `field` from the
regression set, `known` from it and from the questions known of the project's documents.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from assistant.asked import KnownQuestions, Nearness
from assistant.decide import confidence_of
from assistant.engine import Assistant
from assistant.query import Query
from assistant.types import Turn
from assistant.weighing import weigh
from corpus.loading import load
from index.passages import PassageIndex
from index.progress import ProgressBar
from index.sync import sync
from tests.benchmarks import beir
from tests.qa.cases import Case, load_cases

WEIGHTS = Path("assistant/data/confidence.yaml")
# What each fit sees; all logistic, so that a weight says what a feature is worth.
GENERAL = ("nearest", "passage", "own", "numbers", "names", "denial", "opposites")
FIELD = ("aspect", "own", "cosine", "passage", "fits", "subject", "heaviest_unmet", "lacks")
KNOWN = (*FIELD, "asked", "unanswered")
OF_A_SPAN = 8  # known questions of one span that the fit sees
CASES_WEIGH = 3  # as much as the known questions, which are all hard ones
KNOWN_ABSTAINED = 0.915
FOLDS = 6
SAME = 0.9995  # cosine from which two questions are one
ABSTAINED = 0.95  # of the unanswerable questions about the project's own documents
# Kinds of cases whose answer is decided before or beside the evidence.
_ELSEWHERE = {"emergency", "rules", "personal-advice", "urgent"}
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """One question as the engine sees it."""

    features: dict[str, float]
    answerable: bool
    group: str  # questions of one group are never on both sides of a fold
    weight: float = 1.0


class Asked:
    """An index and the engine's way to its features."""

    def __init__(self, folder: Path) -> None:
        index = PassageIndex.open(folder)
        self.snapshot = index.snapshot
        self.reader = Assistant(index)._reader(self.snapshot)
        self._known = LeavingItselfOut(self.snapshot.documents, self.snapshot.embed)

    def features(self, query: Query, history: Sequence[Turn] = ()) -> dict[str, float]:
        return weigh(query, history, self.snapshot, self._known).features


class LeavingItselfOut(KnownQuestions):
    """A question that is itself a known one is compared with the others only, so that a fit may see it."""

    def nearness(self, vector: npt.NDArray[np.float32]) -> Nearness:
        same = np.flatnonzero(self._vectors @ vector > SAME) if self else []
        if not len(same):
            return super().nearness(vector)
        kept = self._vectors[same].copy()
        self._vectors[same] = 0.0
        try:
            return super().nearness(vector)
        finally:
            self._vectors[same] = kept


def main() -> None:
    options = _options()
    asked = Asked(_index(options.data, options.cache))
    rows = list(_near(asked, options.data))
    others = {folder.name: list(_off(asked, folder)) for folder in options.others}
    shipped = np.array([confidence_of(row.features, asked.reader.in_field) for row in rows])
    labels = np.array([row.answerable for row in rows])
    print(f"{len(rows)} questions, {labels.sum()} answerable, {len({row.group for row in rows})} articles")
    print(f"AUROC of confidence as shipped                     {roc_auc_score(labels, shipped):.3f}")
    if len({row.group for row in rows}) >= FOLDS:
        print(f"AUROC out of fold, grouped by article              {_out_of_fold(rows, GENERAL):.3f}")
        for name in GENERAL:
            kept = tuple(other for other in GENERAL if other != name)
            print(f"  without {name:<20}                     {_out_of_fold(rows, kept):.3f}")
    for name, found in others.items():
        scores = np.array([confidence_of(row.features, asked.reader.in_field) for row in found])
        both = np.concatenate([shipped[labels], scores])
        truth = np.concatenate([np.ones(labels.sum()), np.zeros(len(scores))])
        print(f"AUROC against {len(scores):>4} questions of {name:<20} {roc_auc_score(truth, both):.3f}")
    if options.fit:
        far = [row for folder in options.fit_others for row in _off(asked, folder)]
        own = Asked(_own(options.cache))
        field = list(_field(own))
        known = [*_scaled(_even(field), CASES_WEIGH), *_even(list(_known(own)))]
        _write(
            known=_abstaining(_fitted(known, KNOWN), known, KNOWN_ABSTAINED),
            field=_abstaining(_fitted(_even(field), FIELD), _even(field), ABSTAINED),
            general=_fitted(_balanced(rows, far), GENERAL),
        )


def _near(asked: Asked, folder: Path) -> Iterator[Row]:
    for query in _shown(list(beir.rows(folder / "queries.jsonl"))):
        features = asked.features(asked.reader.read(query["text"]))
        yield Row(features, bool(query["answerable"]), query["passage"].partition("#")[0])


def _off(asked: Asked, folder: Path) -> Iterator[Row]:
    for query in _shown([row for row in beir.rows(folder / "queries.jsonl") if not row.get("history")]):
        yield Row(asked.features(asked.reader.read(query["text"])), False, folder.name)


def _own(cache: Path) -> Path:
    folder = cache / "own-documents"
    sync(load(Path("corpus/documents")), folder)
    return folder


def _known(asked: Asked) -> Iterator[Row]:
    """The known questions, each as if it were not known: some of each span's, and those that nothing answers."""
    unanswered = dict.fromkeys(text for document in asked.snapshot.documents for text in document.unanswered)
    for text in unanswered:
        yield Row(asked.features(asked.reader.read(text)), False, text)
    for document in asked.snapshot.documents:
        for span in document.asked:
            for text in span.questions[:: len(span.questions) // OF_A_SPAN + 1]:
                query = asked.reader.read(text)
                if not query.asks_who and len(asked.reader.parts(query)) == 1:
                    yield Row(asked.features(query), True, f"{document.id} {span.start}")


def _scaled(rows: Sequence[Row], times: float) -> list[Row]:
    return [replace(row, weight=row.weight * times) for row in rows]


def _field(asked: Asked) -> Iterator[Row]:
    """Questions about the project's own documents whose answer hangs on the evidence."""
    kept: list[tuple[Case, Query]] = []
    for case in [*load_cases(), *load_cases(Path("tests/qa/fresh"))]:
        query = asked.reader.understand(case.question, case.history)
        either = {"abstained", "answered"} <= set(case.status)
        if case.kind in _ELSEWHERE or either or query.asks_who or len(asked.reader.parts(query)) > 1:
            continue
        kept.append((case, query))
    for case, query in kept:
        answerable = case.status[0] in ("answered", "partial", "conflicting")
        yield Row(asked.features(query, case.history), answerable, case.family or case.id)


def _balanced(near: Sequence[Row], far: Sequence[Row]) -> list[Row]:
    """Answerable questions, near misses and others' questions, each class weighing the same in the end."""
    answerable = [row for row in near if row.answerable]
    misses = [row for row in near if not row.answerable]
    return [
        *(replace(row, weight=2 / len(answerable)) for row in answerable),
        *(replace(row, weight=1 / len(misses)) for row in misses),
        *(replace(row, weight=1 / len(far)) for row in far),
    ]


def _even(rows: Sequence[Row]) -> list[Row]:
    """Both classes weigh the same."""
    answerable = sum(row.answerable for row in rows)
    return [replace(row, weight=1 / (answerable if row.answerable else len(rows) - answerable)) for row in rows]


def _abstaining(weights: dict[str, float], rows: Sequence[Row], share: float) -> dict[str, float]:
    """The weights with the bias at which this share, by weight, of the unanswerable questions stays below one half."""
    misses = sorted((_value(row.features, weights), row.weight) for row in rows if not row.answerable)
    values, weight = (np.array(column) for column in zip(*misses, strict=True))
    place = np.searchsorted(np.cumsum(weight) / weight.sum(), share)
    return weights | {"bias": weights["bias"] - float(values[place])}


def _fitted(rows: Sequence[Row], names: Sequence[str]) -> dict[str, float]:
    """Logistic weights on the features as they are, "bias" among them; regularised on standardised features."""
    values, labels = _matrix(rows, names), np.array([row.answerable for row in rows])
    weight = np.array([row.weight for row in rows])
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit((values - mean) / spread, labels, sample_weight=weight * len(rows) / weight.sum())
    scaled = model.coef_[0] / spread
    weights = dict(zip(names, map(float, scaled), strict=True))
    return {"bias": float(model.intercept_[0] - mean @ scaled)} | weights


def _out_of_fold(rows: Sequence[Row], names: Sequence[str]) -> float:
    groups, labels = [row.group for row in rows], np.array([row.answerable for row in rows])
    scores = np.zeros(len(rows))
    for train, test in GroupKFold(FOLDS).split(rows, labels, groups):
        weights = _fitted([rows[index] for index in train], names)
        scores[test] = [_value(rows[index].features, weights) for index in test]
    return float(roc_auc_score(labels, scores))


def _value(features: dict[str, float], weights: dict[str, float]) -> float:
    return sum(weight * features.get(name, 1.0 if name == "bias" else 0.0) for name, weight in weights.items())


def _matrix(rows: Sequence[Row], names: Sequence[str]) -> Vector:
    return np.array([[row.features.get(name, 0.0) for name in names] for row in rows])


def _write(**fitted: dict[str, float]) -> None:
    comment = WEIGHTS.read_text(encoding="utf-8").partition("\n\n")[0] + "\n\n"
    rounded = {kind: {name: round(weight, 2) for name, weight in weights.items()} for kind, weights in fitted.items()}
    WEIGHTS.write_text(comment + yaml.safe_dump(rounded, sort_keys=False), encoding="utf-8")
    print(f"wrote {WEIGHTS}: {json.dumps(rounded)}")


def _index(data: Path, cache: Path) -> Path:
    folder = cache / data.name
    bar = ProgressBar()
    sync(beir.as_corpus(beir.documents(data)), folder, force=True, tell=print, progress=bar)
    bar.close()
    return folder


def _shown(items: Sequence[Any]) -> Iterable[Any]:
    """The items, with a progress bar."""
    bar = ProgressBar(unit="questions")
    for number, item in enumerate(items, start=1):
        yield item
        bar("asking", number, len(items))
    bar.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--others", type=Path, nargs="*", default=[], metavar="DIR")
    parser.add_argument(
        "--fit-others", type=Path, nargs="*", default=[], metavar="DIR", help="the others that a fit sees"
    )
    parser.add_argument("--cache", type=Path, default=Path(".data/benchmarks"), metavar="DIR")
    parser.add_argument("--fit", action="store_true", help=f"write {WEIGHTS}")
    options = parser.parse_args()
    for folder in (options.data, *options.others, *options.fit_others):
        if not (folder / "queries.jsonl").is_file():
            parser.error(f"{folder} has no queries.jsonl")
    return options


if __name__ == "__main__":
    main()
