"""Where a Milvus server is and how to sign in there, from one URL that is a secret as a whole."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from service.errors import SettingsError

SCHEME = "milvus"
_DEFAULT_PORT = 19530
_DEFAULT_NAME = "expert_answers"
_OPTIONS = {"tls", "ca", "name"}


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """The parts of `milvus://[user:password@]host[:port][/database][?tls=true&ca=FILE&name=NAME]`.

    A user without a password is taken for a token. `name` is that of the index on the server, an alias there and the
    beginning of every collection's name. As text it says host, port and name only.
    """

    host: str
    port: int
    name: str
    database: str
    token: str = field(repr=False)
    tls: bool
    certificate: str | None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Take a URL apart.

        :raises SettingsError: naming what is wrong with it, but not what it holds.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _DEFAULT_PORT
        except ValueError as error:
            raise _invalid("its host or port cannot be read") from error
        if parts.scheme != SCHEME or not parts.hostname:
            raise _invalid("it does not begin with milvus:// and a host")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        unknown = ", ".join(sorted(options.keys() - _OPTIONS))
        if unknown:
            raise _invalid(f"it has the unknown options {unknown}")
        if options.get("tls", "false") not in ("true", "false"):
            raise _invalid("its option tls is neither true nor false")
        name = options.get("name", _DEFAULT_NAME)
        if not name.isascii() or not name.isidentifier():
            raise _invalid("its option name is not made of letters, digits and underscores")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(
            host=parts.hostname,
            port=port,
            name=name,
            database=parts.path.strip("/"),
            token=f"{user}:{password}" if password else user,
            tls=options.get("tls") == "true",
            certificate=options.get("ca"),
        )

    @property
    def uri(self) -> str:
        """The address as the client library takes it, without what signs in."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}, index {self.name}"


def _invalid(complaint: str) -> SettingsError:
    return SettingsError(
        f"EXPERT_ANSWERS_INDEX is not an address of a Milvus server: {complaint}. Expected "
        "milvus://[user:password@]host[:port][/database][?tls=true&ca=FILE&name=NAME]."
    )
