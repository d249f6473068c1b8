"""How a measurement tells its figures."""

import logging

log = logging.getLogger("benchmark")


def report(name: str, figure: str) -> None:
    """Print one figure."""
    log.info("%-32s %s", name, figure)
