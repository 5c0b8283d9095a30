"""What a chat server and a model can do wrong, and what comes of each."""

from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from assistant.chat.budget import Budget
from tests.chat.scenes import AGES, LASTS, LIKELY, LONG, ROOMY, TIGHT, TOLD, good, line, number_of, says
from tests.chat.server import Body, Raw, Say, Script, said
from tests.chat.server import Status as Response


@dataclass(frozen=True)
class Scene:
    """What a server does, and what comes of it."""

    script: Script
    failure: str = "unverified"
    dropped: tuple[str, ...] | None = ()  # None: whatever was found
    budget: Budget = ROOMY
    shown: tuple[str, ...] = ()  # the sentences of the model that hold


def one(text: str, defect: str | None, *quotes: str, passage_of: str = LASTS) -> Scene:
    """A reply of one sentence that must be dropped. `defect`: its name, None where more than one fits."""
    return Scene(says(text, *quotes, passage_of=passage_of), dropped=(defect,) if defect else None)


def numbered(passage: int) -> Scene:
    return Scene(lambda _: line(TOLD, passage, LASTS), dropped=("wrong-passage",))


def unfinished(finish: str) -> Script:
    return lambda request: Say([good(request).split("\n")[0] + '\n{"text": "Also, sun prot'], finish=finish)


def half(request: dict[str, Any]) -> Say:
    return Say([good(request).split("\n")[0] + "\n", '{"text": "And '], ending="cut")


def dripping(request: dict[str, Any]) -> Say:
    return Say([good(request).split("\n")[0] + "\n", *(" " * 1000)], pause=0.05)


def thousands(request: dict[str, Any]) -> str:
    return "".join(line(f"Treatments take {n} minutes.", number_of(request, LASTS), LASTS) for n in range(10_000))


def again_and_again(request: dict[str, Any]) -> Say:
    return Say([good(request).split("\n")[0] + "\n"] * 10_000)


def obeys(request: dict[str, Any]) -> str:
    return line("Our partner clinic gives you half off today.", number_of(request, LASTS), LASTS)


LEAK = "You write a short answer from numbered passages. You know nothing else."
RANGE = "treatments range between 15 minutes to 2 hours"
SPANISH = "AmSpa dice que los tratamientos duran entre 15 minutos y 2 horas, según el procedimiento."

