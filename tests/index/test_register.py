import random
from dataclasses import replace
from pathlib import Path

import numpy as np

from service.documents.model import Document
from service.index.record import key_of
from service.index.register import Register, RegisterWriter
from tests.documents.builders import answer


def _dated(number: int, date: str | None, *tags: str) -> Document:
    return replace(answer("看日志。"), id=f"id-{number:03d}", date=date, tags=tags)


def _expected(documents: dict[int, Document]) -> list[str]:
    by_id = sorted(documents.values(), key=lambda document: document.id)
    return [document.id for document in sorted(by_id, key=lambda document: document.date or "", reverse=True)]


def test_register_of_updates_is_in_the_order_of_dates_and_ids(tmp_path: Path) -> None:
    chance = random.Random(3)
    documents: dict[int, Document] = {}
    register = Register.empty()
    for number in range(40):
        writer = RegisterWriter(register)
        gone = chance.sample(sorted(documents), min(len(documents), chance.randrange(3)))
        for key in gone:
            del documents[key]
        written = {chance.randrange(60) for _ in range(chance.choice([0, 1, 20]))}
        for one in written:
            dated = _dated(one, chance.choice([None, "2026-01-01", "2026-02-03", "2025-12-31"]), chance.choice("abc"))
            documents[key_of(dated.id)] = dated
            writer.write(dated)
        removed = np.array([key for key in gone if key not in documents], np.int64)
        writer.finish(removed, documents.__getitem__).save(tmp_path / str(number))
        register = Register.open(tmp_path / str(number))
        assert [documents[key].id for key in register.order.tolist()] == _expected(documents)
        tags = [tag for one in documents.values() for tag in one.tags]
        assert register.counts() == {
            tag: tags.count(tag) for tag in sorted(set(tags), key=lambda tag: -tags.count(tag))
        }


def test_documents_with_a_tag_are_found(tmp_path: Path) -> None:
    writer = RegisterWriter(Register.empty())
    for one in (_dated(1, None, "a", "b", "a"), _dated(2, None, "b")):
        writer.write(one)
    register = writer.finish(np.empty(0, np.int64), dict[int, Document]().__getitem__)
    assert register.keys_with("a").tolist() == [key_of("id-001")]
    assert sorted(register.keys_with("b").tolist()) == sorted(map(key_of, ("id-001", "id-002")))
    assert register.keys_with("c").tolist() == []
