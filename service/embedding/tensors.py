"""Tensors of a safetensors file, memory-mapped, so that all processes that open a model share one copy of it.

The library itself reads them into memory of the process's own.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

_TYPES = {"F16": np.float16, "F32": np.float32}
_LENGTH_BYTES = 8


def map_tensor(path: Path, name: str) -> npt.NDArray[np.generic] | None:
    """The tensor of this name, read-only; None when the file has none, or one of a type that NumPy lacks."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        told = orjson.loads(file.read(length)).get(name)
    if told is None or told["dtype"] not in _TYPES:
        return None
    begin = _LENGTH_BYTES + length + told["data_offsets"][0]
    # As a plain array: NumPy's class for memory maps takes a microsecond or more at every access.
    return np.asarray(np.memmap(path, _TYPES[told["dtype"]], "r", begin, tuple(told["shape"])))
