import pytest

from service.errors import SettingsError
from service.index.milvus.address import MilvusAddress


def test_address_of_host_alone_has_defaults() -> None:
    address = MilvusAddress.parse("milvus://milvus.example.com")
    assert (address.uri, address.name) == ("http://milvus.example.com:19530", "expert_answers")
    assert (address.token, address.database, address.certificate) == ("", "", None)


def test_address_takes_every_part() -> None:
    address = MilvusAddress.parse("milvus://answers:p%40ss@[::1]:443/support?tls=true&ca=/etc/ca.pem&name=kb2")
    assert address.uri == "https://[::1]:443"
    assert (address.token, address.database) == ("answers:p@ss", "support")
    assert (address.certificate, address.name) == ("/etc/ca.pem", "kb2")


def test_address_takes_user_without_password_for_token() -> None:
    assert MilvusAddress.parse("milvus://db-key@host").token == "db-key"


def test_address_as_text_keeps_its_secret() -> None:
    address = MilvusAddress.parse("milvus://answers:hidden@host")
    assert "hidden" not in f"{address} {address!r} {address.uri}"


@pytest.mark.parametrize(
    "url",
    [
        "http://root:hidden@host",
        "milvus://",
        "milvus://root:hidden@host:port",
        "milvus://root:hidden@host?tsl=true",
        "milvus://root:hidden@host?tls=yes",
        "milvus://root:hidden@host?name=a-b",
    ],
)
def test_address_that_is_none_is_refused_without_being_told(url: str) -> None:
    with pytest.raises(SettingsError, match=r"Expected milvus://\[user") as raised:
        MilvusAddress.parse(url)
    assert "hidden" not in str(raised.value)