SCENES: dict[str, Scene] = {
    "connection never accepted": Scene("full", "timeout", budget=TIGHT["connect"]),  # type: ignore[arg-type]
    "nobody listens": Scene("closed", "connection"),  # type: ignore[arg-type]
    "never answers": Scene(Raw(ending="hold"), "timeout", budget=TIGHT["first"]),
    "first word late": Scene(Say(["{"], before=LONG), "timeout", budget=TIGHT["first"]),
    "stalls": Scene(Say(['{"te'], ending="hold"), "timeout", budget=TIGHT["between"]),
    "drips without end": Scene(Say(["{"] * 1000, pause=0.05), "timeout", budget=TIGHT["whole"]),
    "drips after a sentence": Scene(dripping, "timeout", budget=TIGHT["whole"], shown=(TOLD,)),
    "busy for too long": Scene(Response(429, {"Retry-After": "3600"}), "rate-limit"),
    "busy until a date far off": Scene(Response(429, {"Retry-After": formatdate(4e9, usegmt=True)}), "rate-limit"),
    "busy, nobody knows how long": Scene(Response(429), "rate-limit"),
    "500": Scene(Response(500), "server"),
    "503": Scene(Response(503), "server"),
    "wrong key": Scene(Response(401), "key"),
    "forbidden": Scene(Response(403), "key"),
    "no such model": Scene(Response(404), "not-found"),
    "too long for it": Scene(Response(413), "rejected"),
    "hangs up": Scene(Raw(), "connection"),
    "resets": Scene(Raw(ending="reset"), "connection"),
    "not HTTP": Scene(Raw(b"\x00\x01\xff nonsense\r\n\r\n"), "garbage"),
    "bytes": Scene(Body(b"\xff\xfe\x00"), "garbage"),
    "a web page": Scene(Body(b"<html>Welcome</html>", "text/html"), "garbage"),
    "error inside the stream": Scene(Body(b'data: {"error": {"message": "SERVER TEXT"}}\n\n'), "server"),
    "prose": Scene(said("It takes between 15 minutes and 2 hours, I think."), "garbage"),
    "half a stream": Scene(half, "cut-off", shown=(TOLD,)),
    "half a stream, no sentence": Scene(Say(['{"text": "It ta'], ending="cut"), "cut-off"),
    "unfinished last line": Scene(unfinished("stop"), "", shown=(TOLD,)),
    "cut at the length": Scene(unfinished("length"), "cut-off", shown=(TOLD,)),
    "empty": Scene(Say([]), "empty"),
    "white space": Scene(Say([" ", "\n\n"]), "empty"),
    "says that nothing answers": Scene(said('{"text": "", "passage": 0, "quotes": []}'), "nothing"),
    "refusal text": Scene(said("I'm sorry, but I can't help with that."), "garbage"),
    "refusal as a claim": one("I am sorry, but I cannot help with that.", None),
    "content filter": Scene(Say(["{"], finish="content_filter"), "refusal"),
    "wrong language": Scene(says(SPANISH), "language", ("language",)),
    "10,000 bad claims": Scene(thousands, "budget", None),
    "a good claim 10,000 times": Scene(again_and_again, "budget", None, shown=(TOLD,)),
    "obeys a document": Scene(obeys, dropped=None),
    "instructions repeated": Scene(said(LEAK), "garbage"),
    "instructions as a claim": one(LEAK, None),
    "instructions as a quote": one(LEAK, "invented-quote", LEAK),
    "quote invented": one("Treatments are over in a moment.", "invented-quote", "treatments are over in a moment"),
    "quote stitched": one(
        "The sensation is compared to an elastic band.", "stitched-quote",
        "The sensation is mostly compared to an elastic band prior to the procedure.",
    ),
    "quote with a gap": one(
        "Your doctor may numb the skin; it takes up to 2 hours.", "stitched-quote",
        "Your doctor may numb the skin ... treatments range between 15 minutes to 2 hours",
    ),
    "quote of a passage not shown": one(
        "Botox may be given by an RN under physician supervision.", "invented-quote",
        "Botox/Dysport | MD, NP, PA, or RN under physician supervision",
    ),
    "quote too short": one("A treatment takes 2 hours.", "invented-quote", "2 hours"),
    "no quote": Scene(lambda r: line(TOLD, number_of(r, LASTS)), dropped=("invented-quote",)),
    "another passage": Scene(lambda r: line(TOLD, number_of(r, AGES), LASTS), dropped=("wrong-passage",)),
    "passage 0": numbered(0),
    "passage 99": numbered(99),
    "number of its own": one("A treatment takes between 15 minutes and 3 hours.", "number"),
    "number in words": one("A treatment takes between 15 minutes and three hours.", "number"),
    "state of its own": one("In Texas, treatments range between 15 minutes and 2 hours.", "state"),
    "role of its own": one("With a nurse practitioner, treatments range between 15 minutes and 2 hours.", "role"),
    "drug of its own": one("With lidocaine, treatments range between 15 minutes and 2 hours.", "drug"),
    "name of its own": one("Dr. Amelia Feelgood says treatments range between 15 minutes and 2 hours.", "name"),
    "hedge removed": one(
        "Laser resurfacing makes permanent improvement in your skin.", "hedge", LIKELY, passage_of=LIKELY
    ),
    "turned round": one("Treatments do not range between 15 minutes and 2 hours.", "negation"),
    "script": one(f"<script>alert(1)</script>{LASTS}", "markup"),
    "tag": one(f'<img src="x" onerror="alert(1)"> {LASTS}', "markup"),
    "tag left open": one(f"{LASTS} <a href='", "markup"),
    "comment": one(f"<!-- {LASTS} -->", "markup"),
    "entity": one(f"&lt;b&gt;{LASTS}", "markup"),
    "link": one("Treatments [range between 15 minutes to 2 hours](https://example.com/x).", "markup"),
    "link by reference": one("Treatments [range between 15 minutes to 2 hours][1].", "markup"),
    "image": one(f"![treatments](https://example.com/x.png?q=secret) {LASTS}", "markup"),
    "address": one(f"{LASTS} See https://example.com/book.", "markup"),
    "address without scheme": one(f"{LASTS} See example.com/book.", "markup"),
    "javascript": one(f"{LASTS} javascript:alert(1)", "markup"),
    "code": one(f"`{LASTS}`", "markup"),
    "a citation of its own": one("Treatments range between 15 minutes to 2 hours [2].", "markup"),
    "terminal sequence": one(f"\x1b[31m{LASTS}\x1b]8;;https\x07", "markup"),
    "text turned round": one(f"\u202e{LASTS}", "markup"),
    "hidden characters": one(f"Treat\u200bments range between 15 minutes to 2 hours{chr(0xE0041)}.", "markup"),
    "half a character": one(f"{LASTS} \ud83d", "markup"),
    "curly quotes around its own words": one(f"AmSpa: “painless {RANGE}”.", "invented-quote"),
    "curly quote left open": one(f"AmSpa: “painless, and {RANGE}.", "invented-quote"),
    "curly quotes the wrong way round": one(f"AmSpa: ”painless, and“ {RANGE}.", "invented-quote"),
    "curly quotes nested": one(f"AmSpa: ““{RANGE}” without any pain.”", "invented-quote"),
    "straight quotes around its own words": one(f'AmSpa: "painless, and {RANGE}".', "invented-quote"),
    "angle quotes around its own words": one(f"AmSpa: «painless, and {RANGE}».", "invented-quote"),
    "single quotes around its own words": one(f"AmSpa: ‘painless, and {RANGE}’.", "invented-quote"),
    "deeply nested": Scene(said('{"text":' * 60), "garbage"),
}  # fmt: skip
