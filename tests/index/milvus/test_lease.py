import pytest

from service.errors import IndexBusyError
from service.index.milvus import lease
from service.index.milvus.connection import Connection
from service.index.milvus.lease import leased


def test_lease_is_one_writers_until_given_back(connection: Connection) -> None:
    with leased(connection, wait=False) as held:
        held.require()
        with pytest.raises(IndexBusyError, match="Another process is building"), leased(connection, wait=False):
            pass
    with leased(connection, wait=False) as again:
        again.require()


def test_lease_that_ran_out_is_lost_to_another(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "LEASE_SECONDS", -1.0)
    with leased(connection, wait=False) as silent:
        monkeypatch.setattr(lease, "LEASE_SECONDS", 60.0)
        with leased(connection, wait=False) as other:
            other.require()
            with pytest.raises(IndexBusyError, match="took over"):
                silent.require()


def test_lease_is_renewed_while_it_is_held(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(lease, "LEASE_SECONDS", 60.0)
    with leased(connection, wait=False) as held:
        first = held.until
        while held.until == first:
            pass
        held.require()
