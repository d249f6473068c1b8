"""What a model is worth to a collection, from the collection alone.

No question of a real user is at hand, so each document's own question stands in for one. Asked as it is, it says
nothing: the document holds it word for word, and the words of it come back in the first paragraph of the answer, where
experts repeat what they were asked. Users put it in other words. So what is searched are documents without title,
question, tags and opening: their own question then has to find the answer by what it says. Of the stand-ins that were
tried on a collection with judged questions of users (question against the whole answer, with words left out, a sentence
against the rest of its answer), only this one told, for the hybrid ranking, a model that gained from one that did not,
and by how much. It is blind to gains in languages and styles that the documents' own questions do not have.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from service.adaptation.texts import after_opening, asked
from service.answering.engine import Engine
from service.answering.query import LONGEST_QUESTION, checked_question
from service.answering.reply import Status
from service.documents.model import Document
from service.embedding.encoder import Encoder
from service.errors import InvalidQuestionError
from service.evaluation.metrics import FULL_GRADE, hit, ndcg
from service.evaluation.outcomes import Outcome
from service.evaluation.questions import Question
from service.evaluation.run import ask_all
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.snapshot import Snapshot
from service.settings import Settings

_DEPTH = 10


class Judge:
    """An index of answers without what was asked, in a folder of its own, to put their questions to."""

    def __init__(self, settings: Settings, documents: Iterable[Document], encoder: Encoder, folder: Path) -> None:
        self._settings = settings.model_copy(update={"data": folder})
        self._indexer = Indexer(self._settings, encoder)
        self._indexer.publish(_bare(document) for document in documents)

    def measure(self, encoder: Encoder, questions: Sequence[Question]) -> list[tuple[Outcome, Outcome]]:
        """How each question fares by the ranking that answers users, and by the encoder's vectors alone."""
        if encoder is not self._indexer.encoder:
            self._indexer.change_model(encoder)
        live = LiveIndex.open(self._settings, encoder)
        results = ask_all(Engine(live, encoder, self._settings), questions, lambda stage, done, total: None)
        alone = [_ask_encoder(encoder, live.current(), question) for question in questions]
        return [(result.outcome, one) for result, one in zip(results, alone, strict=True)]


def questions_of(documents: Iterable[Document]) -> tuple[Question, ...]:
    """The documents' own questions, each answered by its document; those that nobody could ask are left out."""
    questions = []
    for document in documents:
        try:
            text = checked_question(asked(document)[:LONGEST_QUESTION])
        except InvalidQuestionError:
            continue
        questions.append(Question(document.id, text, None, {document.id: FULL_GRADE}, True))
    return tuple(questions)


def _bare(document: Document) -> Document:
    return replace(document, title="", question="", tags=(), markdown=after_opening(document))


def _ask_encoder(encoder: Encoder, snapshot: Snapshot, question: Question) -> Outcome:
    rows = snapshot.vectors.search(encoder.encode_queries([question.text]), _DEPTH)
    grades = [question.relevant.get(snapshot.document_at(int(row)).id, 0) for row in rows]
    return Outcome(
        question.id,
        question.judgement,
        question.style,
        question.answerable,
        Status.ANSWERED,
        0.0,
        hit(grades, 1),
        hit(grades, 5),
        ndcg(grades, question.relevant.values()),
    )
