"""The command `expert-answers`: serve, ask, index, check, evaluate, report, adapt, doctor."""

import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console

from service import prompt, terminal, terminal_report
from service.documents.checks import check as check_folder
from service.documents.model import Severity
from service.errors import EvaluationError, ExpertAnswersError, IndexWriteError, KnowledgeError
from service.logs import configure_logging
from service.memory import apart, give_back, limit_arenas
from service.settings import Settings, read_settings

if TYPE_CHECKING:
    from watchfiles.main import FileChange

    from service.answering.engine import Engine
    from service.answering.reranker import Reranker
    from service.embedding.encoder import Encoder
    from service.index.indexer import IndexReport
    from service.index.searchable import Searchable

EXIT_ERROR, EXIT_NO_ANSWER = 1, 3
LOOK_EVERY_SECONDS = 10

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
    """Take in what changed, unless the index is in Milvus, then answer questions over HTTP."""
    from service.index.generations import Generations
    from service.server import run

    settings = read_settings(knowledge=knowledge, data=data, host=host, port=port, workers=workers)
    configure_logging(settings.log_level, settings.log_format)
    # Several workers open their own models; this process, which only watches over them, would keep its for nothing.
    encoder, reranker = _open_models(settings) if settings.workers == 1 else (None, None)
    # Every replica answers from a remote index, and one process at a time builds it: that is not the replicas' affair.
    if settings.index is None:
        try:
            if encoder:
                _take_in(settings, encoder)
            else:
                apart(_open_and_take_in, settings)
        except (KnowledgeError, IndexWriteError) as error:
            if not Generations(settings.data).has_published:
                raise
            _complain(f"{error} Answering from the index as it is.")
        give_back()
    run(settings, encoder, reranker)


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
    """Ask a question, or one after another in one conversation; exits with 3 when there is no answer."""
    from service.asking import ask_index, ask_service

    if url is not None:
        asking = ask_service(url)
    else:
        settings = read_settings(knowledge=knowledge, data=data)
        asking = ask_index(settings)

    reply: dict[str, Any] | None = None

    def put(text: str) -> dict[str, Any]:
        nonlocal reply
        reply = asking(terminal.picked(text, reply), top_k, product)
        if as_json:
            output.file.write(_indented(reply))
        else:
            terminal.show_reply(output, reply)
        return reply

    if question is None:
        prompt.take_questions(put, messages, _complain)
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
    from service.index.models import open_model

    settings = read_settings(knowledge=knowledge, data=data)
    configure_logging(settings.log_level, settings.log_format)
    encoder = open_model(settings)
    _show_report(_update(settings, encoder, rebuild=rebuild), as_json=as_json)
    if watch:
        with suppress(KeyboardInterrupt):
            _watch(settings, encoder, as_json=as_json)


@app.command()
def check(
    knowledge: Annotated[Path | None, typer.Argument(help="Folder to check.", show_default="knowledge")] = None,
    as_json: AsJson = False,
) -> None:
    """Name what is wrong with the documents; exits with 1 when one of them cannot be used."""
    settings = read_settings(knowledge=knowledge)
    problems = check_folder(settings.knowledge, str(settings.site_url) if settings.site_url else None)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    if as_json:
        output.file.write(_indented(problems))
    else:
        terminal.show_problems(output, problems)
        output.print(f"{errors} errors, {len(problems) - errors} warnings")
    if errors:
        raise typer.Exit(EXIT_ERROR)


@app.command()
def evaluate(
    questions: Annotated[Path | None, typer.Option(help="Judged questions, one JSON object a line.")] = None,
    conversations: Annotated[Path | None, typer.Option(help="Judged conversations, likewise.")] = None,
    structure: Annotated[Path | None, typer.Option(help="Labels of documents' steps and causes, likewise.")] = None,
    against: Annotated[Path | None, typer.Option(help="A saved run to compare with.")] = None,
    fail_if_worse: Annotated[
        bool, typer.Option("--fail-if-worse", help="Exit with 1 when a measure is worse than --against, beyond chance.")
    ] = False,
    save: Annotated[Path | None, typer.Option(help="Write the run to this file, for --against.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report to this file, as a page.")] = None,
    failures: Annotated[int, typer.Option(min=0, help="How many of the failures to list here.")] = 10,
    as_json: AsJson = False,
    knowledge: Knowledge = None,
    data: Data = None,
) -> None:
    """Measure the answers to judged questions or conversations, and list those that went wrong."""
    from service.evaluation import conversation_report, outcomes, page, report, tables
    from service.evaluation.conversations import converse, read_conversations
    from service.evaluation.evaluation import evaluate as measure
    from service.evaluation.files import write_text

    if conversations is None and questions is None:
        raise EvaluationError("There is nothing to measure; name --questions FILE or --conversations FILE.")
    if conversations is not None:
        _require_unset(
            questions=questions,
            structure=structure,
            against=against,
            fail_if_worse=fail_if_worse,
            save=save,
            html=html,
        )
    if fail_if_worse and against is None:
        raise EvaluationError("--fail-if-worse has nothing to compare with; name a saved run with --against FILE.")
    settings = read_settings(knowledge=knowledge, data=data)
    engine, snapshot = _open_engine(settings)
    if questions is None:
        assert conversations is not None
        with terminal.progress_bar(messages) as progress:
            led = converse(engine, read_conversations(conversations, snapshot), progress)
        if as_json:
            output.file.write(_indented(conversation_report.report_conversations(led)))
        else:
            conversation_report.show_conversations(output, led, failures=failures)
        return
    with terminal.progress_bar(messages) as progress:
        evaluation = measure(engine, snapshot, questions, structure=structure, against=against, progress=progress)
    if save is not None:
        outcomes.save(save, evaluation.outcomes)
    if html is not None:
        write_text(html, page.render(evaluation))
    if as_json:
        output.file.write(_indented(report.report(evaluation)))
    else:
        tables.show_evaluation(output, evaluation, failures=failures)
    if fail_if_worse and evaluation.comparison is not None and evaluation.comparison.worse:
        raise EvaluationError(f"{', '.join(evaluation.comparison.worse)} fell below {against}, beyond chance.")


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

    made = reporting.make_report(read_settings(data=data), days)
    if csv is not None:
        reporting.write_csv_file(made, csv)
    if draft is not None:
        output.file.write(reporting.draft_document(made, draft))
    elif as_json:
        output.file.write(reporting.to_json(made) + "\n")
    elif csv is None:
        terminal_report.show_report(output, made)


