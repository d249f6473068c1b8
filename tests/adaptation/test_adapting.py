from pathlib import Path

import pytest

from service.adaptation import adapting
from service.adaptation.adapting import adapt, undo
from service.answering.engine import Engine
from service.embedding.folder import hash_files
from service.errors import AdaptationError, IndexBusyError, IndexUnavailableError, ModelError
from service.index.generations import Generations
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.models import AdaptedModels, open_model, published_model
from service.settings import Settings
from tests.adaptation.language import EXPERTS, USERS, write_collection, write_model
from tests.knowledge import write_document


class KilledError(BaseException):
    """Stands for the end of a process."""


def _answers(settings: Settings) -> str:
    """Ask as a new process would; the name of the model that answered."""
    encoder = open_model(settings)
    engine = Engine(LiveIndex.open(settings, encoder), encoder, settings)
    assert engine.ask(f"{USERS[0]} {USERS[1]}").hits
    return encoder.name


def _adapted(settings: Settings) -> list[str]:
    return [path.name for path in (settings.data / "models").iterdir() if path.name != "lock"]


def test_adapt_takes_a_model_into_use_that_ranks_held_out_documents_better(indexed: Settings) -> None:
    base = hash_files(Path(indexed.model))
    report = adapt(indexed)
    assert report.adopted, report.reason
    assert report.hybrid is not None and report.hybrid.better
    assert report.encoder is not None and report.encoder.better
    assert (report.documents, report.questions) == (60, 60)
    assert report.model == published_model(indexed) != base
    assert report.generation == Generations(indexed.data).require_current().name
    assert _answers(indexed) == f"{indexed.model}, adapted"
    encoder = open_model(indexed)
    asked, said, other = encoder.encode_queries([USERS[0], EXPERTS[0], EXPERTS[1]])
    assert asked @ said > asked @ other


def test_adapt_keeps_the_model_where_nothing_can_be_learned(settings: Settings) -> None:
    write_collection(settings.knowledge, answered=False)
    published = Indexer(settings, open_model(settings)).update().generation
    report = adapt(settings)
    assert not report.adopted
    assert report.hybrid is not None and not report.hybrid.better
    assert (report.model, report.generation) == (hash_files(Path(settings.model)), published)
    assert _adapted(settings) == []


def test_adapt_to_a_few_documents_keeps_the_model_and_says_why(settings: Settings) -> None:
    write_collection(settings.knowledge, count=5)
    Indexer(settings, open_model(settings)).update()
    report = adapt(settings)
    assert (report.adopted, report.hybrid, report.encoder) == (False, None, None)
    assert "5 documents are too few" in report.reason


def test_adapt_again_starts_from_the_model_that_is_set(indexed: Settings) -> None:
    first, second = adapt(indexed), adapt(indexed)
    assert (second.hybrid, second.encoder, second.model) == (first.hybrid, first.encoder, first.model)
    assert _adapted(indexed) == [first.model[:16]]


def test_undo_goes_back_to_the_model_that_is_set(indexed: Settings) -> None:
    adapt(indexed)
    undone = undo(indexed)
    assert undone.undone
    assert published_model(indexed) == undone.model == hash_files(Path(indexed.model))
    assert _adapted(indexed) == []
    assert _answers(indexed) == indexed.model
    assert not undo(indexed).undone


def test_update_and_rebuild_keep_the_adapted_model(indexed: Settings) -> None:
    stale = Indexer(indexed, open_model(indexed))
    model = adapt(indexed).model
    write_document(indexed.knowledge, "new", title=EXPERTS[3])
    assert stale.update().added == 1
    assert stale.update(rebuild=True).published
    assert published_model(indexed) == model


def test_index_that_was_deleted_comes_back_with_the_adapted_model(indexed: Settings) -> None:
    model = adapt(indexed).model
    (indexed.data / "index" / "CURRENT").unlink()
    Indexer(indexed, open_model(indexed)).update()
    assert published_model(indexed) == model


