"""A run as JSON, and as JSONL in the field names that evaluation libraries read."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.qa.figures import Mark
from tests.qa.run import Outcome, Run, Version
from tests.qa.sweeps import Probed
from tests.qa.writing import Worded

CONTEXTS = 5  # retrieved passages written for a question


def write_json(
    file: Path,
    run: Run,
    marks: Sequence[Mark],
    probed: Sequence[Probed],
    version: Version,
    worded: Worded | None = None,
) -> None:
    """Marks, kinds, cases and faulty probes; where a chat model was asked too, "chat" with the same of it."""
    kinds = run.by_kind()
    data: dict[str, Any] = {
        "version": asdict(version),
        "marks": [_mark(mark) for mark in marks],
        "kinds": {kind: {"passed": sum(o.passed for o in own), "total": len(own)} for kind, own in kinds.items()},
        "cases": [_case(outcome) for outcome in run.outcomes],
        "faults": [
            {"sweep": p.probe.sweep, "before": p.probe.before, "question": p.probe.question,
             "status": p.answer.status, "faults": p.faults}
            for p in probed
            if p.faults
        ],
    }  # fmt: skip
    if worded:
        data["chat"] = _chat(worded)
    _write(file, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def write_jsonl(file: Path, run: Run) -> None:
    """One line for each case, as RAGAS, DeepEval and others take single-turn samples."""
    _write(file, "".join(json.dumps(sample, ensure_ascii=False) + "\n" for sample in samples(run)))


def samples(run: Run) -> Iterator[dict[str, Any]]:
    for outcome in run.outcomes:
        case, answer = outcome.case, outcome.answer
        yield {
            "id": case.id,
            "user_input": case.question,
            "retrieved_contexts": [hit.passage.text for hit in answer.hits[:CONTEXTS]],
            "response": answer.text,
            "reference": "\n".join(gold.text for gold in case.quotes),
            "reference_contexts": [gold.text for gold in case.quotes],
            "history": [{"role": turn.role, "content": turn.text} for turn in case.history],
            "status": answer.status,
            "expected_status": list(case.status),
        }


def _mark(mark: Mark) -> dict[str, Any]:
    return {"id": mark.id, "name": mark.name, "value": mark.value, "counts": mark.counts, "goal": mark.goal,
            "met": mark.met, "tolerance": mark.tolerance}  # fmt: skip


def _chat(worded: Worded) -> dict[str, Any]:
    return {
        "model": worded.model,
        "prompts": worded.prompts,
        "figures": dict(worded.figures()),
        "asked": len(worded.writings),
        "tokens_in": sum(writing.tokens_in for writing in worded.writings),
        "tokens_out": sum(writing.tokens_out for writing in worded.writings),
        "verified": worded.held,
        "dropped": worded.dropped,
        "failures": worded.failures,
        "marks": [_mark(mark) for mark in worded.marks],
        "cases": [
            _case(outcome) | {"writing": asdict(outcome.answer.writing) if outcome.answer.writing else None}
            for outcome in worded.run.outcomes
        ],
    }


def _case(outcome: Outcome) -> dict[str, Any]:
    case, answer = outcome.case, outcome.answer
    return {
        "id": case.id,
        "kind": case.kind,
        "question": case.question,
        "expected": list(case.status),
        "status": answer.status,
        "reason": answer.reason,
        "confidence": answer.confidence,
        "seconds": round(answer.seconds, 4),
        "failures": list(outcome.failures),
        "answer": answer.text,
    }


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
