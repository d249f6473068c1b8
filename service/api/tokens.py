"""The administrators' tokens: one from the environment, any number from a file that may change while the service runs.

Whoever takes a token out of the file ends it, and the sessions begun with it, at the next request.
"""

import hmac
import logging
from codecs import BOM_UTF8
from pathlib import Path

from service.errors import ForbiddenError, SettingsError
from service.settings import SHORTEST_TOKEN, Settings

logger = logging.getLogger(__name__)

_NO_TOKEN = (
    "Administration over HTTP is off; set EXPERT_ANSWERS_ADMIN_TOKEN to a secret of 16 characters or more, restart the "
    "service and send it as `Authorization: Bearer …`."
)
# It is told to everybody, so it leaves out where the file is and what is wrong with it.
_EMPTY_FILE = (
    "Administration over HTTP is off, as the file that EXPERT_ANSWERS_ADMIN_TOKENS_FILE names has no token that can be "
    "used; write one of 16 characters or more into it and send it as `Authorization: Bearer …`. The service reads the "
    "file again by itself, and its log says what is wrong with it."
)


class Tokens:
    """The tokens that are good now; the file is read when it is another than before.

    :raises SettingsError: when there is a file, and it cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        secret = settings.admin_token
        self._own = (secret.get_secret_value().encode(),) if secret else ()
        self._file = settings.admin_tokens_file
        self._seen = _identity(self._file)
        self._listed = read_tokens(self._file) if self._file else ()

    def require(self) -> tuple[bytes, ...]:
        """All of them.

        :raises ForbiddenError: when there is none, so that nobody can pass.
        """
        self._look()
        if not self._own and not self._listed:
            raise ForbiddenError(_EMPTY_FILE if self._file else _NO_TOKEN)
        return (*self._own, *self._listed)

    def _look(self) -> None:
        identity = _identity(self._file)
        if self._file is None or identity == self._seen:
            return
        self._seen = identity
        try:
            self._listed = read_tokens(self._file)
            logger.info("Read %d administrators' tokens", len(self._listed))
        except SettingsError as error:
            # A token that nobody can check against the file is good no longer.
            self._listed = ()
            logger.error("The administrators' tokens are refused: %s", error)


def read_tokens(file: Path) -> tuple[bytes, ...]:
    """The tokens of a file, one a line; empty lines and those that begin with `#` are passed over.

    :raises SettingsError: when it cannot be read, or a token in it is too short.
    """
    try:
        lines = file.read_bytes().removeprefix(BOM_UTF8).splitlines()
    except OSError as error:
        raise SettingsError(
            f"EXPERT_ANSWERS_ADMIN_TOKENS_FILE: {file} cannot be read: {error.strerror or error}; name a file with one "
            "token a line that the service's user can read."
        ) from error
    tokens = [(number, token) for number, line in enumerate(lines, 1) if (token := line.strip()) and token[:1] != b"#"]
    for number, token in tokens:
        if len(token) < SHORTEST_TOKEN:
            raise SettingsError(
                f"EXPERT_ANSWERS_ADMIN_TOKENS_FILE: line {number} of {file} has {len(token)} characters; a token needs "
                f"{SHORTEST_TOKEN} or more. `openssl rand -base64 32` makes one."
            )
    return tuple(token for _, token in tokens)


def matching(given: bytes, tokens: tuple[bytes, ...]) -> bytes | None:
    """The token that was given, None when it is none of them; takes the same time wherever and whichever differs."""
    found = [token for token in tokens if hmac.compare_digest(given, token)]
    return found[0] if found else None


def _identity(file: Path | None) -> object:
    """What tells one state of a file from another."""
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError as error:
        return error.errno
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
