"""The HTTP server under `expert-answers serve`."""

import os

import uvicorn

from service.settings import Settings

_GRACE_SECONDS = 10


def run(settings: Settings) -> None:
    """Serve until a signal comes; requests under way get some seconds to finish.

    Workers read the settings from the environment, so what was given on the command line is put there.
    """
    for name, value in settings.environment().items():
        os.environ[name] = value
    uvicorn.run(
        "service.api.app:app_from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
