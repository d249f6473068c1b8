"""Who may read replies: pages of other origins, as far as they are allowed to."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from service.api.errors import error_response

_ORIGIN, _VARY = b"origin", (b"vary", b"Origin")
_OF_THE_BODY = ("content-length", "content-type")


class AllowOrigins(CORSMiddleware):
    """Starlette's own for replies, with a shorter way for what no page of another origin sent.

    It goes around everything, so that errors too reach pages of other origins.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; its reply says whose pages may read it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if any(name == _ORIGIN for name, _ in scope["headers"]):
            await self.simple_response(scope, receive, send, request_headers=Headers(scope=scope))
            return

        async def send_varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A cache must not give this reply to a page.
                message["headers"] = [*message["headers"], _VARY]
            await send(message)

        await self.app(scope, receive, send_varying)


class AnswerPreflights(CORSMiddleware):
    """Starlette's own for what browsers ask first; it goes within what logs, counts and limits requests."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, and let everything else through."""
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            headers = Headers(scope=scope)
            if "origin" in headers and "access-control-request-method" in headers:
                await self.preflight_response(headers)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """See `CORSMiddleware`; a refusal has the form of every error."""
        response = super().preflight_response(request_headers)
        if response.status_code != HTTPStatus.BAD_REQUEST:
            return response
        refused = bytes(response.body).decode()
        message = f"{refused}; pages of EXPERT_ANSWERS_CORS_ORIGINS may send the methods and headers named here."
        headers = {name: value for name, value in response.headers.items() if name not in _OF_THE_BODY}
        return error_response(HTTPStatus.BAD_REQUEST, "preflight_refused", message, headers=headers)
