"""State of every test in a folder of its own, whatever the environment says."""

import os
from pathlib import Path

import pytest

from service.settings import Settings
from tests.encoders import HashingEncoder


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("EXPERT_ANSWERS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("EXPERT_ANSWERS_DATA", str(tmp_path / "data"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty knowledge folder and no data."""
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    return Settings(knowledge=knowledge, data=tmp_path / "data")


@pytest.fixture
def encoder() -> HashingEncoder:
    return HashingEncoder()
