"""Take in changed documents: `expert-answers index`, without installing the command."""

import sys

from service.cli import main

if __name__ == "__main__":
    sys.argv.insert(1, "index")
    main()
