from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from service.documents.model import Document, Reference
from service.documents.references import resolve_references
from service.index.record import key_of
from service.index.titles import Titles
from tests.documents.builders import answer

LONG = "一个标题很长很长很长很长很长很长很长很长的问题怎么办"


def _document(name: str, title: str, mentions: Sequence[str] = (), question: str = "") -> Document:
    references = tuple(Reference(mention) for mention in mentions)
    return replace(answer("看日志。"), id=name, title=title, question=question or name, references=references)


def _updated(
    folder: Path, held: dict[str, Document], written: Sequence[Document], removed: Sequence[str], number: int
) -> dict[str, Document]:
    """What documents become, and their titles in a folder, as the builder does it."""
    titles = Titles.open(folder / str(number - 1)) if number else Titles.empty()
    held = {name: document for name, document in held.items() if name not in removed}
    for document in written:
        titles.write(document)
        held[document.id] = document
    by_key = {key_of(name): document for name, document in held.items()}
    keys = np.array([key_of(name) for name in removed], np.int64)
    held |= {document.id: document for document in list(titles.resolve(keys, by_key.__getitem__))}
    (folder / str(number)).mkdir()
    titles.save(folder / str(number))
    return held


def test_references_follow_the_titles_through_updates(tmp_path: Path) -> None:
    held: dict[str, Document] = {}
    updates: list[tuple[list[Document], list[str]]] = [
        ([_document("a", "甲", ["乙", LONG[:22], "问丙"]), _document("b", "丁")], []),
        ([_document("c", "乙"), _document("d", LONG)], []),
        ([_document("e", "戊", question="问丙"), _document("b", "乙")], []),
        ([], ["c"]),
        ([_document("d", "己"), _document("f", "庚", ["甲"])], ["e"]),
        ([_document("a", "甲二", ["丁"])], ["b"]),
    ]
    for number, (written, removed) in enumerate(updates):
        held = _updated(tmp_path, held, written, removed, number)
        assert tuple(held.values()) == resolve_references(tuple(held.values()))
    assert held["f"].references[0].document_id is None


def test_first_update_resolves_all_references(tmp_path: Path) -> None:
    held = _updated(tmp_path, {}, [_document("a", "甲", ["乙", LONG[:22]]), _document("b", LONG)], [], 0)
    assert [reference.document_id for reference in held["a"].references] == [None, "b"]
