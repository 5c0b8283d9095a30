"""Which assistant answers: with the chat model that the settings name, or with quotes alone; and what people are told.

Loads nothing of chat models where the settings name none.
"""

from typing import TYPE_CHECKING

from assistant.settings import Settings, SettingsProblem

if TYPE_CHECKING:
    from assistant.chat.assistant import ChatAssistant
    from assistant.chat.model import ChatModel
    from assistant.engine import Assistant

AT_ONCE = 8  # questions that the chat model words side by side; one more is answered with quotes alone
_WORDS = {
    "en": "A language model, {model}, helps to word the answers.",
    "es": "Un modelo de lenguaje, {model}, ayuda a redactar las respuestas.",
}
_SENT = {"en": "What you type is sent to {host}.", "es": "Lo que usted escribe se envía a {host}."}
# Not "it runs here": a program on this machine may pass on what it is asked.
_ASKED_HERE = {"en": "It is asked on {machine}.", "es": "Se le pregunta en {machine}."}
_THIS_MACHINE = {"en": "this machine", "es": "esta máquina"}


def opened_model(settings: Settings) -> "ChatModel | None":
    """The chat model that the settings name, None where they name none. Raises SettingsProblem. Close it at the end."""
    if not settings.chat_model:
        return None
    from assistant.chat.budget import Budget
    from assistant.chat.failures import ModelProblem
    from assistant.chat.model import open_model

    budget = Budget.of(settings.chat_seconds, settings.chat_tokens)
    try:
        return open_model(
            settings.chat_model, base_url=settings.chat_base_url, api_key=settings.chat_api_key, budget=budget
        )
    except ModelProblem as problem:
        raise SettingsProblem(str(problem)) from None


def answering(engine: "Assistant", model: "ChatModel | None") -> "Assistant | ChatAssistant":
    """The engine alone, or with the model beside it."""
    if model is None:
        return engine
    from assistant.chat.assistant import ChatAssistant
    from assistant.chat.writer import Writer

    return ChatAssistant(engine, Writer(model), AT_ONCE)


def told(model: "ChatModel | None", language: str = "en", machine: str = "") -> str:
    """Which model helps to word the answers and where the user's words go, in two sentences; "" without a model.

    `machine`: what this machine is to the reader, where "this machine" would be theirs.
    """
    if model is None:
        return ""
    spoken = "es" if language.startswith("es") else "en"
    host = _host(model)
    goes = (
        _SENT[spoken].format(host=host)
        if host
        else _ASKED_HERE[spoken].format(machine=machine or _THIS_MACHINE[spoken])
    )
    return f"{_WORDS[spoken].format(model=model.name)} {goes}"


def _host(model: "ChatModel") -> str:
    """The host that gets the user's words; "" for this machine."""
    if not model.place.on_this_machine:
        return model.place.host
    # Ollama on this machine sends what models with such names are asked on to its makers: docs.ollama.com/cloud
    return "ollama.com" if model.name.startswith("ollama:") and model.name.endswith("cloud") else ""
