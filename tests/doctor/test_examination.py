"""Each way in which an installation can be broken is found and named, and nothing else is."""

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import HttpUrl, SecretStr

from service.doctor import storage
from service.doctor.examination import examine
from service.doctor.finding import Finding, Verdict
from service.errors import KnowledgeError
from service.index.generations import Generations
from service.index.indexer import Indexer
from service.index.models import open_model
from service.records.database import Database
from service.records.store import Store
from service.settings import Settings
from tests.knowledge import write_document, write_topics
from tests.processes import OBEDIENT, run_command
from tests.records.builders import ask_record, damage_records

TOKEN = "a-token-of-the-tests"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation in which nothing is wrong."""
    folder = tmp_path_factory.mktemp("installation")
    settings = Settings(knowledge=folder / "knowledge", data=folder / "data", admin_token=SecretStr(TOKEN))
    write_topics(settings.knowledge)
    Indexer(settings, open_model(settings)).update()
    return settings


@pytest.fixture
def settings(whole: Settings, tmp_path: Path) -> Settings:
    """A copy of it to break."""
    shutil.copytree(whole.knowledge.parent, tmp_path, dirs_exist_ok=True)
    return whole.model_copy(update={"knowledge": tmp_path / "knowledge", "data": tmp_path / "data"})


def found(settings: Settings) -> dict[str, Finding]:
    """The findings that are not fine, by what was looked at."""
    return {finding.check: finding for finding in examine(settings) if finding.verdict is not Verdict.OK}


def test_whole_installation_is_found_so(settings: Settings) -> None:
    assert found(settings) == {}
    assert {finding.check for finding in examine(settings)} >= {"settings", "data", "disk", "knowledge", "model"}


def _flip(settings: Settings) -> None:
    path = Generations(settings.data).require_current() / "vectors" / "embeddings.npy"
    content = bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)


def _use_newer_tables(settings: Settings) -> None:
    database = Database.from_settings(settings)
    with database.begin():
        pass
    database.close()
    connection = sqlite3.connect(settings.data / "records.db")
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def _damage_records(settings: Settings) -> None:
    database = Database.from_settings(settings)
    Store(database).add_asks([ask_record()])
    database.close()
    damage_records(settings.data / "records.db")


_BREAKS: list[tuple[Callable[[Settings], object], str, str]] = [
    (lambda s: shutil.rmtree(s.knowledge), "knowledge", "cannot be read"),
    (lambda s: shutil.rmtree(s.data / "index"), "index", "There is no index"),
    (_flip, "index", "embeddings.npy has the checksum"),
    (lambda s: (s.data / "records.db").write_bytes(b"no database" * 99), "database", "not a database"),
    (_damage_records, "database", "records.db, is damaged"),
    (_use_newer_tables, "database", "9999"),
]


@pytest.mark.parametrize(("break_it", "check", "message"), _BREAKS)
def test_broken_installation_is_named(
    settings: Settings, break_it: Callable[[Settings], object], check: str, message: str
) -> None:
    break_it(settings)
    findings = found(settings)
    assert list(findings) == [check]
    assert findings[check].verdict is Verdict.ERROR
    assert message in findings[check].message and findings[check].remedy


_SETTINGS: list[tuple[dict[str, object], str, Verdict, str]] = [
    ({"admin_token": None}, "tokens", Verdict.WARNING, "EXPERT_ANSWERS_ADMIN_TOKEN"),
    ({"admin_tokens_file": Path("nowhere/tokens")}, "tokens", Verdict.ERROR, "nowhere/tokens"),
    ({"model": "no/such"}, "model", Verdict.ERROR, "no/such"),
    ({"reranker": "no/such"}, "reranker", Verdict.ERROR, "no/such"),
    ({"ask_limit": "off"}, "limits", Verdict.WARNING, "EXPERT_ANSWERS_ASK_LIMIT"),
    ({"database_url": "nonsense://host/db"}, "database", Verdict.ERROR, "EXPERT_ANSWERS_DATABASE_URL"),
    ({"site_url": HttpUrl("https://a.example/")}, "index", Verdict.ERROR, "site_url"),
    ({"host": "0.0.0.0", "public_url": HttpUrl("https://a.example/")}, "address", Verdict.WARNING, "PROXIES"),
    ({"host": "0.0.0.0", "trusted_proxies": ("10.0.0.0/8",)}, "links", Verdict.WARNING, "PUBLIC_URL"),
]


@pytest.mark.parametrize(("change", "check", "verdict", "named"), _SETTINGS)
def test_setting_that_does_not_fit_is_named(
    settings: Settings, change: dict[str, object], check: str, verdict: Verdict, named: str
) -> None:
    findings = found(settings.model_copy(update=change))
    assert list(findings) == [check]
    assert findings[check].verdict is verdict
    assert named in findings[check].message + findings[check].remedy


def test_file_that_cannot_be_used_is_a_warning(settings: Settings) -> None:
    (settings.knowledge / "nacos" / "draft.md").write_text("---\nid: a\n---\n## 问题\n空\n", encoding="utf-8")
    findings = found(settings)
    assert findings["knowledge"].verdict is Verdict.WARNING
    assert "nacos/draft.md" in findings["knowledge"].message


def test_folder_that_an_update_would_refuse_is_named(settings: Settings, tmp_path: Path) -> None:
    emptied = tmp_path / "emptied"
    emptied.mkdir()
    finding = found(settings.model_copy(update={"knowledge": emptied}))["intake"]
    assert finding.verdict is Verdict.ERROR
    assert "holds no document that can be indexed" in finding.message and finding.remedy
    for number in range(45):
        write_document(settings.knowledge, f"d{number:02}")
    Indexer(settings, open_model(settings)).update()
    for number in range(5, 45):
        (settings.knowledge / "nacos" / f"d{number:02}.md").unlink()
    assert "holds 9 documents that can be indexed" in found(settings)["intake"].message
    with pytest.raises(KnowledgeError) as refused:
        Indexer(settings, open_model(settings)).update()
    assert found(settings)["intake"].message == str(refused.value)


def test_folder_of_other_documents_is_no_fault(settings: Settings) -> None:
    for path in settings.knowledge.rglob("*.md"):
        path.unlink()
    write_document(settings.knowledge, "other")
    assert found(settings) == {}


def test_data_folder_that_cannot_be_written_is_named(settings: Settings) -> None:
    shutil.rmtree(settings.data)
    (settings.data.parent / "file").write_text("")
    findings = found(settings.model_copy(update={"data": settings.data.parent / "file" / "data"}))
    assert findings["data"].verdict is Verdict.ERROR


def test_data_folder_that_is_a_link_to_nothing_is_named(settings: Settings) -> None:
    link = settings.data.parent / "link"
    link.symlink_to("nowhere")
    finding = found(settings.model_copy(update={"data": link}))["data"]
    assert finding.verdict is Verdict.ERROR
    assert "is a link to nowhere" in finding.message


def test_data_folder_that_may_not_be_entered_is_told_by_every_command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shut = settings.data.parent / "shut"
    shut.mkdir(mode=0)
    monkeypatch.setenv("EXPERT_ANSWERS_DATA", str(shut / "data"))
    examined = run_command("doctor", "--json", cwd=settings.data.parent, within=OBEDIENT)
    wrong = {one["check"] for one in json.loads(examined.stdout) if one["verdict"] == "error"}
    assert wrong == {"data", "index", "database"}
    for arguments in (["ask", "x"], ["index"], ["report"]):
        told = run_command(*arguments, cwd=settings.data.parent, within=OBEDIENT)
        assert told.returncode == 1
        assert told.stderr.startswith("expert-answers: ") and len(told.stderr.splitlines()) == 1
        assert "Permission denied" in told.stderr and str(shut) in told.stderr
    shut.chmod(0o700)


def test_disk_that_is_nearly_full_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "LEAST_FREE", 1 << 60)
    assert found(settings)["disk"].verdict is Verdict.ERROR
    monkeypatch.setattr(storage, "LEAST_FREE", 0)
    monkeypatch.setattr(storage, "AMPLE_FREE", 1 << 60)
    assert found(settings)["disk"].verdict is Verdict.WARNING


def test_tokens_that_everybody_can_read_are_named(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"{TOKEN}\n")
    listed = settings.model_copy(update={"admin_tokens_file": file})
    file.chmod(0o604)
    assert found(listed)["tokens"].verdict is Verdict.WARNING
    file.chmod(0o600)
    assert found(listed) == {}


def test_earlier_generation_that_answers_is_named(settings: Settings) -> None:
    before = Generations(settings.data).require_current().name
    write_document(settings.knowledge, "new")
    Indexer(settings, open_model(settings)).update()
    _flip(settings)
    assert before in found(settings)["index"].message


def test_examination_changes_nothing(settings: Settings) -> None:
    def seen() -> set[str]:
        return {str(path) for path in settings.data.rglob("*") if not path.name.endswith(".lock")}

    before = seen()
    examine(settings)
    assert seen() == before


def test_command_tells_and_fails_when_something_is_wrong(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = settings.data.parent
    monkeypatch.setenv("EXPERT_ANSWERS_ADMIN_TOKEN", TOKEN)
    monkeypatch.setitem(os.environ, "EXPERT_ANSWERS_DATA", str(settings.data))
    well = run_command("doctor", cwd=folder)
    assert (well.returncode, well.stdout.splitlines()[-1]) == (0, "0 errors, 0 warnings")
    assert TOKEN not in well.stdout
    shutil.rmtree(settings.data / "index")
    ill = run_command("doctor", "--json", cwd=folder)
    assert ill.returncode == 1
    (error,) = [finding for finding in json.loads(ill.stdout) if finding["verdict"] == "error"]
    assert error["check"] == "index" and "expert-answers index" in error["remedy"]
    monkeypatch.setenv("EXPERT_ANSWERS_PORT", "http")
    unset = run_command("doctor", cwd=folder)
    assert unset.returncode == 1 and "EXPERT_ANSWERS_PORT" in unset.stdout


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("milvus://host/x?bad=1", "unknown options bad"),
        ("postgresql://host", "milvus://"),
        ("milvus://127.0.0.1:1?tls=true&ca=/nope.pem", "/nope.pem"),
    ],
)
def test_index_that_is_no_server_is_named(settings: Settings, url: str, named: str) -> None:
    pytest.importorskip("pymilvus")
    finding = found(settings.model_copy(update={"index": SecretStr(url)}))["index"]
    assert finding.verdict is Verdict.ERROR
    assert named in finding.message and "EXPERT_ANSWERS_INDEX" in finding.remedy


def test_extra_that_an_index_server_needs_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    findings = found(settings.model_copy(update={"index": SecretStr("milvus://127.0.0.1:1")}))
    assert findings["extras"].verdict is findings["index"].verdict is Verdict.ERROR
    assert "pip install '.[milvus]'" in findings["extras"].remedy


def test_command_names_an_index_that_is_wrong_beside_the_rest(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPERT_ANSWERS_INDEX", "milvus://root:hidden@host/x?bad=1")
    done = run_command("doctor", "--json", cwd=settings.data.parent)
    assert done.returncode == 1 and "hidden" not in done.stdout
    findings = {finding["check"]: finding["verdict"] for finding in json.loads(done.stdout)}
    assert findings["index"] == "error" and findings["database"] == "ok"


def test_index_server_that_does_not_answer_is_named(settings: Settings) -> None:
    pytest.importorskip("pymilvus")
    broken = settings.model_copy(update={"index": SecretStr("milvus://127.0.0.1:1")})
    finding = found(broken)["index"]
    assert finding.verdict is Verdict.ERROR
    assert "127.0.0.1:1" in finding.message
    assert "EXPERT_ANSWERS_INDEX" in finding.remedy
