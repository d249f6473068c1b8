"""The command `expert-answers`: serve, ask, index, check, report."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console

from service import terminal, terminal_report
from service.documents.checks import check as check_folder
from service.documents.model import Severity
from service.errors import ExpertAnswersError
from service.settings import Settings, read_settings

EXIT_ERROR, EXIT_NO_ANSWER = 1, 3

app = typer.Typer(help="The closest expert answer to a question asked in your own words.", no_args_is_help=True)
output = Console()
messages = Console(stderr=True)

Knowledge = Annotated[Path | None, typer.Option(help="Folder of the Q&A documents.", show_default="knowledge")]
Data = Annotated[Path | None, typer.Option(help="Folder of the index and the records.", show_default="data")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def serve(
    knowledge: Knowledge = None,
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="8000")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer.", show_default="1")] = None,
) -> None:
    """Take in what changed, then answer questions over HTTP."""
    from service.server import run

    settings = _settings(knowledge=knowledge, data=data, host=host, port=port, workers=workers)
    _log_to_stderr(settings)
    _update(settings, rebuild=False)
    run(settings)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question; without one, asks for them in turn.")] = None,
    url: Annotated[str | None, typer.Option(help="Ask the service at this address, not the index on disk.")] = None,
    product: Annotated[str | None, typer.Option(help="Only documents of this product.")] = None,
    top_k: Annotated[int, typer.Option(min=1, max=20, help="How many documents to list.")] = 5,
    as_json: AsJson = False,
    knowledge: Knowledge = None,
    data: Data = None,
) -> None:
    """Ask a question; exits with 3 when there is no answer."""
    from service.asking import ask_index, ask_service

    if url is not None:
        asking = ask_service(url)
    else:
        settings = _settings(knowledge=knowledge, data=data)
        asking = ask_index(settings)

    def put(text: str) -> dict[str, Any]:
        reply = asking(text, top_k, product)
        if as_json:
            output.file.write(orjson.dumps(reply, option=orjson.OPT_INDENT_2).decode() + "\n")
        else:
            terminal.show_reply(output, reply)
        return reply

    if question is None:
        _converse(put)
    elif put(question)["status"] == "no_answer":
        raise typer.Exit(EXIT_NO_ANSWER)


@app.command()
def index(
    knowledge: Knowledge = None,
    data: Data = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build everything again.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Keep taking in changes until interrupted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take in the documents that were added, changed or removed."""
    settings = _settings(knowledge=knowledge, data=data)
    _log_to_stderr(settings)
    _update(settings, rebuild=rebuild, as_json=as_json)
    if watch:
        _watch(settings, as_json=as_json)


@app.command()
def check(
    knowledge: Annotated[Path | None, typer.Argument(help="Folder to check.", show_default="knowledge")] = None,
    as_json: AsJson = False,
) -> None:
    """Name what is wrong with the documents; exits with 1 when one of them cannot be used."""
    settings = _settings(knowledge=knowledge)
    problems = check_folder(settings.knowledge, str(settings.site_url) if settings.site_url else None)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if as_json:
        output.file.write(orjson.dumps(problems, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        terminal.show_problems(output, problems)
        output.print(f"{errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(EXIT_ERROR)


@app.command()
def report(
    days: Annotated[int, typer.Option(min=1, max=366, help="Today so far and the days before it, this many.")] = 30,
    as_json: AsJson = False,
    csv: Annotated[Path | None, typer.Option(help="Write the groups of questions to this file.")] = None,
    draft: Annotated[
        str | None, typer.Option(metavar="GROUP", help="Print the beginning of a document for a group of questions.")
    ] = None,
    data: Data = None,
) -> None:
    """Tell which questions had no good answer, grouped by similarity; begin a document for one of them."""
    from service import reporting

    made = reporting.make_report(_settings(data=data), days)
    if csv is not None:
        reporting.write_csv_file(made, csv)
    if draft is not None:
        output.file.write(reporting.draft_document(made, draft))
    elif as_json:
        output.file.write(reporting.to_json(made) + "\n")
    elif csv is None:
        terminal_report.show_report(output, made)


def main() -> NoReturn:
    """Run the command; an expected error is one line on stderr and exit status 1."""
    try:
        app()
    except ExpertAnswersError as error:
        messages.print(f"expert-answers: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(EXIT_ERROR)
    sys.exit(0)


def _settings(**given: object) -> Settings:
    settings = read_settings()
    changed = {name: value for name, value in given.items() if value is not None}
    return Settings.model_validate(settings.model_dump() | changed) if changed else settings


def _update(settings: Settings, *, rebuild: bool, as_json: bool = False) -> None:
    from service.embedding.opening import open_encoder
    from service.index.indexer import Indexer

    with terminal.progress_bar(messages) as progress:
        report = Indexer(settings, open_encoder(settings.model)).update(rebuild=rebuild, progress=progress)
    if as_json:
        output.file.write(orjson.dumps(report).decode() + "\n")
        output.file.flush()
        return
    terminal.show_problems(messages, report.problems)
    messages.print(terminal.summary_line(report), highlight=False, soft_wrap=True)


def _watch(settings: Settings, *, as_json: bool) -> None:
    from watchfiles import watch

    messages.print(f"watching {settings.knowledge}, stop with Ctrl-C", highlight=False, soft_wrap=True)
    for _ in watch(settings.knowledge, raise_interrupt=False):
        try:
            _update(settings, rebuild=False, as_json=as_json)
        except ExpertAnswersError as error:
            messages.print(f"expert-answers: {error}", style="red", markup=False, highlight=False, soft_wrap=True)


def _converse(put: Callable[[str], object]) -> None:
    messages.print("Ask away; an empty line or Ctrl-D ends.", style="dim")
    while True:
        try:
            question = input("? ").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not question:
            return
        try:
            put(question)
        except ExpertAnswersError as error:
            messages.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)


def _log_to_stderr(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
