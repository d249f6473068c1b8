"""The embeddings of documents' fields, made in batches."""

from collections.abc import Sequence

import numpy as np

from service.embedding.encoder import Encoder
from service.index.fields import Fields
from service.index.progress import Progress
from service.index.vectors import FIELDS, FieldEmbeddings

_BATCH = 64


def encode_fields(encoder: Encoder, fields: Sequence[Fields], progress: Progress) -> FieldEmbeddings:
    """The embeddings of documents, in their order."""
    encoded = np.empty((len(fields), len(FIELDS), encoder.dimension), np.float32)
    for begin in range(0, len(fields), _BATCH):
        batch = fields[begin : begin + _BATCH]
        texts = [text for one in batch for text in one.embedded()]
        encoded[begin : begin + len(batch)] = encoder.encode_documents(texts).reshape(len(batch), len(FIELDS), -1)
        progress("encoding", begin + len(batch), len(fields))
    return encoded
