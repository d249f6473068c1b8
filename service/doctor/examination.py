"""Everything that is examined, in the order in which it is mended."""

from collections.abc import Callable, Iterable

from service.doctor.engine import examine_extras, examine_models
from service.doctor.exposure import examine_exposure, examine_tokens
from service.doctor.finding import Finding, fine
from service.doctor.storage import examine_data, examine_database, examine_knowledge
from service.settings import Settings

_CHECKS: tuple[Callable[[Settings], Iterable[Finding]], ...] = (
    examine_data,
    examine_knowledge,
    examine_extras,
    examine_models,
    examine_database,
    examine_tokens,
    examine_exposure,
)


def examine(settings: Settings) -> list[Finding]:
    """Look at an installation; nothing is changed, and what cannot be looked at is a finding too."""
    return [
        fine("settings", "Every setting can be read."),
        *(finding for check in _CHECKS for finding in check(settings)),
    ]
