"""The doctor on the command line."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from service.doctor.examination import examine
from service.doctor.finding import Finding, Verdict, wrong
from service.errors import SettingsError
from service.settings import read_settings

_MARKS = {Verdict.OK: ("✓", "green"), Verdict.WARNING: ("!", "yellow"), Verdict.ERROR: ("✗", "red")}


def diagnose(*, knowledge: Path | None, data: Path | None) -> list[Finding]:
    """Examine the installation that the environment and these options describe; a setting may be what is wrong."""
    try:
        settings = read_settings(knowledge=knowledge, data=data)
    except SettingsError as error:
        return [wrong("settings", str(error), "Mend it first; nothing else can be looked at before.")]
    return examine(settings)


def is_broken(findings: Sequence[Finding]) -> bool:
    """Whether something does not work."""
    return any(finding.verdict is Verdict.ERROR for finding in findings)


def show(console: Console, findings: Sequence[Finding]) -> None:
    """Print findings, a paragraph each, and how many there are of each kind."""
    for finding in findings:
        mark, style = _MARKS[finding.verdict]
        line = Text.assemble((f"{mark} {finding.check}: ", style), finding.message)
        console.print(line, soft_wrap=True)
        if finding.remedy:
            console.print(Text(f"  {finding.remedy}", style="dim"), soft_wrap=True)
    counts = Counter(finding.verdict for finding in findings)
    console.print(f"{counts[Verdict.ERROR]} errors, {counts[Verdict.WARNING]} warnings", highlight=False)
