"""A report as a person reads it in a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.records.report import Figures, Group, Report

_LEVELS = " ▁▂▃▄▅▆▇█"
_INDENT = (0, 0, 0, 3)
_LONGEST_QUESTION = 200
_LONGEST_WORDING = 80
_MOST_GROUPS = 20
_MOST_WORDINGS = 3


def show_report(console: Console, report: Report) -> None:
    """Print the figures of the period beside those of the one before, then the groups, the most frequent first."""
    first, last = report.daily[0].date, report.daily[-1].date
    console.print(Text.assemble((f"{first} to {last}", "bold"), f"  {report.days} days of UTC"))
    console.print(_figures(report))
    questions = [day.figures.questions for day in report.daily]
    console.print(f"Questions by day  {sparkline(questions)}  at most {max(questions)}", highlight=False)
    if not report.groups:
        console.print("\nNo question was left without a good answer.")
        return
    console.print(Text("\nWhat was not answered well", style="bold green"))
    for group in report.groups[:_MOST_GROUPS]:
        console.print(*_group(group), sep="\n")
    if report.groups_in_all > _MOST_GROUPS:
        console.print(f"\n{report.groups_in_all - _MOST_GROUPS} more groups; --json and --csv have up to a hundred.")
    if not report.complete:
        console.print("\nThere were more questions than are grouped; see all with fewer --days.")
    console.print(
        Text(f"\nStart a document with: expert-answers report --days {report.days} --draft GROUP", style="dim")
    )


def sparkline(counts: Sequence[int]) -> str:
    """One character a count, as high as its share of the highest; anything above zero is seen."""
    top = max(counts, default=0)
    steps = len(_LEVELS) - 1
    return "".join(_LEVELS[-(-count * steps // top)] if count else _LEVELS[0] for count in counts)


def _figures(report: Report) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", "questions", "answered", "uncertain", "no answer", "up", "down"):
        table.add_column(name, justify="right" if name else "left")
    table.add_row("this period", *_row(report.figures))
    if report.before is not None:
        table.add_row("the one before", *_row(report.before), style="dim")
    return table


def _row(figures: Figures) -> Iterator[str]:
    yield str(figures.questions)
    for count in (figures.answered, figures.uncertain, figures.no_answer):
        yield f"{count} ({count / figures.questions:.0%})" if figures.questions else "0"
    yield str(figures.up)
    yield str(figures.down)


def _group(group: Group) -> Iterator[RenderableType]:
    yield Text.assemble((f"\n{group.count}× ", "bold cyan"), (_short(group.question, _LONGEST_QUESTION), "bold"))
    facts = [group.id, _trend(group), group.product, *_reasons(group)]
    yield Padding(Text("  ".join(filter(None, facts)), style="dim"), _INDENT)
    yield Padding(Text(sparkline(group.daily), style="cyan"), _INDENT)
    for wording in group.wordings[:_MOST_WORDINGS]:
        yield Padding(Text(f"“{_short(wording.text, _LONGEST_WORDING)}”{_times(wording.count)}"), _INDENT)
    for remark in group.remarks:
        said = ": ".join(filter(None, (remark.rating, remark.reason, remark.comment)))
        yield Padding(Text(f"{said}{_times(remark.count)}", style="yellow"), _INDENT)
    for document in group.documents:
        about = (f"  {document.document_id}  {document.confidence:.2f}", "dim")
        yield Padding(Text.assemble("→ ", document.title, about), _INDENT)


def _short(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _times(count: int) -> str:
    return f" {count}×" if count > 1 else ""


def _trend(group: Group) -> str | None:
    match group.previous:
        case None:
            return None
        case 0:
            return "new"
        case previous if previous == group.count:
            return "as before"
        case previous:
            return f"{'↑' if group.count > previous else '↓'} from {previous}"


def _reasons(group: Group) -> Iterator[str]:
    for name in ("no_answer", "uncertain", "down", "up"):
        if count := getattr(group, name):
            yield f"{name.replace('_', ' ')} {count}"
    if group.answered_since:
        yield "answered by now"
