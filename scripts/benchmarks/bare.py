"""The least that FastAPI does: an endpoint that gives back recorded replies, whatever it is sent.

    python -m scripts.benchmarks.bare FILE

The file has a reply a line. Address and port are read from the environment, as the service reads them.
"""

import itertools
import sys
from pathlib import Path

from fastapi import FastAPI, Response

from service.server import serve
from service.settings import read_settings


def main() -> None:
    """Serve one reply after another."""
    replies = itertools.cycle(Path(sys.argv[1]).read_bytes().splitlines())
    app = FastAPI()

    @app.post("/ask")
    async def ask() -> Response:
        return Response(next(replies), media_type="application/json")

    @app.get("/readyz")
    async def readyz() -> None:
        """Say that it is there."""

    serve(app, read_settings())


if __name__ == "__main__":
    main()
