"""Pairs of real documents that a person has read: which of them are one question with one answer.

With another model, the thresholds of `duplicates` hold as long as these tests do. A failure names each pair with its
cosines, of questions and of whole documents.
"""

from pathlib import Path

import numpy as np
import pytest

from service.answering.duplicates import Folding
from service.embedding.encoder import Encoder
from service.embedding.opening import open_encoder
from service.embedding.unrelated import unrelated_cosine
from service.index.fields import Fields
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.record import key_of
from service.index.snapshot import Snapshot
from service.settings import Settings

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "nacos"

ALIKE = [
    (8268, 12701),
    (11200, 11188),
    (13537, 13414),
    (11189, 12711),
    (11030, 14870),
    (14822, 11032),
    (12459, 13375),
    (15423, 15422),
    (11787, 11786),
    (15279, 15470),
    (14872, 15010),
    (15634, 15605),
    (12711, 13408),
    (15275, 15465),
    (15620, 15223),
    (13942, 11203),
    (13990, 14947),
    (13424, 13483),
    (12700, 13376),
]
DIFFERENT = [
    (15116, 15117),
    (11799, 11800),
    (11797, 11796),
    (11826, 11825),
    (15964, 11184),
    (16638, 14783),
    (11191, 11738),
    (11191, 12449),
    (14993, 14824),
    (15189, 15188),
    (15190, 15188),
    (11788, 11787),
    (11754, 11475),
    (11757, 11475),
    (11195, 16912),
    (13483, 15614),
    (13486, 15147),
    (13442, 16191),
    (8200, 13442),
    (11437, 10484),
    (8459, 8430),
    (15014, 15016),
    (14822, 8229),
    (15283, 15472),
    (13416, 15141),
    (13990, 13404),
    (15150, 11185),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder()


@pytest.fixture(scope="module")
def folding(encoder: Encoder) -> Folding:
    return Folding(encoder, unrelated_cosine(encoder))


@pytest.fixture(scope="module")
def snapshot(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    if not CORPUS.is_dir():
        pytest.skip(f"the real documents are missing: {CORPUS}")
    settings = Settings(knowledge=CORPUS, data=tmp_path_factory.mktemp("real"), model="default")
    Indexer(settings, encoder).update()
    return LiveIndex.open(settings, encoder).current()


def rows_of(pair: tuple[int, int], snapshot: Snapshot) -> list[int]:
    return [int(np.searchsorted(snapshot.keys, key_of(f"question-history-{number}"))) for number in pair]


def is_folded(pair: tuple[int, int], snapshot: Snapshot, folding: Folding) -> bool:
    return len(folding.fold(np.array(rows_of(pair, snapshot)), snapshot, shown=2)) == 1


def described(pair: tuple[int, int], snapshot: Snapshot, encoder: Encoder) -> str:
    rows = rows_of(pair, snapshot)
    one, other = snapshot.vectors.embeddings_at(np.array(rows))
    asked, asked_too = encoder.encode_documents([Fields.of(snapshot.document_at(row)).asked for row in rows])
    return f"{pair}: {asked @ asked_too:.2f}, {one @ other:.2f}"


def test_no_two_that_differ_are_folded(snapshot: Snapshot, folding: Folding, encoder: Encoder) -> None:
    folded = [pair for pair in DIFFERENT if is_folded(pair, snapshot, folding)]
    assert [described(pair, snapshot, encoder) for pair in folded] == []


def test_nearly_all_that_are_alike_are_folded(snapshot: Snapshot, folding: Folding, encoder: Encoder) -> None:
    shown = [described(pair, snapshot, encoder) for pair in ALIKE if not is_folded(pair, snapshot, folding)]
    assert len(shown) <= len(ALIKE) // 5, shown
