"""The HTTP server under `expert-answers serve`."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.types import ASGIApp

from service.api.tokens import read_tokens
from service.departure import NoticesDeparture
from service.settings import Settings

if TYPE_CHECKING:
    from service.answering.reranker import Reranker
    from service.embedding.encoder import Encoder

_GRACE_SECONDS = 10


def run(settings: Settings, encoder: "Encoder | None", reranker: "Reranker | None") -> None:
    """Serve until a signal comes; requests under way get some seconds to finish.

    One worker is this process and answers with the open models. Several are processes of their own, which read the
    settings from the environment, so what was given on the command line is put there, and open their own.

    :raises SettingsError: when the file of tokens cannot be used.
    """
    if settings.admin_tokens_file:
        # Here, where it ends the command with a line; workers would be started over and over.
        read_tokens(settings.admin_tokens_file)
    # The application is imported where it answers: it takes memory, of which workers' parent needs none.
    if settings.workers == 1:
        from service.api.app import create_app

        serve(create_app(settings, encoder=encoder, reranker=reranker), settings)
        return
    from service.api.sharing import share_between_workers

    os.environ.update(settings.environment())
    share_between_workers(settings)
    serve("service.api.app:app_from_environment", settings)


def serve(app: ASGIApp | str, settings: Settings) -> None:
    """Serve an application, or what the factory of this name makes in each worker, with the server's own settings."""
    options: dict[str, Any] = {
        "factory": isinstance(app, str),
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "access_log": False,
        "log_config": None,
        # The application reads them, so that every server that it runs under trusts the same proxies.
        "proxy_headers": False,
        "http": NoticesDeparture,
        "ws": "none",
        "server_header": False,
        "timeout_graceful_shutdown": _GRACE_SECONDS,
    }
    if settings.workers == 1 and ":" in settings.host:
        # A loop that opens `::` by itself keeps clients with IPv4 out; the socket that workers share lets them in.
        config = uvicorn.Config(app, **options)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([config.bind_socket()])
    else:
        uvicorn.run(app, **options)
