import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.api.tokens import Tokens, matching, read_tokens
from service.errors import ForbiddenError, SettingsError
from service.settings import Settings
from tests.api.conftest import TOKEN
from tests.encoders import HashingEncoder

FIRST, SECOND, THIRD = "first-token-0123456789", "second-token-0123456789", "third-token-0123456789"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens"
    path.write_text(f"# operations\n{FIRST}\n\n  {SECOND}  \r\n")
    return path


@pytest.fixture
def settings(settings: Settings, file: Path) -> Settings:
    return settings.model_copy(update={"admin_tokens_file": file})


def replace(file: Path, text: str) -> None:
    """Put another file in its place, as secrets are rotated."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


def reindex(client: TestClient, token: str) -> int:
    return client.post("/reindex", headers={"Authorization": f"Bearer {token}"}).status_code


def test_every_token_is_good(client: TestClient) -> None:
    assert [reindex(client, token) for token in (TOKEN, FIRST, SECOND, THIRD)] == [
        200,
        200,
        200,
        401,
    ]


def test_tokens_are_rotated_while_the_service_runs(client: TestClient, file: Path) -> None:
    replace(file, f"{SECOND}\n{THIRD}\n")
    assert [reindex(client, token) for token in (TOKEN, FIRST, SECOND, THIRD)] == [
        200,
        401,
        200,
        200,
    ]


def test_token_that_is_taken_out_ends_its_sessions(client: TestClient, file: Path) -> None:
    client.post("/admin/sign-in", data={"token": FIRST}, follow_redirects=False)
    assert client.get("/admin").status_code == 200
    replace(file, f"{SECOND}\n")
    assert client.get("/admin").status_code == 401


@pytest.mark.parametrize("text", [f"\ufeff{FIRST}\n", f"\ufeff# first\r\n{FIRST}\r\n"])
def test_mark_of_the_encoding_is_no_part_of_a_token(client: TestClient, file: Path, text: str) -> None:
    replace(file, text)
    assert reindex(client, FIRST) == 200


@pytest.mark.parametrize("text", ["short\n", "", None])
def test_empty_file_of_tokens_is_what_the_refusal_speaks_of(
    settings: Settings, file: Path, encoder: HashingEncoder, text: str | None
) -> None:
    with TestClient(create_app(settings.model_copy(update={"admin_token": None}), encoder=encoder)) as client:
        file.unlink() if text is None else replace(file, text)
        response = client.post("/reindex")
        page = client.get("/admin")
    assert response.status_code == page.status_code == 403
    message = response.json()["error"]["message"]
    assert "EXPERT_ANSWERS_ADMIN_TOKENS_FILE" in message and "EXPERT_ANSWERS_ADMIN_TOKENS_FILE" in page.text
    assert "restart" not in message and str(file) not in message


@pytest.mark.parametrize("text", [None, "short\n"])
def test_file_that_cannot_be_used_any_more_ends_its_tokens(
    client: TestClient, file: Path, text: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    if text is None:
        file.unlink()
    else:
        replace(file, text)
    assert [reindex(client, token) for token in (TOKEN, FIRST, "short")] == [200, 401, 401]
    assert "tokens are refused" in caplog.text
    replace(file, f"{FIRST}\n")
    assert reindex(client, FIRST) == 200


def test_start_with_a_file_that_cannot_be_read_is_refused(
    indexed: Settings, file: Path, encoder: HashingEncoder
) -> None:
    file.unlink()
    with pytest.raises(SettingsError, match="EXPERT_ANSWERS_ADMIN_TOKENS_FILE"), TestClient(create_app(indexed)):
        pass


def test_short_token_is_named_by_its_line_and_not_told(file: Path) -> None:
    file.write_text(f"{FIRST}\nhunter2\n")
    with pytest.raises(SettingsError, match="line 2") as error:
        read_tokens(file)
    assert "hunter2" not in str(error.value)


def test_no_token_at_all_is_administration_switched_off(settings: Settings, file: Path) -> None:
    file.write_text("# none yet\n")
    tokens = Tokens(settings.model_copy(update={"admin_token": None}))
    with pytest.raises(ForbiddenError, match="EXPERT_ANSWERS_ADMIN_TOKEN"):
        tokens.require()
    file.write_text(f"{FIRST}\n")
    os.utime(file, ns=(1, 1))
    assert tokens.require() == (FIRST.encode(),)


@pytest.mark.parametrize(("given", "found"), [(b"b", b"b"), (b"a", b"a"), (b"", None), (b"ab", None), (b"\xff", None)])
def test_token_is_found_among_several(given: bytes, found: bytes | None) -> None:
    assert matching(given, (b"a", b"b")) == found