def test_adapted_model_of_another_base_is_refused_until_undone(indexed: Settings, tmp_path: Path) -> None:
    adapt(indexed)
    changed = indexed.model_copy(update={"model": str(write_model(tmp_path / "other", seed=1))})
    with pytest.raises(ModelError, match="adapt --undo"):
        open_model(changed)
    with pytest.raises(ModelError, match="adapt --undo"):
        Indexer(changed, open_model(changed.model_copy(update={"data": tmp_path / "none"}))).update()
    assert undo(changed).undone
    assert _answers(changed) == changed.model


def test_adapted_model_that_was_changed_is_refused_until_undone(indexed: Settings) -> None:
    folder = indexed.data / "models" / adapt(indexed).model[:16]
    tokenizer = folder / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text("utf-8") + "\n", "utf-8")
    with pytest.raises(ModelError, match="was changed since"):
        open_model(indexed)
    undo(indexed)
    assert _answers(indexed) == indexed.model


@pytest.mark.parametrize(
    ("owner", "seam", "adapted"),
    [
        (AdaptedModels, "add", False),
        (Indexer, "change_model", False),
        (Generations, "publish", False),
        (AdaptedModels, "keep_only", True),
    ],
)
def test_adapt_that_is_killed_leaves_an_index_that_answers(
    owner: type, seam: str, adapted: bool, indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published_model(indexed)
    reached = getattr(owner, seam)

    def kill(self: object, *arguments: object, **named: object) -> object:
        # The trial's own index, and the sweep before the trial, are not what is killed.
        data = self._settings.data if isinstance(self, Indexer) else self.root.parent  # type: ignore[attr-defined]
        if data != indexed.data or arguments[0] == before:
            return reached(self, *arguments, **named)
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(owner, seam, kill)
        with pytest.raises(KilledError):
            adapt(indexed)
    assert (published_model(indexed) != before) is adapted
    assert _answers(indexed).endswith(", adapted") is adapted
    Indexer(indexed, open_model(indexed)).update(rebuild=True)
    assert _answers(indexed).endswith(", adapted") is adapted
    assert adapt(indexed).adopted
    assert len(_adapted(indexed)) == 1


@pytest.mark.parametrize(
    ("owner", "seam", "adapted"), [(Generations, "publish", True), (AdaptedModels, "keep_only", False)]
)
def test_undo_that_is_killed_leaves_an_index_that_answers(
    owner: type, seam: str, adapted: bool, indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapt(indexed)

    def kill(*arguments: object, **named: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(owner, seam, kill)
        with pytest.raises(KilledError):
            undo(indexed)
    assert _answers(indexed).endswith(", adapted") is adapted
    undo(indexed)
    assert _adapted(indexed) == []
    assert _answers(indexed) == indexed.model


def test_adapt_without_an_index_names_the_command(settings: Settings) -> None:
    with pytest.raises(IndexUnavailableError, match="expert-answers index"):
        adapt(settings)


def test_adapt_while_another_does_is_refused(indexed: Settings) -> None:
    with AdaptedModels(indexed.data).lock(), pytest.raises(IndexBusyError, match="adapting"):
        adapt(indexed)


def test_adapt_that_cannot_write_names_the_folder(indexed: Settings) -> None:
    (indexed.data / "models").write_text("not a folder", "utf-8")
    with pytest.raises(AdaptationError, match=f"{indexed.data} cannot be written"):
        adapt(indexed)


def test_model_in_use_of_a_data_folder_that_cannot_be_is_the_one_set(settings: Settings) -> None:
    settings.data.write_text("not a folder", "utf-8")
    assert open_model(settings).name == settings.model


def test_adapt_without_pytorch_names_the_extra(indexed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapting, "find_spec", lambda name: None)
    with pytest.raises(AdaptationError, match=r"pip install '\.\[training\]'"):
        adapt(indexed)


def test_adapt_of_another_kind_of_model_is_refused(indexed: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "transformer"
    folder.mkdir()
    (folder / "modules.json").write_text('[{"type": "sentence_transformers.models.Transformer"}]', "utf-8")
    with pytest.raises(AdaptationError, match="StaticEmbedding"):
        adapt(indexed.model_copy(update={"model": str(folder)}))
