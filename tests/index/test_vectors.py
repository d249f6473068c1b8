from collections.abc import Sequence
from pathlib import Path

import numpy as np

from service.index import vectors
from service.index.codes import FieldEmbeddings
from service.index.records import Keys


def write(
    folder: Path,
    keys: Keys,
    embeddings: FieldEmbeddings,
    previous: Path | None = None,
    removed: Sequence[int] = (),
) -> None:
    writer = vectors.VectorWriter(folder, embeddings.shape[2], previous)
    writer.write(keys, embeddings)
    writer.close(np.array(removed, np.int64))


def test_search_finds_what_brute_force_finds(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    embeddings = random.standard_normal((300, len(vectors.FIELDS), 16)).astype(np.float32)
    write(tmp_path / "vectors", np.arange(300), embeddings)
    index = vectors.VectorIndex.open(tmp_path / "vectors")
    query = random.standard_normal((1, 16)).astype(np.float32)
    similarities = embeddings @ query[0]
    expected = np.argsort(-(similarities @ np.array(vectors.CANDIDATE_WEIGHTS, np.float32)))[:20]
    assert index.search(query, 20).tolist() == expected.tolist()
    np.testing.assert_allclose(index.similarities(query, expected), similarities[expected], rtol=1e-5)


def test_search_of_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    write(tmp_path / "vectors", np.arange(0), np.empty((0, len(vectors.FIELDS), 16), np.float32))
    index = vectors.VectorIndex.open(tmp_path / "vectors")
    assert index.search(np.ones((1, 16), np.float32), 5).tolist() == []
