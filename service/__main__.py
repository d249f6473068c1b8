"""`python -m service` is the command `expert-answers`."""

from service.cli import main

if __name__ == "__main__":
    main()
