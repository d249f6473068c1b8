"""Which embedding model is in use: the one that is set, or what was adapted from it to the collection.

An adapted model is a folder below `models/` in the data folder, named after the hash of its files, with a note of the
model that it was made from. Which model is in use is told by the published index, which names the one it was built
with: so publishing a generation moves vectors and model in one step, and nothing that is killed leaves them apart.
Where no index is published, an adapted model is used if there is one.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
from filelock import FileLock, Timeout

from service.embedding.encoder import Encoder
from service.embedding.folder import hash_files, is_static
from service.embedding.opening import find_model, open_encoder
from service.embedding.static import StaticEncoder
from service.errors import AdaptationError, IndexBusyError, IndexMismatchError, IndexUnavailableError, ModelError
from service.index.generations import Generations, sync_tree
from service.index.manifest import Manifest
from service.settings import Settings

_NOTE = "adapted.json"
_BUILDING = "building-"
_NAME_LENGTH = 16
_REMEDY = "run `expert-answers adapt --undo` to do without it, or `expert-answers adapt` to adapt the model that is set"


@dataclass(frozen=True, slots=True)
class AdaptedModel:
    """An adapted model's folder, and the hash of the model it was made from."""

    folder: Path
    base_hash: str

    def open(self, model: str) -> Encoder:
        """Open it in place of the model that is set.

        :raises ModelError: when it was made from another model, or is damaged.
        """
        if hash_files(find_model(model)) != self.base_hash:
            raise ModelError(
                f"The adapted model {self.folder.name} was made from another model than EXPERT_ANSWERS_MODEL names now "
                f"({model!r}); {_REMEDY}."
            )
        encoder = StaticEncoder(self.folder, name=f"{model}, adapted")
        if not encoder.model_hash.startswith(self.folder.name):
            raise ModelError(f"The adapted model {self.folder} was changed since it was made; {_REMEDY}.")
        return encoder


class AdaptedModels:
    """The folder `models` under the data folder."""

    def __init__(self, data: Path) -> None:
        self.root = data / "models"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Let one process at a time change what is here.

        :raises IndexBusyError: when another does.
        :raises AdaptationError: when something cannot be written while the lock is held.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with FileLock(self.root / "lock", timeout=0):
                yield
        except Timeout as error:
            raise IndexBusyError("Another process is adapting the model; try again when it is done.") from error
        except OSError as error:
            raise AdaptationError(
                f"The data folder {self.root.parent} cannot be written: {error}. The index and the model in use stay. "
                "Make room on the disk, or let the user that this runs as write there."
            ) from error

    def has(self, model_hash: str) -> bool:
        """Whether the model whose files have this hash is an adapted one."""
        return (self.root / model_hash[:_NAME_LENGTH]).is_dir()

    def find(self, model_hash: str) -> AdaptedModel | None:
        """The adapted model whose files have this hash.

        :raises ModelError: when it has no note of where it is from.
        """
        return _read(self.root / model_hash[:_NAME_LENGTH]) if self.has(model_hash) else None

    def newest(self) -> AdaptedModel | None:
        """The adapted model made last.

        :raises ModelError: when it has no note of where it is from.
        """
        folders = sorted(self._folders(), key=lambda folder: folder.stat().st_mtime_ns)
        return _read(folders[-1]) if folders else None

    def add(self, write: Callable[[Path], None], base_hash: str) -> AdaptedModel:
        """Have a model's files written into a folder, and keep it; call it under the lock."""
        building = self.root / f"{_BUILDING}{os.getpid()}"
        write(building)
        (building / _NOTE).write_bytes(orjson.dumps({"base_hash": base_hash}, option=orjson.OPT_INDENT_2))
        folder = self.root / hash_files(building)[:_NAME_LENGTH]
        # The very same model may be in use already: then it stays where it is.
        if folder.is_dir() and hash_files(folder).startswith(folder.name):
            shutil.rmtree(building)
            return AdaptedModel(folder, base_hash)
        shutil.rmtree(folder, ignore_errors=True)
        sync_tree(building)
        building.rename(folder)
        return AdaptedModel(folder, base_hash)

    def keep_only(self, model_hash: str | None) -> None:
        """Delete every model but one, and what a killed process left; call it under the lock."""
        kept = model_hash[:_NAME_LENGTH] if model_hash else None
        for folder in (*self._folders(), *self.root.glob(f"{_BUILDING}*")):
            if folder.name != kept:
                shutil.rmtree(folder)

    def _folders(self) -> list[Path]:
        return [path for path in self.root.glob("[0-9a-f]" * _NAME_LENGTH) if path.is_dir()]


def open_model(settings: Settings) -> Encoder:
    """Open the model that is in use.

    :raises ModelError: when it cannot be opened, or the adapted one in use was made from another than is set.
    """
    if settings.index is not None:
        # Another replica would not have what was adapted here.
        return open_encoder(settings.model)
    models, published = AdaptedModels(settings.data), published_model(settings)
    adapted = models.newest() if published is None else models.find(published)
    return open_encoder(settings.model) if adapted is None else adapted.open(settings.model)


def follow_model(settings: Settings, encoder: Encoder) -> Encoder:
    """The open model, or the one that is in use instead since an adaptation was published or undone.

    :raises ModelError: as `open_model` does.
    """
    published = published_model(settings)
    if published is None or published == encoder.model_hash:
        return encoder
    adapted = AdaptedModels(settings.data).find(published)
    if adapted is not None:
        return adapted.open(settings.model)
    base = find_model(settings.model)
    # Only static models are adapted, so only their adaptations can have been undone; others take long to hash.
    return open_encoder(settings.model) if is_static(base) and hash_files(base) == published else encoder


def published_model(settings: Settings) -> str | None:
    """The hash of the model that the published index was built with, None without an index that can be read."""
    try:
        folder = Generations(settings.data).current() if settings.index is None else None
        return Manifest.read(folder).recipe.model_hash if folder else None
    except (IndexMismatchError, IndexUnavailableError):
        return None


def _read(folder: Path) -> AdaptedModel:
    try:
        return AdaptedModel(folder, str(orjson.loads((folder / _NOTE).read_bytes())["base_hash"]))
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ModelError(f"The adapted model {folder} has no {_NOTE} that says where it is from; {_REMEDY}.") from error
