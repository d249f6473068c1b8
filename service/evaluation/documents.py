"""The documents that a line of a file names."""

from collections.abc import Iterable

from service.documents.model import Document
from service.errors import DocumentNotFoundError
from service.evaluation.files import Line
from service.index.searchable import Searchable


def find_documents(line: Line, document_ids: Iterable[str], snapshot: Searchable) -> list[Document]:
    """The documents of these ids.

    :raises EvaluationError: naming those that the index lacks.
    """
    found, unknown = [], []
    for document_id in document_ids:
        try:
            found.append(snapshot.document(document_id))
        except DocumentNotFoundError:
            unknown.append(document_id)
    if unknown:
        raise line.error(
            f"names {', '.join(map(repr, unknown))}, not among the {snapshot.document_count} documents of the index; "
            "index the collection that was judged (--knowledge, --data), or correct the line."
        )
    return found
