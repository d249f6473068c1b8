"""How many documents hold each word: what Milvus counts for its own BM25, but does not tell."""

from collections import Counter
from collections.abc import Iterable, Sequence

from service.documents.model import Document
from service.index import analyzer
from service.index.fields import Fields
from service.index.milvus.notes import Notes
from service.index.milvus.schema import token

_KIND = "term"
_BATCH = 1000


def count(documents: Iterable[Document]) -> Counter[str]:
    """How many of the documents hold each word, by the word's token."""
    counted: Counter[str] = Counter()
    for document in documents:
        counted.update({token(word) for word in analyzer.words(Fields.of(document).whole)})
    return counted


def add(notes: Notes, changes: Counter[str]) -> None:
    """Change the noted numbers by these, which may be below 0."""
    changed = [name for name, change in changes.items() if change]
    for begin in range(0, len(changed), _BATCH):
        batch = changed[begin : begin + _BATCH]
        noted = notes.get(_KIND, batch, newest=True)
        numbers = {name: noted.get(name, 0) + changes[name] for name in batch}
        notes.put(_KIND, {name: number for name, number in numbers.items() if number > 0})
        notes.remove(_KIND, [name for name, number in numbers.items() if number <= 0])


def read(notes: Notes, words: Sequence[str]) -> list[int]:
    """How many documents hold each word."""
    noted = notes.get(_KIND, [token(word) for word in words])
    return [int(noted.get(token(word), 0)) for word in words]
