import numpy as np

from service.index import codes


def test_codes_stand_for_nearly_the_same_embeddings() -> None:
    random = np.random.default_rng(5)
    embeddings = random.standard_normal((40, 3, 64)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=2, keepdims=True)
    embeddings[7, 1] = 0
    query = embeddings[:1, 0]
    coded = codes.encode(embeddings)
    np.testing.assert_allclose(codes.decode(coded), embeddings, atol=0.003)
    np.testing.assert_allclose(codes.similarities(coded, query), embeddings @ query[0], atol=0.005)
    assert codes.dimension_of(coded.dtype.itemsize, 3) == 64
