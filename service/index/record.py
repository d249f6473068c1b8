"""A document as a generation stores it: the parsed document and the passages its snippets are cut from."""

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson

from service.documents.model import Cause, Document, Reference, Step


def key_of(document_id: str) -> int:
    """The number a document goes by inside an index: 63 bits of the BLAKE2b hash of its id."""
    return int.from_bytes(hashlib.blake2b(document_id.encode(), digest_size=8).digest(), "big") >> 1


def dump(document: Document) -> bytes:
    """Serialise a document."""
    return orjson.dumps(document)


def holds(raw: bytes, names: Sequence[bytes]) -> bool:
    """Whether one of some names, in lower case, is anywhere in a serialised document, in whatever case."""
    lowered = raw.lower()
    return any(name in lowered for name in names)


def load(raw: bytes) -> Document:
    """Read a document that `dump` wrote."""
    fields: dict[str, Any] = orjson.loads(raw)
    return Document(
        **fields
        | {
            "tags": tuple(fields["tags"]),
            "keywords": tuple(fields["keywords"]),
            "causes": tuple(Cause(**cause) for cause in fields["causes"]),
            "steps": tuple(Step(**step) for step in fields["steps"]),
            "references": tuple(Reference(**reference) for reference in fields["references"]),
        }
    )
