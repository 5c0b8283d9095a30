"""The machine of a run, as far as it explains figures: processor, cores, memory, system, versions. Nothing else."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = (
    "onnxruntime",
    "tokenizers",
    "numpy",
    "chromadb",
    "bm25s",
    "gradio",
    "torch",
    "transformers",
    "sentence-transformers",
    "langchain-core",
    "langchain-chroma",
    "langchain-huggingface",
)


def described() -> str:
    """One sentence on the machine and one on the versions."""
    libraries = ", ".join(_versions())
    return f"{processor()}, {cores()} cores, {memory_gib():.0f} GiB, {system()}. Python {python()}; {libraries}."


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The name that the processor gives itself."""
    try:
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"


def python() -> str:
    return platform.python_version()


def _versions() -> Iterator[str]:
    for name in LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
