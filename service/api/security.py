"""Who may do what: an administrator's token, sent by programs, or shown once by a person who then has a session."""

import time
from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.api import session
from service.api.dependencies import StateDependency
from service.api.tokens import matching
from service.errors import UnauthorizedError

_bearer = HTTPBearer(
    auto_error=False,
    description="The value of EXPERT_ANSWERS_ADMIN_TOKEN, or a line of the file EXPERT_ANSWERS_ADMIN_TOKENS_FILE.",
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def require_admin(state: StateDependency, credentials: _Credentials) -> None:
    """Let only the bearer of an administrator's token pass.

    :raises ForbiddenError: when no token is configured, so that nobody can pass.
    :raises UnauthorizedError: when the token is missing or wrong.
    """
    tokens = state.tokens.require()
    if credentials is None:
        raise UnauthorizedError("Send the administrator's token as `Authorization: Bearer …`.")
    # Header values arrive as Latin-1.
    if matching(credentials.credentials.encode("latin-1"), tokens) is None:
        raise UnauthorizedError("This is not the administrator's token; it is in EXPERT_ANSWERS_ADMIN_TOKEN.")


async def require_reader(request: Request, state: StateDependency, credentials: _Credentials) -> None:
    """Let the bearer of a token pass, and whoever signed in with one; for what only reads.

    What changes something asks for the token itself: a browser sends cookies along with requests that other pages
    make it send.

    :raises ForbiddenError: when no token is configured, so that nobody can pass.
    :raises UnauthorizedError: when there is neither the token nor a session.
    """
    if not has_session(request, state.tokens.require()):
        await require_admin(state, credentials)


def has_session(request: Request, tokens: Iterable[bytes]) -> bool:
    """Whether the request comes from a browser that was signed in with one of the tokens."""
    cookie, now = request.cookies.get(session.COOKIE, ""), time.time()
    return any([session.is_valid(cookie, token, now) for token in tokens])
