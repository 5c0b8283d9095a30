"""The index as a LangChain retriever, for chains of one's own. Knows nothing of how it searches."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from corpus.types import Document
from index.passages import PassageIndex
from index.types import Hit


class PassageRetriever(BaseRetriever):
    """`PassageRetriever(index=PassageIndex.open(folder), k=5).invoke(query)`"""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: PassageIndex
    k: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[LangChainDocument]:
        snapshot = self.index.snapshot
        return [_as_document(hit, snapshot.document(hit.passage.document_id)) for hit in snapshot.search(query, self.k)]


def _as_document(hit: Hit, document: Document | None) -> LangChainDocument:
    """The passage, with what a citation of it needs: `start` and `end` are code points into the document's text."""
    passage = hit.passage
    facts = {"document": passage.document_id, "start": passage.start, "end": passage.end}
    facts |= {"headings": list(passage.headings), "speaker": passage.speaker, "score": hit.score}
    if document is not None:
        facts |= {"title": document.title, "publisher": document.publisher}
        facts |= {"kind": document.kind, "date": document.date}
    return LangChainDocument(page_content=passage.text, metadata=facts)
