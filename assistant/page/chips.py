"""The status of an answer as a patient sees it: words, colour and shape together, never colour alone."""

from dataclasses import dataclass
from html import escape

from assistant.types import Answer, Status


@dataclass(frozen=True, slots=True)
class Chip:
    look: str  # the CSS class that colours it
    icon: str  # an SVG path in a 16 x 16 box, drawn with a stroke
    label: str
    spanish: str


_TICK = "M3 8.5l3.2 3.2L13 4.8"
_FORK = "M8 14V9M8 9L3.5 4.5M8 9l4.5-4.5M3.5 8V4.5H7M12.5 8V4.500H9"
_HALF = "M8 2.500a5.5 5.5 0 1 0 0 11zM8 2.500a5.5 5.5 0 0 1 0 11"
_EMPTY = "M8 2.500a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M4.2 11.800l7.6-7.6"
_PERSON = "M8 7.500a2.5 2.5 0 1 0 0-5a2.5 2.5 0 0 0 0 5M3 13.500c.5-2.8 2.5-4 5-4s4.5 1.2 5 4"
_ALARM = "M8 2L1.5 13.500h13zM8 6.500v3.500M8 11.800v.2"
_WAIT = "M8 2.500a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 5v3.200l2 1.3"

_BY_STATUS = {
    Status.EMERGENCY: Chip("emergency", _ALARM, "Emergency", "Emergencia"),
    Status.DECLINED: Chip("declined", _PERSON, "Not something I can answer", "No puedo responder a esto"),
    Status.ABSTAINED: Chip("abstained", _EMPTY, "Not covered", "No está en los documentos"),
    Status.CONFLICTING: Chip("conflicting", _FORK, "Sources differ", "Las fuentes difieren"),
    Status.PARTIAL: Chip("partial", _HALF, "Partly covered", "Respuesta parcial"),
    Status.ANSWERED: Chip("answered", _TICK, "Answered", "Respondido"),
}
_BY_REASON = {
    "small-talk": Chip("waiting", _TICK, "Ask me", "Pregúnteme"),
    "not-ready": Chip("waiting", _WAIT, "Getting ready", "Preparando"),
    "question-length": Chip("waiting", _WAIT, "Please shorten", "Más corto, por favor"),
    "busy": Chip("waiting", _WAIT, "Please try again", "Inténtelo de nuevo"),
    "error": Chip("waiting", _WAIT, "Please try again", "Inténtelo de nuevo"),
}


def chip_of(answer: Answer) -> Chip:
    """The chip of an answer; what went wrong on our side never looks like a statement about the documents."""
    return _BY_REASON.get(answer.reason) or _BY_STATUS[answer.status]


def chip_html(answer: Answer) -> str:
    chip = chip_of(answer)
    label = chip.spanish if answer.language.startswith("es") else chip.label
    icon = f'<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="{chip.icon}"/></svg>'
    return (
        f'<span class="chip chip-{chip.look}" data-status="{escape(answer.status.value)}">{icon}{escape(label)}</span>'
    )
