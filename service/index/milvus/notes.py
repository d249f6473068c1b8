"""What has to be known besides the documents, kept beside them as named notes, each a JSON value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from service.index.milvus.connection import Connection

_KEY, _KIND, _VALUE = "key", "kind", "value"
_LONGEST = 65_535
_LONGEST_NAME = 8_192
_BATCH = 1000


class Notes:
    """A collection of notes; a name is unique within its kind."""

    def __init__(self, connection: Connection, collection: str) -> None:
        self._connection = connection
        self.collection = collection

    def create(self) -> None:
        """Make the collection where there is none."""
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(_KEY, DataType.VARCHAR, is_primary=True, max_length=_LONGEST_NAME)
        schema.add_field(_KIND, DataType.VARCHAR, max_length=32)
        schema.add_field(_VALUE, DataType.VARCHAR, max_length=_LONGEST)
        # There is no collection without a vector.
        schema.add_field("unused", DataType.FLOAT_VECTOR, dim=2)
        indexes = MilvusClient.prepare_index_params()
        indexes.add_index("unused", index_type="FLAT", metric_type="L2")
        self._connection.create(self.collection, schema, indexes)

    def get(self, kind: str, names: Sequence[str], *, newest: bool = False) -> dict[str, Any]:
        """The notes of these names, as far as there are any; `newest` as `Connection.get` has it."""
        keys = [_key(kind, name) for name in names]
        rows = self._connection.get(self.collection, keys, [_KEY, _VALUE], newest=newest)
        return {_name(row[_KEY]): orjson.loads(row[_VALUE]) for row in rows}

    def all(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Every note of a kind."""
        for row in self._connection.scan(self.collection, [_KEY, _VALUE], f'{_KIND} == "{kind}"'):
            yield _name(row[_KEY]), orjson.loads(row[_VALUE])

    def put(self, kind: str, notes: Mapping[str, object]) -> None:
        """Write notes, in place of those of the same names."""
        rows = [
            {_KEY: _key(kind, name), _KIND: kind, _VALUE: orjson.dumps(value).decode(), "unused": [0.0, 0.0]}
            for name, value in notes.items()
        ]
        for begin in range(0, len(rows), _BATCH):
            self._connection.upsert(self.collection, rows[begin : begin + _BATCH])

    def remove(self, kind: str, names: Iterable[str]) -> None:
        """Delete notes."""
        self._connection.delete(self.collection, [_key(kind, name) for name in names])


def _key(kind: str, name: str) -> str:
    return f"{kind}:{name}"


def _name(key: str) -> str:
    return key.partition(":")[2]
