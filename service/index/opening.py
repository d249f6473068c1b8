"""Which index the settings name, the one under the data folder or one in Milvus, opened to read or to build."""

from typing import Protocol

from service.embedding.encoder import Encoder
from service.index.indexer import Indexer, IndexReport
from service.index.live import LiveIndex
from service.index.progress import Progress, untold
from service.index.searchable import Live
from service.settings import Settings


class Builder(Protocol):
    """Builds an index and publishes it."""

    def update(self, *, rebuild: bool = False, wait: bool = True, progress: Progress = untold) -> IndexReport:
        """Take in what changed in the knowledge folder, or all of it, and publish the result.

        :raises KnowledgeError: when the folder cannot be read, or lacks most of what the index holds.
        :raises IndexBusyError: when another process builds and `wait` is false.
        :raises IndexWriteError: when the data folder cannot be written.
        :raises IndexUnreachableError: when the server that holds the index does not answer.
        """


def open_index(settings: Settings, encoder: Encoder) -> Live:
    """Open the published index.

    :raises IndexUnavailableError: when none is published.
    :raises IndexUnreachableError: when the server that holds it does not answer.
    :raises IndexMismatchError: when it was built by another recipe, or is damaged.
    """
    if settings.index is None:
        return LiveIndex.open(settings, encoder)
    from service.index.milvus.address import MilvusAddress
    from service.index.milvus.live import MilvusIndex

    return MilvusIndex.open(MilvusAddress.parse(settings.index.get_secret_value()), settings, encoder)


def open_builder(settings: Settings, encoder: Encoder) -> Builder:
    """Who builds the index; nothing is opened yet."""
    if settings.index is None:
        return Indexer(settings, encoder)
    from service.index.milvus.address import MilvusAddress
    from service.index.milvus.builder import MilvusBuilder

    return MilvusBuilder(MilvusAddress.parse(settings.index.get_secret_value()), settings, encoder)
