"""Ask a question from the command line: `expert-answers ask`, without installing the command."""

import sys

from service.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "ask")
    main()
