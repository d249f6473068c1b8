"""Where log lines go: to standard error, for the commands and for every worker of the service."""

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_SHOWN = ("service", "uvicorn")


def configure_logging(level: str) -> None:
    """Show this package's and the server's lines from a level up; what other libraries say, from warnings up."""
    logging.basicConfig(format=_FORMAT, level=logging.WARNING)
    for name in _SHOWN:
        logging.getLogger(name).setLevel(level)
