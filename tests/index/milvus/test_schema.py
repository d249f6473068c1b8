import numpy as np

from service.index.fields import Fields
from service.index.lexical import LexicalEntry
from service.index.milvus.schema import document_of, row_of, token, tokens
from tests.documents.builders import answer


def test_row_gives_document_back() -> None:
    long = answer("配置 config\n\n" * 30_000)
    row = row_of(7, long, LexicalEntry.of(7, Fields.of(long)), np.zeros(4, np.float32), b"")
    assert document_of(row) == long
    assert all(len(row[name].encode()) <= 65_535 for name in ("words", "bigrams", "question"))


def test_tokens_keep_words_apart_in_letters() -> None:
    assert token("nacos.core.auth") == token("nacos.core.auth") != token("nacos.core")
    first, second = tokens(["配置", "2.2.0"]).split()
    assert first.isascii() and first.isalpha() and first.islower() and len(first) == len(second) == 7
