"""Questions typed one after another, or piped in."""

import sys
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console

from service.errors import ExpertAnswersError


def take_questions(put: Callable[[str], object], messages: Console, complain: Callable[[str], None]) -> None:
    """Hand over line after line until an empty one or the end; what goes wrong with one is told, and the next taken."""
    # Programs that pipe questions in want the replies alone.
    prompt = ""
    if sys.stdin.isatty():
        messages.print("Ask away; an empty line or Ctrl-D ends.", style="dim")
    if sys.stdin.isatty() and sys.stdout.isatty():
        prompt = "? "
        with suppress(ImportError):
            import readline  # noqa: F401 - gives the prompt its history and its editing
    while True:
        try:
            question = input(prompt).strip()
            if not question:
                return
            put(question)
        except (EOFError, KeyboardInterrupt):
            return
        except UnicodeDecodeError as error:
            complain(f"The question is not UTF-8: {error}; set the terminal to UTF-8 and ask again.")
        except ExpertAnswersError as error:
            complain(str(error))
