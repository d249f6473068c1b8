"""Reports from the command line; their forms for programs are those of the service."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from service.answering.engine import Engine
from service.api.report_schemas import ReportBody
from service.embedding.encoder import Encoder
from service.errors import ExpertAnswersError, RecordsOffError, RecordsUnavailableError
from service.index.models import open_model
from service.index.opening import open_index
from service.records.database import Database
from service.records.draft import draft
from service.records.history import History
from service.records.report import Report
from service.records.reporter import Reporter, Search
from service.records.spreadsheet import write_csv
from service.settings import Settings


def make_report(settings: Settings, days: int) -> Report:
    """Report on the records that the settings name; the closest documents are left out where there is no index.

    :raises RecordsOffError: when no records are kept.
    :raises RecordsUnavailableError: when there are none yet, or their database does not answer.
    """
    if not settings.records:
        raise RecordsOffError("No records are kept to report on (EXPERT_ANSWERS_RECORDS is off).")
    database = Database.from_settings(settings)
    if missing := database.missing_file:
        raise RecordsUnavailableError(
            f"There are no records at {missing} yet; a service that runs with the same --data folder writes them "
            "when it answers. Name the folder with --data, or set EXPERT_ANSWERS_DATABASE_URL."
        )
    encoder = open_model(settings)
    try:
        search = _search(settings, encoder)
        return Reporter(History(database), encoder, search, similarity=settings.report_similarity).report(days)
    finally:
        database.close()


def to_json(report: Report) -> str:
    """The report as `GET /admin/report.json` has it, indented."""
    return ReportBody.of(report).model_dump_json(indent=2)


def draft_document(report: Report, group_id: str) -> str:
    """The beginning of a document for a group.

    :raises GroupNotFoundError: when the report has no such group.
    """
    return draft(report.group(group_id), today=datetime.now(UTC).date())


def write_csv_file(report: Report, path: Path) -> None:
    """Write the groups to a file.

    :raises ExpertAnswersError: when that cannot be written.
    """
    try:
        path.write_bytes(write_csv(report))
    except OSError as error:
        raise ExpertAnswersError(
            f"{path} cannot be written: {error.strerror}; name another file with --csv."
        ) from error


def _search(settings: Settings, encoder: Encoder) -> Search:
    """Search the index, opened at the first question; without one, every question raises what opening it does."""

    @cache
    def engine() -> Engine:
        return Engine(open_index(settings, encoder), encoder, settings)

    return lambda question, product: engine().ask(question, product=product)
