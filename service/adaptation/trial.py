"""Whether adapting pays: cross-validation over whole documents, each asked about by a model that has not seen it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from service.adaptation.judging import Judge, questions_of
from service.adaptation.training import train
from service.documents.model import Document
from service.embedding.encoder import Encoder
from service.embedding.static import StaticEncoder
from service.evaluation.comparison import Difference, compare
from service.evaluation.outcomes import Outcome
from service.evaluation.questions import ALL
from service.index.progress import Progress
from service.settings import Settings

MEASURE = "ndcg@10"
"""The measure that decides."""

PARTS = 4
"""Into how many parts documents are divided; each is held out once."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What adapting changes of MEASURE: by the ranking that answers users, and by the encoder's vectors alone."""

    questions: int
    hybrid: Difference
    encoder: Difference

    @property
    def pays(self) -> bool:
        """Whether the ranking is better beyond chance, and the encoder by itself not worse."""
        return self.hybrid.better and not self.encoder.worse


def try_out(
    settings: Settings, base: Encoder, base_folder: Path, documents: Sequence[Document], progress: Progress
) -> Trial:
    """Adapt to all documents but one part, ask about that part, and so on for each; `base` lies in `base_folder`."""
    before: list[tuple[Outcome, Outcome]] = []
    after: list[tuple[Outcome, Outcome]] = []
    with tempfile.TemporaryDirectory() as scratch:
        judge = Judge(settings, documents, base, Path(scratch) / "data")
        before.extend(judge.measure(base, questions_of(documents)))
        for number, part in enumerate(_parts(documents), 1):
            held_out = {document.id for document in part}
            folder = Path(scratch) / f"model-{number}"
            seen = [document for document in documents if document.id not in held_out]
            train(base_folder, seen, folder, on_step=partial(_report, progress, number - 1))
            after.extend(judge.measure(StaticEncoder(folder), questions_of(part)))
    hybrid, encoder = (_difference([pair[i] for pair in before], [pair[i] for pair in after]) for i in (0, 1))
    return Trial(len(after), hybrid, encoder)


def _report(progress: Progress, parts_done: int, done: int, total: int, loss: float) -> None:
    progress("trying", parts_done * total + done, PARTS * total)


def _parts(documents: Sequence[Document]) -> list[list[Document]]:
    """Parts of one size, drawn by the hash of the ids."""
    drawn = sorted(documents, key=lambda document: sha256(document.id.encode()).digest())
    return [drawn[begin::PARTS] for begin in range(PARTS)]


def _difference(before: Sequence[Outcome], after: Sequence[Outcome]) -> Difference:
    return compare(before, after).styles[ALL][MEASURE]
