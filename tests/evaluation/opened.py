"""What an evaluation asks, and the files it reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.answering.engine import Engine
from service.index.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine and the snapshot it answers from."""

    engine: Engine
    snapshot: Snapshot


def write_lines(path: Path, *rows: Mapping[str, object] | str) -> Path:
    """Write JSON Lines; a text is a line as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def silent(stage: str, done: int, total: int) -> None:
    """Report no progress."""
