"""One Milvus server for all tests here, an index of its own for each."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from service.index.milvus import builder, lease
from service.index.milvus.address import MilvusAddress
from service.index.milvus.connection import Connection
from service.settings import Settings
from tests.knowledge import write_topics
from tests.milvus import MilvusServer, require_milvus


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    require_milvus()
    server = MilvusServer(tmp_path_factory.mktemp("milvus") / "data")
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _nobody_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "GRACE_SECONDS", 0.0)
    monkeypatch.setattr(lease, "SETTLE_SECONDS", 0.0)


@pytest.fixture
def remote(settings: Settings, server: MilvusServer, request: pytest.FixtureRequest) -> Settings:
    """Settings of a folder with every topic, and of an index in Milvus that is not there yet."""
    write_topics(settings.knowledge)
    name = request.node.name.partition("[")[0]
    return settings.model_copy(update={"index": SecretStr(server.url(name))})


@pytest.fixture
def connection(remote: Settings) -> Iterator[Connection]:
    assert remote.index is not None
    connection = Connection(MilvusAddress.parse(remote.index.get_secret_value()))
    yield connection
    connection.close()
