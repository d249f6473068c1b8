from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from service.embedding.tensors import map_tensor


@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_mapped_tensor_is_what_was_saved(tmp_path: Path, kind: type[np.floating]) -> None:
    table = np.random.default_rng(3).standard_normal((7, 4)).astype(kind)
    save_file({"other": np.ones(3, np.float32), "table": table}, tmp_path / "model.safetensors")
    mapped = map_tensor(tmp_path / "model.safetensors", "table")
    assert mapped is not None and mapped.dtype == kind
    assert mapped.tolist() == table.tolist()
    assert not mapped.flags.writeable


def test_tensor_that_is_not_there_or_of_another_type_is_not_mapped(tmp_path: Path) -> None:
    save_file({"table": np.ones(3, np.int8)}, tmp_path / "model.safetensors")
    assert map_tensor(tmp_path / "model.safetensors", "table") is None
    assert map_tensor(tmp_path / "model.safetensors", "embedding.weight") is None
