"""The groups of a report as a file that spreadsheets open."""

import csv
import io
from collections.abc import Iterable

from service.records.report import Group, Report

_COLUMNS = (
    "id",
    "question",
    "product",
    "count",
    "previous",
    "no_answer",
    "uncertain",
    "up",
    "down",
    "last_asked",
    "status_now",
    "closest_documents",
    "other_wordings",
    "remarks",
)
# A cell that begins so is a formula to a spreadsheet, whoever typed it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(report: Report) -> bytes:
    """One line a group under a line of names, in UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(_COLUMNS)
    rows.writerows([_cell(value) for value in _row(group)] for group in report.groups)
    return text.getvalue().encode("utf-8-sig")


def _row(group: Group) -> Iterable[object]:
    return (
        group.id,
        group.question,
        group.product,
        group.count,
        group.previous,
        group.no_answer,
        group.uncertain,
        group.up,
        group.down,
        group.last_asked.isoformat(timespec="seconds"),
        group.status_now,
        "\n".join(f"{document.document_id} {document.title}" for document in group.documents),
        "\n".join(wording.text for wording in group.wordings),
        "\n".join(": ".join(filter(None, (remark.reason, remark.comment))) for remark in group.remarks),
    )


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
