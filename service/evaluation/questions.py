"""Judged questions: what users ask, and which documents answer it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.answering.query import checked_question
from service.errors import InvalidQuestionError
from service.evaluation.documents import find_documents
from service.evaluation.files import Line, read_lines
from service.evaluation.metrics import FULL_GRADE
from service.index.searchable import Searchable

ALL = "all"
"""Stands for the questions of every style, so no style can have this name."""

_GRADES = (0, 1, FULL_GRADE)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the grade (0, 1 or 2) of each document that was judged for it.

    A question that is not `answerable` is one that ought to be refused, whatever documents are near it.
    """

    id: str
    text: str
    style: str | None
    relevant: Mapping[str, int]
    answerable: bool

    @property
    def judgement(self) -> str:
        """A digest that changes with the question or what was judged for it."""
        judged = json.dumps([self.text, sorted(self.relevant.items()), self.answerable], ensure_ascii=False)
        return _digest(judged)


def read_questions(path: Path, snapshot: Searchable) -> tuple[Question, ...]:
    """The questions of a file, in its order.

    One JSON object a line: `question`; `relevant`, grades by document id or a list of ids that answer fully; and, if
    wanted, `id` (a digest of the question by default), `style`, and `answerable` (by default whether a document does).

    :raises EvaluationError: when a line is not of this form, repeats an id, or names a document the index lacks.
    """
    questions: dict[str, Question] = {}
    numbers: dict[str, int] = {}
    for line in read_lines(path):
        question = _question(line)
        if question.id in questions:
            raise line.error(f"has the id {question.id!r} of line {numbers[question.id]}; give each its own.")
        find_documents(line, question.relevant, snapshot)
        questions[question.id] = question
        numbers[question.id] = line.number
    return tuple(questions.values())


def _question(line: Line) -> Question:
    try:
        text = checked_question(line.required("question", str))
    except InvalidQuestionError as error:
        raise line.error(str(error)) from error
    relevant = _relevant(line)
    answerable = line.optional("answerable", bool)
    if answerable is None:
        answerable = FULL_GRADE in relevant.values()
    elif answerable and not any(relevant.values()):
        raise line.error('is answerable, but no document in "relevant" has grade 1 or 2; name one that answers it.')
    style = line.optional("style", str)
    if style == ALL:
        raise line.error(f"has the style {ALL!r}, which stands for all styles; choose another name.")
    return Question(line.optional("id", str) or _digest(text), text, style, relevant, answerable)


def _relevant(line: Line) -> dict[str, int]:
    judged = line.fields.get("relevant")
    if isinstance(judged, list) and all(isinstance(one, str) for one in judged):
        return dict.fromkeys(judged, FULL_GRADE)
    if isinstance(judged, dict) and all(type(grade) is int and grade in _GRADES for grade in judged.values()):
        return judged
    raise line.error(
        f'"relevant" is {json.dumps(judged, ensure_ascii=False)}; expected document ids with grades 0, 1 or 2, such as '
        '{"nacos-login-403": 2}, or a list of the ids of documents that answer the question.'
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
