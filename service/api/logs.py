"""Where log lines go when the service is started by itself."""

import logging

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure_logging(level: str) -> None:
    """Send this package's lines to standard error; what other libraries say is shown from warnings up."""
    logging.basicConfig(format=_FORMAT, level=logging.WARNING)
    logging.getLogger("service").setLevel(level)
