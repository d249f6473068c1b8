"""Both READMEs name every setting with its default, every route and every command, and nothing that is not there."""

import re
from pathlib import Path

import pytest

from service.api.app import create_app
from service.cli import app as commands
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
LONGEST = 220


@pytest.fixture(params=READMES, ids=lambda path: path.name)
def readme(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text("utf-8")


def test_settings_are_all_there(readme: str) -> None:
    named = set(re.findall(r"^\| `EXPERT_ANSWERS_([A-Z_]+)` \|", readme, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_resources_are_all_there(readme: str, tmp_path: Path) -> None:
    paths = create_app(Settings(data=tmp_path / "data")).openapi()["paths"]
    assert [path for path in paths if f"/{path.split('/')[1]}" not in readme] == []


def test_commands_are_all_there(readme: str) -> None:
    names = [command.callback.__name__ for command in commands.registered_commands if command.callback]
    assert [name for name in names if f"expert-answers {name}" not in readme] == []


def test_no_placeholder_and_no_endless_page(readme: str) -> None:
    assert "@@" not in readme
    assert readme.count("\n") < LONGEST


def test_links_to_files_lead_somewhere(readme: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in link]
    assert links and all((ROOT / link).exists() for link in links)
