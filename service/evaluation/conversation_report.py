"""What an evaluation of conversations prints, for people and for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.evaluation.conversations import ConversationResult, Exchange, figures_of

_INDENT = (0, 0, 0, 2)


def show_conversations(console: Console, results: Sequence[ConversationResult], *, failures: int) -> None:
    """Print the shares resolved, and the first so many conversations that were not."""
    table = Table(title="Conversations", title_justify="left", title_style="bold")
    for column in ("which", "conversations", "resolved", "first turns right", "every turn right"):
        table.add_column(column, justify="left" if column == "which" else "right")
    for name, figures in _figures(results):
        shares = (figures[share] for share in ("resolved", "first_turns", "right_throughout"))
        table.add_row(name, str(figures["count"]), *map(_percent, shares))
    console.print(table)
    unresolved = [result for result in results if not result.resolved]
    for result in unresolved[:failures]:
        console.print(*_failure(result), sep="\n")


def report_conversations(results: Sequence[ConversationResult]) -> dict[str, Any]:
    """The same as JSON, with every conversation that was not resolved."""
    return {
        **{name.replace(" ", "_"): figures for name, figures in _figures(results)},
        "failures": [
            {
                "id": result.conversation.id,
                "turns": [
                    {
                        "question": exchange.question,
                        "right": exchange.right,
                        "expected": asdict(exchange.expected),
                        "got": _got(exchange),
                    }
                    for exchange in result.exchanges
                ],
            }
            for result in results
            if not result.resolved
        ],
    }


def _figures(results: Sequence[ConversationResult]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "all", asdict(figures_of(results))
    held_out = [result for result in results if result.conversation.held_out]
    if held_out:
        yield "held out", asdict(figures_of(held_out))


def _failure(result: ConversationResult) -> Iterator[RenderableType]:
    yield Text(f"\n{result.conversation.id}", style="bold")
    for exchange in result.exchanges:
        style = "" if exchange.right else "red"
        yield Padding(Text.assemble((exchange.question, style), (f"  {_got(exchange)}", "dim")), _INDENT)


def _got(exchange: Exchange) -> dict[str, Any] | None:
    reply = exchange.reply
    if reply is None:
        return None
    return {
        "document_id": reply.hits[0].document_id if reply.hits else None,
        "status": reply.status,
        "step": reply.step,
        "interpreted_as": reply.interpreted_as,
    }


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
