"""Measure the service: what documents cost, how fast it is served, how long that goes well, how soon a page shows it.

scripts/benchmark.py search|serve|soak|page [FOLDER] …
scripts/benchmark.py scale [SIZE …]
"""

import argparse
import logging
import sys

from scripts.benchmarks import page, scale, search, serve, soak

COMMANDS = {"search": search, "serve": serve, "soak": soak, "page": page, "scale": scale}


def main() -> int:
    """Run one of the measurements; its status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    logging.getLogger("service").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True, metavar="|".join(COMMANDS))
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    arguments = parser.parse_args()
    status: int = arguments.run(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
