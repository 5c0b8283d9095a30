"""What an operator may set, read once from the environment. Knows nothing of pages, models or stores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Each of these would let the page's framework publish files, code or conversations behind the operator's back.
DANGEROUS_SWITCHES = (
    "GRADIO_ALLOWED_PATHS",
    "GRADIO_FLAGGING_MODE",
    "GRADIO_HISTORY_BUCKET",
    "GRADIO_MCP_SERVER",
    "GRADIO_PROFILING",
    "GRADIO_RUN_HISTORY",
    "GRADIO_SERVER_MODE_ENABLED",
    "GRADIO_SHARE",
    "GRADIO_VIBE_MODE",
    "GRADIO_WATCH_DIRS",
)
_OFF = frozenset({"", "0", "false", "no", "off", "never"})


class SettingsProblem(Exception):
    """A setting cannot be used; the message is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Settings:
    documents: Path = Path("corpus/documents")
    index: Path = Path(".data/index")
    host: str = "127.0.0.1"
    port: int = 7860
    contact: str = ""  # how to reach a person: "call 555-0100"; empty: the clinic that treats you
    clinic_name: str = ""
    embedding_model: str = ""  # empty: the embedded default
    chat_model: str = ""  # "provider:model"; empty: answers are quotes only
    chat_base_url: str = ""  # a server that speaks the provider's protocol; empty: the provider's own
    chat_api_key: str = field(default="", repr=False)  # empty: the provider's own variable
    chat_seconds: float = 30.0  # for one question, at most
    chat_tokens: int = 3000  # into the model, at most


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from an environment; what is unset or blank keeps its default. Raises SettingsProblem."""
    default = Settings()

    def value(name: str) -> str:
        return environ.get(name, "").strip()

    return Settings(
        documents=Path(value("DOCUMENTS_DIR") or default.documents),
        index=Path(value("INDEX_DIR") or default.index),
        host=value("HOST") or default.host,
        port=port_number(value("PORT") or str(default.port), "PORT"),
        contact=value("CONTACT"),
        clinic_name=value("CLINIC_NAME"),
        embedding_model=value("EMBEDDING_MODEL"),
        chat_model=value("CHAT_MODEL"),
        chat_base_url=value("CHAT_BASE_URL"),
        chat_api_key=value("CHAT_API_KEY"),
        chat_seconds=_amount(value("CHAT_SECONDS") or str(default.chat_seconds), "CHAT_SECONDS", 1, 600),
        chat_tokens=int(_amount(value("CHAT_TOKENS") or str(default.chat_tokens), "CHAT_TOKENS", 500, 1_000_000)),
    )


def _amount(text: str, name: str, least: float, most: float) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = float("nan")
    if not least <= amount <= most:
        raise SettingsProblem(f"{name} is {text!r}; it must be a number from {least} to {most:,}.")
    return amount


def port_number(text: str, name: str) -> int:
    """The port that `text` gives. Raises SettingsProblem, which names the setting."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise SettingsProblem(f"{name} is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def refuse_dangerous(environ: Mapping[str, str]) -> None:
    """Raise SettingsProblem where a switch is on that would open the page to more than its own questions."""
    switched_on = [name for name in DANGEROUS_SWITCHES if environ.get(name, "").strip().lower() not in _OFF]
    if switched_on:
        raise SettingsProblem(
            f"{' and '.join(switched_on)} would publish more than this page; unset it in the environment to start."
        )
