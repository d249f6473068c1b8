import numpy as np

from service.index import codes


def test_codes_stand_for_nearly_the_same_embeddings() -> None:
    random = np.random.default_rng(5)
    embeddings = random.standard_normal((40, 64)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    query = embeddings[:1].copy()
    embeddings[7] = 0
    coded = codes.encode(embeddings)
    np.testing.assert_allclose(codes.decode(coded), embeddings, atol=0.003)
    np.testing.assert_allclose(codes.similarities(coded, query), embeddings @ query[0], atol=0.005)
    assert codes.dimension_of(coded.dtype.itemsize) == 64
