"""Measure the service: what a folder of documents costs, how fast it is served, how long that goes well, when it shows.

scripts/benchmark.py search|serve|soak|page [FOLDER] …
"""

import argparse
import logging
import sys

from scripts.benchmarks import page, search, serve, soak

COMMANDS = {"search": search, "serve": serve, "soak": soak, "page": page}


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
