"""What a generation was built with and from, written beside it as `manifest.json`."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import orjson

from service.embedding.encoder import Encoder
from service.errors import IndexDamagedError, IndexMismatchError
from service.index import analyzer, checksums
from service.index.checksums import MEND
from service.settings import Settings

FORMAT = 8
"""Changes whenever the files of a generation, or what the parser makes of a document, change their meaning."""

_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything besides the documents that decides what an index holds."""

    format: int
    analyzer: str
    model: str
    model_hash: str
    dimension: int
    site_url: str | None

    @classmethod
    def of(cls, encoder: Encoder, settings: Settings) -> Self:
        """The recipe that this program follows with an encoder and its settings."""
        site_url = str(settings.site_url) if settings.site_url else None
        return cls(FORMAT, analyzer.VERSION, encoder.name, encoder.model_hash, encoder.dimension, site_url)

    def with_model_of(self, other: "Recipe") -> "Recipe":
        """This recipe with the embedding model of another."""
        return replace(self, model=other.model, model_hash=other.model_hash, dimension=other.dimension)

    def require(self, built: "Recipe", name: str) -> None:
        """Refuse an index, called `name`, that was built by another recipe.

        :raises IndexMismatchError: naming what differs. The model's name may differ as long as its hash does not.
        """
        mine, theirs = asdict(self), asdict(built)
        for part in ("format", "analyzer", "model_hash", "dimension", "site_url"):
            if mine[part] != theirs[part]:
                raise IndexMismatchError(
                    f"The index {name} was built with {part} {theirs[part]!r}, expected {mine[part]!r}; {MEND}."
                )


@dataclass(frozen=True, slots=True)
class Manifest:
    """A generation's description.

    `published_at` is in ISO format, UTC; `products` counts documents by product, in the order of the products' codes;
    `search` says how vectors are searched.
    """

    generation: str
    published_at: str
    recipe: Recipe
    document_count: int
    products: dict[str, int]
    problem_count: int
    search: str

    def write(self, folder: Path) -> None:
        """Write it into a generation's folder."""
        (folder / _NAME).write_bytes(orjson.dumps(self, option=orjson.OPT_INDENT_2))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read it back.

        :raises IndexMismatchError: when another version wrote it.
        :raises IndexDamagedError: when it is not what was written, or not there.
        """
        try:
            raw = orjson.loads((folder / _NAME).read_bytes())
            found = raw["recipe"]["format"]
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise IndexDamagedError(
                f"{folder.name}/{_NAME} is not a manifest: the index is damaged; {MEND}."
            ) from error
        # Of another format, not even the checksums mean what they mean here.
        if found != FORMAT:
            raise IndexMismatchError(f"The index {folder.name} has the format {found!r}, expected {FORMAT!r}; {MEND}.")
        checksums.verify_file(folder, _NAME)
        return cls(**raw | {"recipe": Recipe(**raw["recipe"])})
