"""Who may do what: the administrator's token, sent by programs, or shown once by a person who then has a session."""

import hmac
import time
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.api import session
from service.api.dependencies import StateDependency
from service.errors import ForbiddenError, UnauthorizedError
from service.settings import Settings

_bearer = HTTPBearer(auto_error=False, description="The value of EXPERT_ANSWERS_ADMIN_TOKEN.")
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def require_admin(state: StateDependency, credentials: _Credentials) -> None:
    """Let only the bearer of the administrator's token pass.

    :raises ForbiddenError: when no token is configured, so that nobody can pass.
    :raises UnauthorizedError: when the token is missing or wrong.
    """
    token = admin_token(state.settings)
    if credentials is None:
        raise UnauthorizedError("Send the administrator's token as `Authorization: Bearer …`.")
    # Header values arrive as Latin-1.
    if not is_token(credentials.credentials.encode("latin-1"), token):
        raise UnauthorizedError("This is not the administrator's token; it is in EXPERT_ANSWERS_ADMIN_TOKEN.")


async def require_reader(request: Request, state: StateDependency, credentials: _Credentials) -> None:
    """Let the bearer of the token pass, and whoever signed in with it; for what only reads.

    What changes something asks for the token itself: a browser sends cookies along with requests that other pages
    make it send.

    :raises ForbiddenError: when no token is configured, so that nobody can pass.
    :raises UnauthorizedError: when there is neither the token nor a session.
    """
    if not has_session(request, admin_token(state.settings)):
        await require_admin(state, credentials)


def admin_token(settings: Settings) -> str:
    """The configured token.

    :raises ForbiddenError: when there is none.
    """
    if settings.admin_token is None:
        raise ForbiddenError(
            "Administration over HTTP is off; set EXPERT_ANSWERS_ADMIN_TOKEN to a secret of 16 characters or more, "
            "restart the service and send it as `Authorization: Bearer …`."
        )
    return settings.admin_token.get_secret_value()


def has_session(request: Request, token: str) -> bool:
    """Whether the request comes from a browser that was signed in with this token."""
    return session.is_valid(request.cookies.get(session.COOKIE, ""), token, time.time())


def is_token(given: bytes, token: str) -> bool:
    """Whether what was given is the token; takes the same time wherever they differ."""
    return hmac.compare_digest(given, token.encode())
