"""Answers and reports as a person reads them in a terminal."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from service.documents.model import Problem, Severity
from service.errors import OutputError

if TYPE_CHECKING:
    # The libraries of the index take half a second, which a question to a service need not wait for.
    from service.index.indexer import IndexReport
    from service.index.progress import Progress as Report

if TYPE_CHECKING:
    from service.adaptation.adapting import Adaptation, Undoing

_CODE_THEME = "ansi_dark"
_INDENT = (0, 0, 0, 3)

_NOTES = {
    "uncertain": "Not sure: this may not be what you asked about. Compare it with your situation first.",
    "no_answer": "No answer to that in the collection. The closest documents:",
}

_WITHOUT_MARKS = str.maketrans("", "", "`*_")

Reply = Mapping[str, Any]
"""The body of a reply of POST /ask."""


def show_reply(console: Console, reply: Reply) -> None:
    """Print an answer: title, summary, causes, numbered steps, links, alternatives."""
    answer, results = reply["answer"], reply["results"]
    # A service of an earlier release leaves out what it does not know.
    if understood := reply.get("interpreted_as"):
        console.print(Text(f"Understood as: {understood}", style="dim"))
    if reply.get("choices"):
        console.print(Text(reply["clarification"], style="yellow"))
        for number, choice in enumerate(reply["choices"], 1):
            console.print(_bullet(f"{number}.", Text(choice["label"], style="bold")))
        return
    if note := _NOTES.get(reply["status"]):
        console.print(Text(note, style="yellow"))
    if answer is None:
        console.print(*_alternatives(results), sep="\n")
        return
    console.print(Group(*_answer(answer, reply.get("step"))))
    if similar := results[0]["similar"]:
        console.print(_heading("Asked and answered here as well"))
        console.print(*_alternatives(similar), sep="\n")
    if len(results) > 1:
        console.print(_heading("Or is it one of these?"))
        console.print(*_alternatives(results[1:]), sep="\n")
    console.print(Text(f"confidence {reply['confidence']:.2f} · {reply['took_ms']:.1f} ms", style="dim"))


def show_problems(console: Console, problems: Iterable[Problem]) -> None:
    """Print problems, one a paragraph: where, what, and what to do."""
    for problem in problems:
        style = "red" if problem.severity is Severity.ERROR else "yellow"
        where = f"{problem.file}:{problem.line}"
        line = Text.assemble((where, "bold"), " ", (problem.severity.value, style), f" {problem.code}")
        console.print(line, soft_wrap=True)
        console.print(Padding(Text(f"{problem.message} {problem.remedy}"), _INDENT))


def summary_line(report: "IndexReport") -> str:
    """What an update did, in one line."""
    published = f"published {report.generation}" if report.published else f"nothing changed, {report.generation} stays"
    counts = ", ".join(f"{getattr(report, name)} {name}" for name in ("added", "changed", "removed", "unchanged"))
    return f"{published}: {counts}, {len(report.problems)} problems, {report.seconds:.2f} s"


def show_adaptation(console: Console, report: "Adaptation") -> None:
    """Print what was measured before and after, and whether the adapted model is in use."""
    table = Table("nDCG@10", "before", "after", "change", "95 % interval")
    for name, difference in (("ranking", report.hybrid), ("encoder alone", report.encoder)):
        if difference is not None:
            change, interval = f"{difference.change:+.3f}", f"{difference.low:+.3f} to {difference.high:+.3f}"
            table.add_row(name, f"{difference.old:.3f}", f"{difference.new:.3f}", change, interval)
    if table.row_count:
        console.print(table)
        console.print(f"over {report.questions} questions of held-out documents", highlight=False)
    decision = "The adapted model is in use" if report.adopted else "The model in use stays"
    undo = " Undo it with `expert-answers adapt --undo`." if report.adopted else ""
    console.print(
        f"{decision}: {report.reason}.{undo} {report.generation}, {report.seconds:.1f} s",
        highlight=False,
        soft_wrap=True,
    )


def show_undoing(console: Console, report: "Undoing") -> None:
    """Print whether there was something to undo."""
    done = f"Without the adapted model again: {report.generation or 'no index yet'}."
    console.print(done if report.undone else "No adapted model was in use.", highlight=False, soft_wrap=True)


@contextmanager
def progress_bar(console: Console) -> Iterator["Report"]:
    """A bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description:9}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done)

        yield report


