"""What a collection of documents holds in Milvus, and how a document is written into it and read back.

The words and bigrams of our own analyzer are what Milvus counts for BM25, not those of an analyzer of its own, so that
both kinds of index take the same words for the same. Each goes there as seven letters that stand for it, which every
analyzer leaves as they are.
"""

import base64
import hashlib
import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from service.documents.model import Document
from service.embedding.encoder import Embedding
from service.embedding.pieces import Pieces
from service.index import lexical, record
from service.index.lexical import LexicalEntry
from service.index.milvus.connection import Row

if TYPE_CHECKING:
    from pymilvus import CollectionSchema
    from pymilvus.milvus_client.index import IndexParams

LAYOUT = 3
"""Changes whenever the collections, or what stands in them, change their meaning."""

KEY, PRODUCT, RECORD, EMBEDDING, PIECES = "key", "product", "record", "embedding", "pieces"
BM25_FIELDS = {name: f"{name}_bm25" for name in lexical.FIELDS}
LONGEST_PRODUCT = 512

_LONGEST_TEXT = 65_535
_TOKEN_LETTERS = 7
_MOST_TOKENS = _LONGEST_TEXT // (_TOKEN_LETTERS + 1)
_PART = 60_000
_MOST_PARTS = 512


def document_schema(dimension: int) -> "tuple[CollectionSchema, IndexParams]":
    """The fields of a collection of documents and the indexes over them; `dimension` is that of one embedding."""
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    indexes = MilvusClient.prepare_index_params()
    schema.add_field(KEY, DataType.INT64, is_primary=True)
    schema.add_field(PRODUCT, DataType.VARCHAR, max_length=LONGEST_PRODUCT)
    indexes.add_index(PRODUCT, index_type="INVERTED")
    for name, scored in BM25_FIELDS.items():
        schema.add_field(
            name,
            DataType.VARCHAR,
            max_length=_LONGEST_TEXT,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "standard"},
        )
        schema.add_field(scored, DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function(scored, FunctionType.BM25, input_field_names=[name], output_field_names=[scored]))
        indexes.add_index(
            scored,
            index_type="SPARSE_INVERTED_INDEX",
            metric_type="BM25",
            # As the embedded index has them.
            params={"bm25_k1": 1.2, "bm25_b": 0.75},
        )
    schema.add_field(EMBEDDING, DataType.FLOAT_VECTOR, dim=dimension)
    # The server's operator says in its configuration what that is.
    indexes.add_index(EMBEDDING, index_type="AUTOINDEX", metric_type="IP")
    schema.add_field(
        RECORD, DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=_MOST_PARTS, max_length=_LONGEST_TEXT
    )
    schema.add_field(PIECES, DataType.VARCHAR, max_length=_LONGEST_TEXT)
    return schema, indexes


def row_of(key: int, document: Document, entry: LexicalEntry, embedding: Embedding, pieces: Pieces) -> Row:
    """A document's row; `embedding` is its own, of shape (dimension,)."""
    texts = {name: tokens(getattr(entry, name).split()) for name in lexical.FIELDS}
    return texts | {
        KEY: key,
        PRODUCT: document.product or "",
        EMBEDDING: embedding,
        RECORD: _packed(document),
        PIECES: base64.b64encode(pieces).decode(),
    }


def document_of(row: Row) -> Document:
    """The document that a row's field `record` holds."""
    return record.load(zlib.decompress(base64.b64decode("".join(row[RECORD]))))


def pieces_of(row: Row) -> Pieces:
    """What the model packed of the document of a row's field `pieces`."""
    return base64.b64decode(row[PIECES])


def tokens(terms: Iterable[str]) -> str:
    """Terms as Milvus is given them, as many as there is room for."""
    return " ".join([token(term) for term in terms][:_MOST_TOKENS])


@lru_cache(maxsize=1 << 16)
def token(term: str) -> str:
    """Seven letters that stand for a term; one in four thousand million pairs of terms shares them."""
    number = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest(), "big")
    letters = ""
    for _ in range(_TOKEN_LETTERS):
        number, letter = divmod(number, 26)
        letters += chr(ord("a") + letter)
    return letters


def _packed(document: Document) -> list[str]:
    packed = base64.b64encode(zlib.compress(record.dump(document))).decode()
    return [packed[begin : begin + _PART] for begin in range(0, len(packed), _PART)]
