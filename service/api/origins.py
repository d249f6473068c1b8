"""Who may read replies: pages of other origins, as far as they are allowed to."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import Message, Receive, Scope, Send

_ORIGIN, _VARY = b"origin", (b"vary", b"Origin")


class AllowOrigins(CORSMiddleware):
    """Starlette's own, with a shorter way for what no page of another origin sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through; its reply says whose pages may read it."""
        if scope["type"] != "http" or any(name == _ORIGIN for name, _ in scope["headers"]):
            await super().__call__(scope, receive, send)
            return

        async def send_varying(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A cache must not give this reply to a page.
                message["headers"] = [*message["headers"], _VARY]
            await send(message)

        await self.app(scope, receive, send_varying)
