"""One collection of documents in Milvus with its notes, being written."""

import re
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

from service.documents.model import Document
from service.embedding.encoder import Encoder
from service.index.fields import Fields
from service.index.files import FileState, file_state
from service.index.lexical import LexicalEntry
from service.index.milvus import frequencies
from service.index.milvus.connection import Connection
from service.index.milvus.header import notes_of
from service.index.milvus.schema import KEY, RECORD, document_of, document_schema, row_of
from service.index.progress import Progress

_FILE = "file"
_BATCH = 128
_STAMP = r"\d{8}t\d{6}_[0-9a-f]{6}"


class Store:
    """A collection and its notes; what is written is published by a header or an alias only."""

    def __init__(self, connection: Connection, collection: str) -> None:
        self._connection = connection
        self.collection = collection
        self.notes = notes_of(connection, collection)

    def create(self, dimension: int) -> None:
        """Make both on the server, for embeddings of this dimension."""
        self._connection.create(self.collection, *document_schema(dimension))
        self.notes.create()

    def seal(self) -> None:
        """Have the indexes of what was written built."""
        self._connection.flush(self.collection)
        self._connection.flush(self.notes.collection)

    def documents(self, progress: Progress) -> dict[int, Document]:
        """Every document by key."""
        found: dict[int, Document] = {}
        for row in self._connection.scan(self.collection, [KEY, RECORD]):
            found[int(row[KEY])] = document_of(row)
            progress("reading", len(found), len(found))
        return found

    def files(self) -> tuple[FileState, ...]:
        """What became of every file, by path."""
        states = (file_state(raw) for _, raw in self.notes.all(_FILE))
        return tuple(sorted(states, key=lambda state: state.path))

    def put_files(self, files: Iterable[FileState], before: Iterable[FileState] = ()) -> None:
        """Note what became of the files, where that is not so noted already."""
        known, now = {file.path: file for file in before}, {file.path: file for file in files}
        self.notes.put(_FILE, {path: file for path, file in now.items() if known.get(path) != file})
        self.notes.remove(_FILE, known.keys() - now.keys())

    def write(self, documents: Mapping[int, Document], encoder: Encoder, progress: Progress) -> None:
        """Write documents by key, whose words are not counted yet."""
        keys = list(documents)
        counted: Counter[str] = Counter()
        for begin in range(0, len(keys), _BATCH):
            batch = {key: documents[key] for key in keys[begin : begin + _BATCH]}
            fields = {key: Fields.of(document) for key, document in batch.items()}
            texts = [one.whole for one in fields.values()]
            rows = [
                row_of(key, document, LexicalEntry.of(key, fields[key]), own, packed)
                for (key, document), own, packed in zip(
                    batch.items(), encoder.encode_documents(texts), encoder.pieces(texts), strict=True
                )
            ]
            self._connection.upsert(self.collection, rows)
            counted.update(frequencies.count(batch.values()))
            progress("writing", begin + len(batch), len(keys))
        frequencies.add(self.notes, counted)

    def forget(self, documents: Mapping[int, Document], *, keep_rows: Collection[int]) -> None:
        """Count the words of documents no longer, and delete them but for the rows that are written over."""
        counted = frequencies.count(documents.values())
        counted.subtract({name: 2 * number for name, number in counted.items()})
        frequencies.add(self.notes, counted)
        self._connection.delete(self.collection, [key for key in documents if key not in keep_rows])


def new_store(connection: Connection, dimension: int) -> Store:
    """Make a collection that nobody knows of yet."""
    stamp = f"{datetime.now(UTC):%Y%m%dt%H%M%S}_{secrets.token_hex(3)}"
    store = Store(connection, f"{connection.address.name}_{stamp}")
    store.create(dimension)
    return store


def clear_away(connection: Connection) -> None:
    """Delete the collections of this index that its alias does not point to; for the holder of the lease."""
    name = connection.address.name
    current = connection.aliased(name)
    ours = re.compile(rf"{re.escape(name)}_{_STAMP}(?:_notes)?")
    for collection in connection.collections():
        if ours.fullmatch(collection) and (current is None or collection.removesuffix("_notes") != current):
            connection.drop(collection)