class _Output:
    """Standard output whose errors can be told from those of other files."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with _told():
            return self._stream.write(text)

    def flush(self) -> None:
        with _told():
            self._stream.flush()


@contextmanager
def written_out() -> Iterator[None]:
    """Have what the block prints on standard output written at its end, unless nobody reads it any more.

    :raises OutputError: when it cannot be written.
    """
    stream = sys.stdout
    sys.stdout = cast(TextIO, _Output(stream))
    try:
        yield
    finally:
        sys.stdout = stream
        try:
            with _told():
                stream.flush()
        except (OutputError, BrokenPipeError) as error:
            # At its end the interpreter would try once more, and complain in its own words.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if isinstance(error, OutputError):
                raise


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"The output cannot be written: {error.strerror}.") from error


def picked(question: str, reply: Reply | None) -> str:
    """What to ask for what was typed: a number picks one of the choices of the reply before."""
    choices = reply.get("choices", ()) if reply else ()
    if question.isdecimal() and 1 <= int(question) <= len(choices):
        chosen: str = choices[int(question) - 1]["question"]
        return chosen
    return question


def _answer(answer: Mapping[str, Any], asked_step: int | None) -> Iterator[RenderableType]:
    about = " · ".join(part for part in (answer["product"], answer["date"]) if part)
    yield Panel(Text(answer["title"], style="bold"), subtitle=about or None, subtitle_align="right")
    if asked_step is not None:
        yield from _steps(answer["steps"][asked_step - 1 : asked_step])
        return
    yield Text(answer["summary"])
    if not answer["causes"] and not answer["steps"]:
        yield Text()
        yield Markdown(answer["markdown"], code_theme=_CODE_THEME)
    if answer["causes"]:
        yield _heading("Causes")
        for cause in answer["causes"]:
            yield _item("•", cause)
    if answer["steps"]:
        yield _heading("Steps")
        yield from _steps(answer["steps"])
    if answer["references"]:
        yield _heading("References")
        for reference in answer["references"]:
            target = reference["url"] or reference["document_id"]
            yield _bullet("•", Text(reference["title"] + (f"  {target}" if target else "")))


def _steps(steps: Iterable[Mapping[str, Any]]) -> Iterator[RenderableType]:
    group = None
    for step in steps:
        if step["group"] != group:
            group = step["group"]
            if group:
                yield Text(f" {group}", style="italic")
        yield _item(f"{step['number']}.", step)


def _item(mark: str, item: Mapping[str, Any]) -> RenderableType:
    title, body = item["title"], item["markdown"].strip()
    parts: list[RenderableType] = []
    # An entry without a lead-in has its first sentence for a title, which the body says again.
    if not body.translate(_WITHOUT_MARKS).startswith(title):
        parts.append(Text(title, style="bold"))
    if body:
        parts.append(Markdown(body, code_theme=_CODE_THEME))
    return _bullet(mark, Group(*parts))


def _alternatives(results: Iterable[Mapping[str, Any]]) -> Iterator[RenderableType]:
    for result in results:
        about = f"  {result['document_id']}  {result['confidence']:.2f}"
        line = Text.assemble((result["title"], "bold"), (about, "dim"))
        for one in result.get("similar", ()):
            line.append(f"\n≈ {one['title']}  {one['document_id']}", style="dim")
        yield _bullet("•", line)


def _bullet(mark: str, content: RenderableType) -> RenderableType:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(style="cyan", justify="right", min_width=3, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(mark, content)
    return row


def _heading(title: str) -> Text:
    return Text(f"\n{title}", style="bold green")
