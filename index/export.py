"""A sentence-transformers model -> ONNX graphs that need no torch. Knows nothing of documents or of which graph serves.

Two forms are written, float32 and int8. Weights lie beside the graphs, so that they are mapped into memory and not
read: a session opens in a quarter of the time and takes half the memory.
"""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FLOAT32, INT8 = "model.onnx", "query.onnx"
TOKENIZER = "tokenizer.json"
OPSET = 17
OUTSIDE = 1024  # bytes from which a tensor lies beside its graph


def write_float32(model: "SentenceTransformer", folder: Path, fuse: bool = True) -> None:
    """Write tokenizer and graph; raises whatever the exporter does for a model it does not know.

    `fuse` joins the operations of BERT's layers, a tenth faster; for another architecture it may fail, or be wrong.
    """
    model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER))
    traced = folder / "traced.onnx"
    _trace(model, traced)
    _save(_fused(model, traced) if fuse else _loaded(traced), folder / FLOAT32)
    traced.unlink()


def write_int8(folder: Path) -> None:
    """Write the int8 form of the float32 graph in the folder: multiplications only, a scale for each column."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(folder / FLOAT32)
    graph.metadata_props.add(key="onnx.quant.pre_process", value="onnxruntime.quant")  # else it warns that it was not
    quantised = folder / "quantised.onnx"
    quantize_dynamic(
        graph,
        quantised,
        op_types_to_quantize=["MatMul", "Attention"],  # the table of words stays: rounded it is no faster, only worse
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={
            "DefaultTensorType": onnx.TensorProto.FLOAT
        },  # fused operations have no type that can be inferred
    )
    _save(_loaded(quantised), folder / INT8)
    quantised.unlink()


def remove_int8(folder: Path) -> None:
    """Take the int8 form away, as far as it was written."""
    for path in (folder / INT8, _beside(folder / INT8)):
        path.unlink(missing_ok=True)


def sizes(folder: Path) -> dict[str, int]:
    """The files written, with their sizes in bytes."""
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.name != "model.json"}


def _trace(model: "SentenceTransformer", path: Path) -> None:
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
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Graph().eval(),
            (ids, mask),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "texts"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _fused(model: "SentenceTransformer", traced: Path) -> Any:
    from onnxruntime.transformers import optimizer

    transformer: Any = model[0]
    config = transformer.auto_model.config
    return optimizer.optimize_model(
        str(traced),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        opt_level=1,  # what suits any processor; the rest is done where the session opens
    ).model


def _loaded(path: Path) -> Any:
    import onnx

    return onnx.load(path)


def _save(graph: Any, path: Path) -> None:
    import onnx

    _beside(path).unlink(missing_ok=True)  # it would be appended to
    onnx.save(graph, path, save_as_external_data=True, location=_beside(path).name, size_threshold=OUTSIDE)


def _beside(graph: Path) -> Path:
    return graph.with_suffix(".data")