@app.command()
def adapt(
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the model that is set.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Fit the embedding model to the documents of the index; it is used only if it proves better on held-out ones."""
    from service.adaptation import adapting

    settings = read_settings(data=data)
    configure_logging(settings.log_level, settings.log_format)
    done: adapting.Undoing | adapting.Adaptation
    with terminal.progress_bar(messages) as progress:
        done = adapting.undo(settings, progress) if undo else adapting.adapt(settings, progress)
    if as_json:
        output.file.write(_indented(done))
    elif isinstance(done, adapting.Undoing):
        terminal.show_undoing(output, done)
    else:
        terminal.show_adaptation(output, done)


@app.command()
def doctor(knowledge: Knowledge = None, data: Data = None, as_json: AsJson = False) -> None:
    """Examine the installation and say what to mend; exits with 1 when something does not work."""
    from service import diagnosis

    findings = diagnosis.diagnose(knowledge=knowledge, data=data)
    if as_json:
        output.file.write(orjson.dumps(findings, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        diagnosis.show(output, findings)
    if diagnosis.is_broken(findings):
        raise typer.Exit(EXIT_ERROR)


def main() -> NoReturn:
    """Run the command; an expected error is one line on stderr and exit status 1, as is output that finds no room."""
    limit_arenas()
    try:
        with terminal.written_out():
            app()
    except ExpertAnswersError as error:
        _complain(str(error))
        sys.exit(EXIT_ERROR)
    sys.exit(0)


def _update(settings: Settings, encoder: "Encoder", *, rebuild: bool = False) -> "IndexReport":
    from service.index.opening import open_builder

    with terminal.progress_bar(messages) as progress:
        return open_builder(settings, encoder).update(rebuild=rebuild, progress=progress)


def _open_models(settings: Settings) -> "tuple[Encoder, Reranker | None]":
    from service.answering.reranker import open_reranker
    from service.index.models import open_model

    return open_model(settings), open_reranker(settings)


def _take_in(settings: Settings, encoder: "Encoder") -> None:
    _show_report(_update(settings, encoder))


def _open_and_take_in(settings: Settings) -> None:
    from service.index.models import open_model

    _take_in(settings, open_model(settings))


def _show_report(report: "IndexReport", *, as_json: bool = False) -> None:
    if as_json:
        output.file.write(orjson.dumps(report).decode() + "\n")
        output.file.flush()
        return
    terminal.show_problems(messages, report.problems)
    messages.print(terminal.summary_line(report), highlight=False, soft_wrap=True)


def _open_engine(settings: Settings) -> "tuple[Engine, Searchable]":
    from service.answering.engine import Engine
    from service.answering.reranker import open_reranker
    from service.index.models import open_model
    from service.index.opening import open_index

    encoder = open_model(settings)
    live = open_index(settings, encoder)
    return Engine(live, encoder, settings, open_reranker(settings)), live.current()


def _require_unset(**options: object) -> None:
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if given:
        raise EvaluationError(
            f"--conversations does not go with {', '.join(given)}; measure conversations by themselves."
        )


def _indented(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


def _watch(settings: Settings, encoder: "Encoder", *, as_json: bool) -> None:
    messages.print(f"watching {settings.knowledge}, stop with Ctrl-C", highlight=False, soft_wrap=True)
    complaint = ""
    for changes in _changes_below(settings.knowledge):
        try:
            report = _update(settings, encoder)
        except ExpertAnswersError as error:
            if changes or str(error) != complaint:
                _complain(str(error))
            complaint = str(error)
            continue
        complaint = ""
        if changes or report.published:
            _show_report(report, as_json=as_json)


def _changes_below(folder: Path) -> "Iterator[set[FileChange]]":
    """What changed since the last time; now and then nothing, as nobody tells of everything.

    Not of a folder that another took the place of, of one on a network drive or one that may not be entered, or of what
    changed before the watch began.

    :raises KnowledgeError: when the system lets nobody watch.
    """
    from watchfiles import watch

    # Its own lines are for those who develop it.
    logging.getLogger("watchfiles").setLevel(logging.ERROR)
    wait = LOOK_EVERY_SECONDS * 1000
    try:
        yield from watch(folder, yield_on_timeout=True, rust_timeout=wait, ignore_permission_denied=True)
    except (OSError, RuntimeError) as error:
        raise KnowledgeError(
            f"The folder {folder} cannot be watched ({error}); raise the system's limits of files that are watched and "
            "open, such as fs.inotify.max_user_watches, or run `expert-answers index` every now and then."
        ) from error


def _complain(message: str) -> None:
    messages.print(f"expert-answers: {message}", style="red", markup=False, highlight=False, soft_wrap=True)
