"""Adapting the embedding model to the operator's own documents, where that pays; and going back.

The model that is set is the start, never an adapted one, so that adaptations do not pile up. Only a gain beyond chance,
on documents that were not trained on, takes an adapted model into use; that is then trained on all of them.
"""

import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from service.embedding.folder import is_static
from service.embedding.opening import find_model, open_encoder
from service.errors import AdaptationError, IndexMismatchError
from service.evaluation.comparison import Difference
from service.extras import install
from service.index.indexer import Indexer
from service.index.models import AdaptedModels, published_model
from service.index.progress import Progress, untold
from service.settings import Settings

if TYPE_CHECKING:
    from service.adaptation.trial import Trial

FEWEST_DOCUMENTS = 50
"""Documents below which nothing can be told from chance."""


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What was measured on the documents held out in turn, and what became of it.

    `hybrid` is of the ranking that answers users, `encoder` of the vectors alone, both nDCG@10 from the model that is
    set to the adapted one; None where there were too few documents. `model` (a hash) and `generation` are those in use
    afterwards.
    """

    documents: int
    questions: int
    hybrid: Difference | None
    encoder: Difference | None
    adopted: bool
    reason: str
    model: str
    generation: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Undoing:
    """What `undo` did; `undone` is false where no adapted model was in use, `generation` None without an index."""

    undone: bool
    model: str
    generation: str | None


def adapt(settings: Settings, progress: Progress = untold) -> Adaptation:
    """Adapt the model that is set to the documents of the published index, and use it if that ranks them better.

    :raises AdaptationError: when the extra `training` is not installed, the model is not a static one, or the data
        folder cannot be written.
    :raises ModelError: when the model cannot be opened.
    :raises IndexUnavailableError: when no index is published.
    :raises IndexMismatchError: when the published one differs in more than the model, or is damaged.
    :raises IndexBusyError: when another process adapts.
    """
    started = time.perf_counter()
    folder = _trainable(settings)
    # These import torch.
    from service.adaptation.training import train
    from service.adaptation.trial import try_out

    base = open_encoder(settings.model)
    indexer = Indexer(settings, base)
    models = AdaptedModels(settings.data)
    with models.lock():
        documents = indexer.documents()
        models.keep_only(published_model(settings))
        trial = try_out(settings, base, folder, documents, progress) if len(documents) >= FEWEST_DOCUMENTS else None
        adopted = trial is not None and trial.pays
        if adopted:

            def write(output: Path) -> None:
                train(folder, documents, output, on_step=lambda done, total, loss: progress("training", done, total))

            model = models.add(write, base.model_hash)
            indexer.change_model(model.open(settings.model), progress)
            models.keep_only(indexer.encoder.model_hash)
        return Adaptation(
            documents=len(documents),
            questions=trial.questions if trial else 0,
            hybrid=trial.hybrid if trial else None,
            encoder=trial.encoder if trial else None,
            adopted=adopted,
            reason=_reason(len(documents), trial),
            model=str(published_model(settings)),
            generation=str(indexer.generation),
            seconds=time.perf_counter() - started,
        )


def undo(settings: Settings, progress: Progress = untold) -> Undoing:
    """Go back to the model that is set, and delete the adapted one.

    :raises AdaptationError: when the data folder cannot be written.
    :raises ModelError: when the model that is set cannot be opened.
    :raises KnowledgeError: when the published index has to be built anew and the knowledge folder cannot be read.
    :raises IndexBusyError: when another process adapts.
    """
    base = open_encoder(settings.model)
    indexer = Indexer(settings, base)
    models = AdaptedModels(settings.data)
    with models.lock():
        published = published_model(settings)
        if published is None or not models.has(published):
            undone = published is None and models.newest() is not None
            models.keep_only(None)
        else:
            undone = True
            _publish_without(models, indexer, progress)
        return Undoing(undone, base.model_hash, indexer.generation)


def _publish_without(models: AdaptedModels, indexer: Indexer, progress: Progress) -> None:
    try:
        indexer.change_model(indexer.encoder, progress)
    except IndexMismatchError:
        # Nothing answers from this index, so the adapted model is not needed until there is another.
        models.keep_only(None)
        indexer.update(rebuild=True, progress=progress)
    models.keep_only(None)


def _reason(documents: int, trial: "Trial | None") -> str:
    if trial is None:
        return f"{documents} documents are too few to tell a gain from chance, {FEWEST_DOCUMENTS} are needed"
    if trial.hybrid.better and trial.encoder.worse:
        return "the ranking gains, but by itself the adapted model ranks worse, beyond chance"
    return "the ranking gains, beyond chance" if trial.hybrid.better else "the ranking gains nothing beyond chance"


def _trainable(settings: Settings) -> Path:
    """The folder of a model that can be adapted here."""
    if settings.index is not None:
        raise AdaptationError(
            "An adapted model lies in the data folder, where other machines that answer from the same Milvus index do "
            "not find it; adapt without EXPERT_ANSWERS_INDEX, copy the folder under data/models/ to each, and name "
            "it by EXPERT_ANSWERS_MODEL."
        )
    if find_spec("torch") is None:
        raise AdaptationError(f"Adapting the model needs PyTorch, which is not installed; run {install('training')}.")
    model = settings.model
    folder = find_model(model)
    if not is_static(folder):
        raise AdaptationError(
            f"The model {model!r} is no StaticEmbedding, and only those can be adapted; set EXPERT_ANSWERS_MODEL to "
            "`default` to adapt that one."
        )
    return folder
