"""A small stand-in for the assistant: fixed answers with real quotes from the real documents."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.types import Answer, Claim, Notice, Quote, Status, Turn
from corpus import Corpus, Document, load

DOCUMENTS = Path(__file__).parents[2] / "corpus" / "documents"
CALIFORNIA = "can an aesthetician do laser resurfacing in California?"


def quote_of(corpus: Corpus, words: str) -> Quote:
    """The quote with exactly these words, wherever a passage holds them."""
    for passage in corpus.passages:
        if words in passage.text:
            document = next(document for document in corpus.documents if document.id == passage.document_id)
            start = passage.start + passage.text.index(words)
            return Quote(document, passage, start, start + len(words))
    raise LookupError(words)


@dataclass(frozen=True)
class FakeAssistant:
    corpus: Corpus
    pause: float = 0.0  # seconds between two lines

    @classmethod
    def over_the_documents(cls, pause: float = 0.0) -> "FakeAssistant":
        return cls(load(DOCUMENTS), pause)

    def document(self, id: str) -> Document | None:
        return next((document for document in self.corpus.documents if document.id == id), None)

    def stream(self, question: str, history: Sequence[Turn]) -> Iterator[Answer]:
        whole = self.whole(question, history)
        for count in range(1, len(whole.lines) + 1):
            time.sleep(self.pause)
            yield replace(whole, lines=whole.lines[:count])

    def whole(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        if "california" in question.lower():
            return self._california(question)
        if "risks" in question.lower():
            return self._risks(question)
        if "heard" in question.lower():
            heard = Notice("next-step", " | ".join(f"{turn.role}: {turn.text}" for turn in history) or "nothing")
            return Answer(question, Status.PARTIAL, "evidence", (heard,), 0.5)
        if "break" in question.lower():
            raise RuntimeError(f"secret: {question}")
        sorry = Notice("not-covered", "My documents don't cover that.")
        ask = Notice("next-step", "Please ask the clinic that treats you.")
        return Answer(question, Status.ABSTAINED, "no-evidence", (sorry, ask), 0.1)

    def _california(self, question: str) -> Answer:
        never = "In California, laser procedures cannot be performed by an aesthetician."
        licence = "It's required to have a medical license of RN or higher to perform the treatments."
        believed = (
            "In the state of Florida (and I believe California), the person performing the laser must be a nurse "
            "practitioner, physician assistant, or physician."
        )
        states = "most states allow anyone with proper training, experience and supervision by a medical professional"
        kaplan, unnamed = quote_of(self.corpus, never), quote_of(self.corpus, believed)
        lines = (
            Claim("**No** for laser procedures in California, say both doctors in the documents.", (kaplan, unnamed)),
            Notice("differ", "They differ on who may do it:"),
            Claim(f"Harold J. Kaplan, MD: “{never} {licence}”", (kaplan, quote_of(self.corpus, licence))),
            Claim(f"A doctor the page does not name: “{believed}”", (unnamed,)),
            Claim(f"General, no state named: AmSpa writes “{states}”", (quote_of(self.corpus, states),)),
            Notice("general", "This is what undated pages say, not the law itself."),
            Notice("next-step", "Ask California's medical or nursing board, or the clinic that treats you."),
        )
        return Answer(question, Status.CONFLICTING, "sources-differ", lines, 0.93)

    def _risks(self, question: str) -> Answer:
        passage = next(passage for passage in self.corpus.passages if "Burns and scarring" in passage.text)
        quote = quote_of(self.corpus, passage.text)
        items = [line.strip(" •;.") for line in passage.text.splitlines() if "•" in line]
        text = "Skin rejuvenation risks include:\n\n" + "\n".join(f"- {item}" for item in items)
        return Answer(question, Status.ANSWERED, "evidence", (Claim(text, (quote,)),), 0.97)
