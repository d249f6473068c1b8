from pathlib import Path

import numpy as np

from service.index import vectors


def test_search_finds_what_brute_force_finds(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    embeddings = random.standard_normal((300, len(vectors.FIELDS), 16)).astype(np.float32)
    vectors.build(tmp_path / "vectors", embeddings)
    index = vectors.VectorIndex.open(tmp_path / "vectors")
    query = random.standard_normal((1, 16)).astype(np.float32)
    similarities = embeddings @ query[0]
    expected = np.argsort(-(similarities @ np.array(vectors.CANDIDATE_WEIGHTS, np.float32)))[:20]
    assert index.search(query, 20).tolist() == expected.tolist()
    np.testing.assert_allclose(index.similarities(query, expected), similarities[expected], rtol=1e-5)


def test_nearest_of_a_document_leaves_itself_out(tmp_path: Path) -> None:
    embeddings = np.zeros((3, len(vectors.FIELDS), 16), np.float32)
    embeddings[:, :, 0] = [[1.0], [0.2], [0.9]]
    embeddings[:, :, 1] = [[0.0], [1.0], [0.1]]
    vectors.build(tmp_path / "vectors", embeddings)
    index = vectors.VectorIndex.open(tmp_path / "vectors")
    assert index.nearest(0, 5).tolist() == [2, 1]
    assert index.nearest(0, 1).tolist() == [2]


def test_search_of_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    vectors.build(tmp_path / "vectors", np.empty((0, len(vectors.FIELDS), 16), np.float32))
    index = vectors.VectorIndex.open(tmp_path / "vectors")
    assert index.search(np.ones((1, 16), np.float32), 5).tolist() == []
