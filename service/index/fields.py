"""Which texts of a document are searched, in one place for the lexical index, the vectors and training."""

from dataclasses import dataclass
from typing import Self

from service.documents.model import Document


@dataclass(frozen=True, slots=True)
class Fields:
    """The searched texts of one document."""

    title: str
    question: str
    tags: str
    answer: str

    @classmethod
    def of(cls, document: Document) -> Self:
        """Take a document apart."""
        return cls(document.title, document.question, " ".join(document.tags), document.markdown)

    @property
    def asked(self) -> str:
        """What the document is an answer to."""
        return f"{self.title}\n{self.question}"

    @property
    def whole(self) -> str:
        """Everything that is searched, for words and by its embedding."""
        return f"{self.asked}\n{self.tags}\n{self.answer}"
