"""What answers: the models, the index, and the packages that the settings call for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec

from service.doctor.finding import Finding, doubtful, fine, wrong
from service.embedding.encoder import Encoder
from service.embedding.folder import is_static
from service.embedding.opening import find_folder, find_model
from service.errors import (
    ExpertAnswersError,
    IndexDamagedError,
    IndexMismatchError,
    IndexUnavailableError,
    IndexUnreachableError,
    ModelError,
    SettingsError,
)
from service.extras import install
from service.index.generations import Generations
from service.index.live import LiveIndex
from service.index.manifest import Recipe
from service.index.models import open_model
from service.index.opening import open_index
from service.index.searchable import Searchable
from service.index.snapshot import Snapshot
from service.settings import Settings

_REBUILD = "Run `expert-answers index --rebuild`; the service takes the new index up by itself."


def examine_extras(settings: Settings) -> Iterator[Finding]:
    """Are the optional packages there that the settings need?"""
    needed = [("tracing", "opentelemetry.exporter", "EXPERT_ANSWERS_TRACES_URL")] if settings.traces_url else []
    if settings.database_url and settings.database_url.startswith("postgresql+psycopg"):
        needed.append(("postgresql", "psycopg", "EXPERT_ANSWERS_DATABASE_URL"))
    if settings.index:
        needed.append(("milvus", "pymilvus", "EXPERT_ANSWERS_INDEX"))
    if settings.reranker:
        needed.append(("transformers", "sentence_transformers", "EXPERT_ANSWERS_RERANKER"))
    if _needs_transformers(settings):
        needed.append(("transformers", "sentence_transformers", "EXPERT_ANSWERS_MODEL"))
    missing = [(extra, setting) for extra, package, setting in needed if not _is_installed(package)]
    for extra, setting in missing:
        remedy = f"Run {install(extra)}, or unset {setting}."
        yield wrong("extras", f"{setting} needs the extra `{extra}`, which is not installed.", remedy)
    if not missing:
        names = ", ".join(dict.fromkeys(extra for extra, _, _ in needed)) or "none"
        yield fine("extras", f"All optional packages that the settings need are installed: {names}.")


def examine_models(settings: Settings) -> Iterator[Finding]:
    """Can the embedding model be opened, and are the files of the reranker there?"""
    try:
        encoder = open_model(settings)
    except ModelError as error:
        yield wrong("model", str(error), "Set EXPERT_ANSWERS_MODEL to a model that is here; `default` always is.")
    else:
        yield fine(
            "model", f"The embedding model {encoder.name!r} opens; its vectors have {encoder.dimension} numbers."
        )
        yield _examine_index(settings, encoder)
    if settings.reranker:
        if find_folder(settings.reranker):
            yield fine("reranker", f"The files of the reranker {settings.reranker!r} are there.")
        else:
            told = f"There is no reranker {settings.reranker!r}, neither as a folder nor in the Hugging Face cache."
            yield wrong("reranker", told, "Set EXPERT_ANSWERS_RERANKER to a folder that holds one, or unset it.")


def _examine_index(settings: Settings, encoder: Encoder) -> Finding:
    """Is there an index, was it built as this program would, is it whole, and does it answer?"""
    snapshot: Searchable
    try:
        if settings.index is None:
            snapshot = Snapshot.open(Generations(settings.data).require_current(), Recipe.of(encoder, settings))
        else:
            snapshot = open_index(settings, encoder).current()
    except SettingsError as error:
        return wrong("index", str(error), "Mend EXPERT_ANSWERS_INDEX, or unset it for an index in the data folder.")
    except IndexUnreachableError as error:
        return wrong("index", str(error), "Start the Milvus server, or set EXPERT_ANSWERS_INDEX to one that answers.")
    except IndexUnavailableError as error:
        return wrong("index", str(error), "Run `expert-answers index`.")
    except IndexDamagedError as error:
        try:
            earlier = LiveIndex.open(settings, encoder).current().generation
            return wrong("index", f"{error} The generation {earlier} answers meanwhile.", _REBUILD)
        except ExpertAnswersError:
            return wrong("index", str(error), _REBUILD)
    except IndexMismatchError as error:
        return wrong("index", str(error), _REBUILD)
    age = datetime.now(UTC) - snapshot.published_at
    told = (
        f"The index {snapshot.generation} is whole: {snapshot.document_count} documents, published {age.days} days ago"
    )
    if not snapshot.document_count:
        remedy = "Put documents under the knowledge folder, then run `expert-answers index`."
        return doubtful("index", f"{told}; there is nothing to answer from.", remedy)
    return fine("index", f"{told}, {snapshot.problem_count} problems in its files.")


def _needs_transformers(settings: Settings) -> bool:
    try:
        return not is_static(find_model(settings.model))
    except ModelError:
        # Told where the model is opened.
        return False


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False
