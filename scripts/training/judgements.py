"""Documents that came first for questions written for another one, as judges read them beside the question.

A document that was not meant may answer a question as well, the more often the more documents there are about the same
product: taking every one of them for wrong would teach that good answers are bad ones.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

Judgements = Mapping[tuple[str, str], int]
"""The grade, 0..2, of a document for a question, by the question's `fingerprint` and the document's id."""

_FILE = Path(__file__).with_name("written") / "judgements.jsonl"


def read_judgements() -> Judgements:
    """All there are."""
    rows = map(json.loads, _FILE.read_text(encoding="utf-8").splitlines())
    return {(row["asked"], row["document_id"]): row["grade"] for row in rows}


def fingerprint(question: str) -> str:
    """What stands for a question whose text lies elsewhere."""
    return sha256(question.encode()).hexdigest()[:16]
