"""An evaluation as a person reads it in a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.evaluation.comparison import Comparison, Difference
from service.evaluation.evaluation import Evaluation
from service.evaluation.failures import Failure, Finding
from service.evaluation.metrics import Bin
from service.evaluation.outcomes import METRICS
from service.evaluation.summary import Summary
from service.evaluation.wording import count, figures, place, verdict

# Of the documents that were not expected.
_LISTED = (1, 2, 3)
_INDENT = (0, 0, 0, 2)


def show_evaluation(console: Console, evaluation: Evaluation, *, failures: int) -> None:
    """Print the figures, the comparison if there is one, and the first so many failures."""
    console.print(_styles(evaluation.summary))
    console.print(_figures(evaluation))
    console.print(_calibration(evaluation.summary.bins))
    if evaluation.comparison is not None:
        console.print(*_comparison(evaluation.comparison), sep="\n")
    console.print(*_failures(evaluation.failures, failures), sep="\n")


def _table(*columns: str, title: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="right")
    return table


def _styles(summary: Summary) -> Table:
    table = _table("style", "questions", *METRICS, title="Answerable questions")
    for style, of_style in summary.styles.items():
        table.add_row(Text(style), str(of_style.count), *(f"{mean:.3f}" for mean in of_style.means.values()))
    return table


def _figures(evaluation: Evaluation) -> Table:
    table = Table(title="Confidence, structure and time", title_justify="left", title_style="bold")
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("meaning")
    for figure in figures(evaluation):
        table.add_row(figure.name, figure.value, figure.meaning)
    return table


def _calibration(bins: Sequence[Bin]) -> Table:
    table = _table("confidence", "questions", "mean", "first result right", title="Calibration")
    for one in bins:
        span = f"{one.low:.1f} to {one.high:.1f}"
        table.add_row(span, str(one.count), f"{one.confidence:.3f}", f"{one.share_right:.3f}")
    return table


def _comparison(comparison: Comparison) -> Iterator[RenderableType]:
    table = _table("style", *METRICS, title="New - old, with 95 % interval")
    for style, differences in comparison.styles.items():
        table.add_row(Text(style), *(_difference(differences[name]) for name in METRICS))
    yield table
    for line in verdict(comparison):
        yield Text(line.text, style={"better": "green", "worse": "red"}.get(line.tone, ""))


def _difference(difference: Difference) -> Text:
    style = "green" if difference.better else "red" if difference.worse else ""
    span = f"\n[{difference.low:+.3f}, {difference.high:+.3f}]"
    return Text.assemble((f"{difference.change:+.3f}", style), (span, "dim"))


def _failures(failures: Sequence[Failure], limit: int) -> Iterator[RenderableType]:
    yield Text(f"\n{count(len(failures), 'question')} went wrong", style="bold")
    for failure in failures[:limit]:
        yield from _failure(failure)
    if len(failures) > limit:
        yield Text(
            f"{len(failures) - limit} more: --failures lists them here, --html and --json hold all.", style="dim"
        )


def _failure(failure: Failure) -> Iterator[RenderableType]:
    question, outcome = failure.question, failure.outcome
    about = " · ".join(
        ("", *([question.style] if question.style else ()), f"{outcome.status} {outcome.confidence:.2f}")
    )
    yield Text.assemble("\n", (question.id, "bold"), " · ", (", ".join(failure.faults), "red"), (about, "dim"))
    yield Padding(Text(question.text, style="bold"), _INDENT)
    rows = Table.grid(padding=(0, 1, 0, 0))
    rows.add_column(overflow="fold")
    for finding in failure.findings():
        if finding.grade or finding.rank in _LISTED:
            rows.add_row(_finding(finding, failure.candidates))
    yield Padding(rows, _INDENT)


def _finding(finding: Finding, candidates: int) -> Text:
    grade = "not judged" if finding.grade is None else f"grade {finding.grade}"
    title = f"{place(finding, candidates)}, {grade}: {finding.title}"
    text = Text.assemble((title, "green" if finding.grade else ""), (f"  {finding.document_id}", "dim"))
    if finding.scores is not None:
        scores = " · ".join(f"{name} {score:.3g}" for name, score in finding.scores.items())
        text.append(f"\n  {finding.score:.3f} from {scores}", style="dim")
    return text
