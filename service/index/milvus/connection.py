"""The connection to a Milvus server: the few verbs that the index needs, each with a time limit.

pymilvus is imported here and in `schema` only, and only when a Milvus index is set. Whatever a server does other than
answer is one error, so that callers need not know the library's.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from service.errors import IndexUnreachableError, SettingsError
from service.extras import install
from service.index.milvus.address import MilvusAddress

READ_SECONDS, WRITE_SECONDS, SCHEMA_SECONDS = 3.0, 60.0, 120.0
"""How long to wait for one reply to a question, for a batch to be taken, and for a collection to be made or loaded."""

_PINGING = {"grpc.keepalive_time_ms": 300_000, "grpc.keepalive_permit_without_calls": False}
"""How often to ask a silent server whether it is there: as often as gRPC servers allow by default. pymilvus asks every
ten seconds, and Milvus Lite hangs up on it in the middle of a call that takes longer."""

_THREADS = 64
_NOT_FOUND_CODES = (100, 1600)
_SCANNED_ROWS = 1000
_ASKED_KEYS = 1000

Row = dict[str, Any]
Result = TypeVar("Result")


class Connection:
    """An open connection, safe to use from several threads; it is made again by itself when it was lost."""

    def __init__(self, address: MilvusAddress) -> None:
        """Connect.

        :raises SettingsError: when pymilvus is not installed, or there is no such certificate.
        :raises IndexUnreachableError: when no server answers there, or it refuses the sign-in.
        """
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise SettingsError(
                f"EXPERT_ANSWERS_INDEX names a Milvus server, which needs pymilvus; run {install('milvus')}."
            ) from error
        # It logs, with its call stack, whatever it raises as well.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        self.address = address
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="milvus")
        options = {"secure": True, "server_pem_path": address.certificate} if address.certificate else {}
        with self._reached():
            try:
                self._client = MilvusClient(
                    address.uri,
                    token=address.token,
                    db_name=address.database,
                    timeout=READ_SECONDS,
                    grpc_options=_PINGING,
                    **options,
                )
            except OSError as error:
                raise SettingsError(
                    f"The file {address.certificate} in EXPERT_ANSWERS_INDEX cannot be read."
                ) from error

    def close(self) -> None:
        """Close it."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def at_once(self, calls: Sequence[Callable[[], Result]]) -> list[Result]:
        """Make several calls at the same time; their results in order."""
        return [one.result() for one in [self._threads.submit(call) for call in calls]]

    def aliased(self, alias: str) -> str | None:
        """The collection that an alias stands for, None when there is no such alias."""
        found = self._found(lambda: self._client.describe_alias(alias, timeout=READ_SECONDS))
        return str(found["collection_name"]) if found else None

    def point(self, alias: str, collection: str) -> None:
        """Let an alias stand for a collection from now on, whether it exists or not."""
        change = self._client.create_alias if self.aliased(alias) is None else self._client.alter_alias
        with self._reached():
            change(collection, alias, timeout=WRITE_SECONDS)

    def collections(self) -> list[str]:
        """The names of all collections."""
        with self._reached():
            return list(self._client.list_collections(timeout=READ_SECONDS))

    def create(self, collection: str, schema: object, indexes: object) -> None:
        """Make a collection with its indexes and load it; nothing where it exists already."""
        with self._reached():
            if not self._client.has_collection(collection, timeout=READ_SECONDS):
                self._client.create_collection(
                    collection,
                    schema=schema,
                    index_params=indexes,
                    consistency_level="Session",
                    timeout=SCHEMA_SECONDS,
                )

    def load(self, collection: str) -> None:
        """Have a collection ready to be read; nothing where it is."""
        with self._reached():
            self._client.load_collection(collection, timeout=SCHEMA_SECONDS)

    def flush(self, collection: str) -> None:
        """Have what was written sealed, so that its indexes are built."""
        with self._reached():
            self._client.flush(collection, timeout=SCHEMA_SECONDS)

    def drop(self, collection: str) -> None:
        """Delete a collection."""
        with self._reached():
            self._client.drop_collection(collection, timeout=SCHEMA_SECONDS)

    def upsert(self, collection: str, rows: Sequence[Row]) -> None:
        """Write rows, in place of those with the same keys."""
        if rows:
            with self._reached():
                self._client.upsert(collection, list(rows), timeout=WRITE_SECONDS)

    def delete(self, collection: str, keys: Sequence[int] | Sequence[str]) -> None:
        """Delete rows by key."""
        with self._reached():
            for begin in range(0, len(keys), _ASKED_KEYS):
                self._client.delete(collection, ids=list(keys[begin : begin + _ASKED_KEYS]), timeout=WRITE_SECONDS)

    def get(
        self, collection: str, keys: Sequence[int] | Sequence[str], fields: Sequence[str], *, newest: bool = False
    ) -> list[Row]:
        """The rows with these keys, as far as there are any, in any order.

        `newest` waits for all that anybody has written, where otherwise only what this process has written is sure to
        be there.
        """
        options = {"consistency_level": "Strong"} if newest else {}
        rows: list[Row] = []
        for begin in range(0, len(keys), _ASKED_KEYS):
            asked = list(keys[begin : begin + _ASKED_KEYS])
            with self._reached():
                found = self._client.get(
                    collection, ids=asked, output_fields=list(fields), timeout=READ_SECONDS, **options
                )
            rows.extend(dict(row) for row in found)
        return rows

    def scan(self, collection: str, fields: Sequence[str], filtered: str = "") -> Iterator[Row]:
        """All rows that a filter lets through, as anybody has written them."""
        with self._reached():
            batches = self._client.query_iterator(
                collection,
                filter=filtered,
                output_fields=list(fields),
                batch_size=_SCANNED_ROWS,
                timeout=WRITE_SECONDS,
                consistency_level="Strong",
            )
        while True:
            with self._reached():
                batch = batches.next()
            if not batch:
                break
            yield from (dict(row) for row in batch)
        batches.close()

    def search(
        self,
        collection: str,
        field: str,
        queries: Sequence[str | npt.NDArray[np.float32]],
        limit: int,
        filtered: str = "",
    ) -> list[Mapping[int, float]]:
        """For each query the best rows' keys with their scores, best first."""
        with self._reached():
            found = self._client.search(
                collection,
                data=list(queries),
                anns_field=field,
                limit=limit,
                filter=filtered,
                output_fields=["key"],
                timeout=READ_SECONDS,
            )
        return [{hit["key"]: hit["distance"] for hit in hits} for hits in found]

    def _found(self, call: Callable[[], Result]) -> Result | None:
        from pymilvus.exceptions import MilvusException

        with self._reached():
            try:
                return call()
            except MilvusException as error:
                if error.code in _NOT_FOUND_CODES or "not found" in error.message:
                    return None
                raise

    @contextmanager
    def _reached(self) -> Iterator[None]:
        import grpc
        from pymilvus.exceptions import MilvusException

        try:
            yield
        except (MilvusException, grpc.RpcError) as error:
            raise IndexUnreachableError(
                f"The Milvus server at {self.address} does not do as it should: {error}. Look after it, and after the "
                "address and sign-in in EXPERT_ANSWERS_INDEX; the service goes on by itself when it answers."
            ) from error
