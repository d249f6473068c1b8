"""Who may do what: the administrator's token."""

import hmac
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.api.dependencies import StateDependency
from service.errors import ForbiddenError, UnauthorizedError

_bearer = HTTPBearer(auto_error=False, description="The value of EXPERT_ANSWERS_ADMIN_TOKEN.")


async def require_admin(
    state: StateDependency,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Let only the bearer of the administrator's token pass.

    :raises ForbiddenError: when no token is configured, so that nobody can pass.
    :raises UnauthorizedError: when the token is missing or wrong.
    """
    token = state.settings.admin_token
    if token is None:
        raise ForbiddenError(
            "Administration over HTTP is off; set EXPERT_ANSWERS_ADMIN_TOKEN to a secret of 16 characters or more, "
            "restart the service and send it as `Authorization: Bearer …`."
        )
    if credentials is None:
        raise UnauthorizedError("Send the administrator's token as `Authorization: Bearer …`.")
    # Header values arrive as Latin-1; comparing bytes takes the same time wherever they differ.
    if not hmac.compare_digest(credentials.credentials.encode("latin-1"), token.get_secret_value().encode()):
        raise UnauthorizedError("This is not the administrator's token; it is in EXPERT_ANSWERS_ADMIN_TOKEN.")
