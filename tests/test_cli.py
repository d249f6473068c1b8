"""The command as a user types it, with the model that is shipped."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.answering.reply import Status
from service.embedding.opening import open_encoder
from service.index.indexer import Indexer
from service.records.database import Database
from service.records.store import Store
from service.settings import Settings
from tests.knowledge import write_document, write_topics
from tests.processes import OBEDIENT, PATIENCE_SECONDS, environment, post, run_command, running_service
from tests.records.builders import ask_record, damage_records

UNRELATED = "怎么做红烧肉才好吃"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with knowledge/ and nothing else."""
    write_topics(tmp_path / "knowledge")
    return tmp_path


@pytest.fixture
def indexed(folder: Path) -> Path:
    """The same folder with its index."""
    Indexer(Settings(knowledge=folder / "knowledge", data=folder / "data"), open_encoder()).update()
    return folder


def test_index_then_ask_shows_title_and_steps(folder: Path) -> None:
    indexed = run_command("index", cwd=folder)
    assert indexed.returncode == 0, indexed.stderr
    assert "4 added" in indexed.stderr
    asked = run_command("ask", "控制台登录报 403 是什么原因", cwd=folder)
    assert asked.returncode == 0, asked.stderr
    assert "控制台登录报 403" in asked.stdout
    assert "openssl rand -base64 32" in asked.stdout


def test_ask_json_is_the_reply_of_the_contract(indexed: Path) -> None:
    reply = json.loads(run_command("ask", "--json", "消息堆积了", cwd=indexed).stdout)
    assert reply["answer"]["document_id"] == reply["results"][0]["document_id"] == "nacos-backlog"
    assert [step["number"] for step in reply["answer"]["steps"]] == [1, 2]


def test_ask_what_nothing_answers_exits_with_3(indexed: Path) -> None:
    asked = run_command("ask", UNRELATED, cwd=indexed)
    assert asked.returncode == 3
    assert "No answer" in asked.stdout


def test_ask_without_a_question_takes_them_in_turn(indexed: Path) -> None:
    asked = run_command("ask", cwd=indexed, stdin="控制台登录报 403\n消息堆积怎么办\n\n")
    assert asked.returncode == 0
    assert asked.stdout.index("控制台登录报 403") < asked.stdout.index("消息堆积怎么办")


def test_ask_without_a_question_goes_on_with_a_conversation(folder: Path) -> None:
    for product in ("sentinel", "seata"):
        write_document(folder / "knowledge", "rules", title="重启之后规则丢失", product=product)
    run_command("index", cwd=folder)
    asked = run_command("ask", cwd=folder, stdin="控制台登录报 403\n第二步报错了\n重启之后规则丢失\n2\n")
    assert "Understood as: 控制台登录报 403 重启服务" in asked.stdout
    assert "1. " in asked.stdout and "sentinel: 重启之后规则丢失" in asked.stdout
    assert asked.stdout.rindex("重启之后规则丢失") > asked.stdout.index("seata: 重启之后规则丢失")


def test_evaluate_conversations_prints_the_share_resolved(indexed: Path) -> None:
    turns = [{"question": "控制台登录报 403", "documents": ["nacos-login"]}, {"question": "第二步报错了", "step": 2}]
    (indexed / "c.jsonl").write_text(json.dumps({"id": "a", "turns": turns}), "utf-8")
    evaluated = run_command("evaluate", "--conversations", "c.jsonl", "--json", cwd=indexed)
    assert json.loads(evaluated.stdout)["all"]["resolved"] == 1
    assert run_command("evaluate", cwd=indexed).returncode == 1


def test_evaluate_conversations_refuses_what_it_would_not_do(indexed: Path) -> None:
    turns = [{"question": "控制台登录报 403"}, {"question": "第二步报错了", "step": 2}]
    (indexed / "c.jsonl").write_text(json.dumps({"id": "a", "turns": turns}), "utf-8")
    asked = ("evaluate", "--conversations", "c.jsonl")
    gate = run_command(*asked, "--against", "run.json", "--fail-if-worse", cwd=indexed)
    assert gate.returncode == 1
    assert "--conversations does not go with --against, --fail-if-worse;" in gate.stderr
    files = [word for option in ("--questions", "--structure", "--save", "--html") for word in (option, "file")]
    refused = run_command(*asked, *files, cwd=indexed)
    assert refused.returncode == 1
    assert "--conversations does not go with --questions, --structure, --save, --html;" in refused.stderr


def test_ask_json_prints_nothing_but_replies_to_questions_piped_in(indexed: Path) -> None:
    asked = run_command("ask", "--json", cwd=indexed, stdin="控制台登录报 403\n消息堆积怎么办\n")
    decoder, rest, found = json.JSONDecoder(), asked.stdout.strip(), []
    while rest:
        reply, end = decoder.raw_decode(rest)
        found.append(reply["results"][0]["document_id"])
        rest = rest[end:].strip()
    assert found == ["nacos-login", "nacos-backlog"]
    assert asked.stderr == ""


def test_ask_without_an_index_names_the_command(folder: Path) -> None:
    asked = run_command("ask", "什么", cwd=folder)
    assert asked.returncode == 1
    assert "expert-answers index" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_ask_a_url_where_nothing_listens_says_so(folder: Path) -> None:
    asked = run_command("ask", "什么", "--url", "http://127.0.0.1:9", cwd=folder)
    assert asked.returncode == 1
    assert "http://127.0.0.1:9" in asked.stderr


def test_ask_an_unknown_product_names_the_known(indexed: Path) -> None:
    asked = run_command("ask", "什么", "--product", "kafka", cwd=indexed)
    assert asked.returncode == 1
    assert "dubbo, nacos" in asked.stderr


def test_check_names_the_bad_file_and_fails(folder: Path) -> None:
    (folder / "knowledge" / "nacos" / "bad.md").write_text("---\nid: x\n---\n\n## 用户问题\n怎么办\n", "utf-8")
    checked = run_command("check", cwd=folder)
    assert checked.returncode == 1
    assert "nacos/bad.md" in checked.stdout
    problems = json.loads(run_command("check", "--json", cwd=folder).stdout)
    assert "no-answer" in {problem["code"] for problem in problems}


def test_index_of_a_missing_folder_names_it(tmp_path: Path) -> None:
    indexed = run_command("index", "--knowledge", "nowhere", cwd=tmp_path)
    assert indexed.returncode == 1
    assert "nowhere" in indexed.stderr


@pytest.mark.parametrize(
    ("variable", "value", "arguments", "named"),
    [
        ("PORT", "http", ["index"], "EXPERT_ANSWERS_PORT"),
        ("PORT", "http", ["serve", "--port", "70000"], "--port"),
        ("WORKERS", "2", ["serve", "--workers", "0"], "--workers"),
        ("DATABASE_URL", "nonsense://user:secret@host/db", ["serve"], "EXPERT_ANSWERS_DATABASE_URL"),
        ("ADMIN_TOKEN", "secret", ["serve"], "EXPERT_ANSWERS_ADMIN_TOKEN"),
        ("ADMIN_TOKEN", "secret", ["serve"], "at least 16 characters, not 6"),
        ("UNCERTAIN_CONFIDENCE", "0.6", ["serve"], "EXPERT_ANSWERS_ANSWERED_CONFIDENCE (0.5)"),
        ("ANSWERED_CONFIDENCE", "0.1", ["index"], "EXPERT_ANSWERS_UNCERTAIN_CONFIDENCE (0.22)"),
        ("ADMIN_TOKENS_FILE", "nowhere", ["serve", "--workers", "2"], "EXPERT_ANSWERS_ADMIN_TOKENS_FILE"),
        ("TRUSTED_PROXIES", "somewhere", ["serve"], "EXPERT_ANSWERS_TRUSTED_PROXIES"),
        ("ASK_LIMIT", "many", ["serve"], "EXPERT_ANSWERS_ASK_LIMIT"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_and_no_secret_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, arguments: list[str], named: str
) -> None:
    monkeypatch.setenv(f"EXPERT_ANSWERS_{variable}", value)
    done = run_command(*arguments, cwd=folder)
    assert done.returncode == 1
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret@" not in done.stderr and "'secret'" not in done.stderr


def test_confidences_in_the_wrong_order_are_named_without_the_other_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPERT_ANSWERS_ADMIN_TOKEN", "a-secret-that-nobody-is-told")
    monkeypatch.setenv("EXPERT_ANSWERS_UNCERTAIN_CONFIDENCE", "0.9")
    done = run_command("index", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert "EXPERT_ANSWERS_UNCERTAIN_CONFIDENCE (0.9) is greater" in done.stderr
    assert "nobody-is-told" not in done.stderr
    monkeypatch.setenv("EXPERT_ANSWERS_ANSWERED_CONFIDENCE", "0.9")
    assert run_command("index", cwd=folder).returncode == 0


@pytest.mark.parametrize(("form", "begins"), [("json", '{"time":'), ("text", "20")])
def test_index_logs_in_the_form_that_is_set(
    indexed: Path, monkeypatch: pytest.MonkeyPatch, form: str, begins: str
) -> None:
    monkeypatch.setenv("EXPERT_ANSWERS_LOG_FORMAT", form)
    monkeypatch.setenv("EXPERT_ANSWERS_SITE_URL", "https://a.example/")
    done = run_command("index", cwd=indexed)
    (line,) = [line for line in done.stderr.splitlines() if "building everything again" in line]
    assert line.startswith(begins)


def test_two_builds_at_once_publish_one_index(folder: Path) -> None:
    with ThreadPoolExecutor() as pool:
        builds = list(pool.map(lambda _: run_command("index", "--json", cwd=folder), range(2)))
    reports = [json.loads(build.stdout) for build in builds]
    assert sorted(report["added"] for report in reports) == [0, 4]
    assert len({report["generation"] for report in reports}) == 1


@contextmanager
def watching(folder: Path, *within: str) -> Iterator[Callable[[], dict[str, Any]]]:
    """A running `index --watch`, which ends by Ctrl-C without a complaint; a call waits for its next report."""
    command = [*within, sys.executable, "-m", "service", "index", "--watch", "--json"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever starts the tests in the background has all below ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        lines = process.stdout
        assert json.loads(lines.readline())["added"] == 4
        assert b"Ctrl-C" in process.stderr.readline()
        yield lambda: json.loads(lines.readline())
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert process.stderr.read() == b""


def test_index_watch_takes_in_what_comes_until_interrupted(folder: Path) -> None:
    with watching(folder) as next_report:
        write_document(folder / "knowledge", "new")
        assert next_report()["added"] == 1
        (folder / "knowledge" / "nacos" / "new.md").rename(folder / "knowledge" / "nacos" / "renamed.md")
        assert next_report()["published"]


def test_index_watch_goes_on_beside_a_folder_that_may_not_be_entered(folder: Path) -> None:
    shut = folder / "knowledge" / "shut"
    shut.mkdir(mode=0)
    with watching(folder, *OBEDIENT) as next_report:
        write_document(folder / "knowledge", "new")
        assert next_report()["added"] == 1
    shut.chmod(0o700)


@pytest.mark.parametrize("error", [OSError("OS file watch limit reached"), RuntimeError("Too many open files")])
def test_index_watch_says_why_it_cannot(folder: Path, error: Exception) -> None:
    code = (
        "import watchfiles; from unittest.mock import Mock;"
        f"watchfiles.watch = Mock(side_effect={error!r});"
        "import sys; sys.argv[1:] = ['index', '--watch']; from service.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment(), check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"expert-answers: The folder knowledge cannot be watched ({error})")


@pytest.mark.parametrize("arguments", [["ask", "控制台登录报 403", "--json"], ["check"]])
def test_output_without_room_is_one_line_and_a_failure(indexed: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "service", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=indexed, env=environment(), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().startswith("expert-answers: The output cannot be written: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["ask", "控制台登录报 403", "--json"], ["check"]])
def test_output_that_nobody_reads_is_not_complained_about(indexed: Path, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "service", *arguments]
    with subprocess.Popen(
        command, cwd=indexed, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asking:
        assert asking.stdout is not None and asking.stderr is not None
        asking.stdout.close()
        assert asking.stderr.read() == b""


def test_index_into_a_folder_that_cannot_be_written_says_so(folder: Path) -> None:
    (folder / "file").write_text("not a folder")
    indexed = run_command("index", "--data", "file/data", cwd=folder)
    assert indexed.returncode == 1
    assert indexed.stderr.startswith("expert-answers: The index under file/data cannot be written")


def test_serve_goes_on_with_its_index_when_the_knowledge_is_gone(indexed: Path) -> None:
    (indexed / "knowledge").rename(indexed / "away")
    with running_service(cwd=indexed) as (address, _):
        assert post(f"{address}/ask", {"question": "消息堆积怎么办"})["answer"]["document_id"] == "nacos-backlog"


def test_serve_answers_and_takes_in_a_new_document(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = "a-token-of-some-length"
    monkeypatch.setenv("EXPERT_ANSWERS_ADMIN_TOKEN", token)
    with running_service(cwd=folder) as (address, _):
        assert post(f"{address}/ask", {"question": "消息堆积怎么办"})["answer"]["document_id"] == "nacos-backlog"
        write_document(folder / "knowledge", "quorum", title="仲裁节点丢失 quorum lost")
        report = post(f"{address}/reindex", {}, {"Authorization": f"Bearer {token}"})
        assert report["added"] == 1
        assert post(f"{address}/ask", {"question": "quorum lost"})["results"][0]["document_id"] == "nacos-quorum"
        asked = run_command("ask", "quorum lost", "--json", "--url", address, cwd=folder)
        assert json.loads(asked.stdout)["results"][0]["document_id"] == "nacos-quorum"


def test_serve_with_workers_follows_an_index_built_beside_it(folder: Path) -> None:
    with running_service("--workers", "2", cwd=folder) as (address, _):
        write_document(folder / "knowledge", "quorum", title="仲裁节点丢失 quorum lost")
        assert run_command("index", cwd=folder).returncode == 0
        deadline = time.monotonic() + PATIENCE_SECONDS
        while post(f"{address}/ask", {"question": "quorum lost"})["results"][0]["document_id"] != "nacos-quorum":
            assert time.monotonic() < deadline, "no worker took the new index up"
            time.sleep(0.05)


def test_serve_with_workers_counts_what_all_of_them_answered(folder: Path) -> None:
    with running_service("--workers", "2", cwd=folder) as (address, _):
        for _ in range(20):
            post(f"{address}/ask", {"question": "消息堆积怎么办"})
        with urllib.request.urlopen(f"{address}/metrics", timeout=PATIENCE_SECONDS) as response:
            metrics = response.read().decode()
    assert 'expert_answers_requests_total{method="POST",route="/ask",status="200"} 20.0' in metrics


def test_evaluate_saves_a_run_and_fails_when_a_later_one_is_worse(indexed: Path) -> None:
    # The wrong document, so that the run below can only have been better.
    rows = [{"id": str(n), "question": f"控制台登录报 403 {n}", "relevant": ["dubbo-timeout"]} for n in range(8)]
    (indexed / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    asked = ("evaluate", "--questions", "questions.jsonl")
    saved = run_command(*asked, "--save", "run.json", "--html", "page.html", "--json", cwd=indexed)
    assert saved.returncode == 0, saved.stderr
    assert json.loads(saved.stdout)["styles"]["all"]["hit@1"] == 0
    assert "控制台登录报 403 7" in (indexed / "page.html").read_text("utf-8")
    compared = run_command(*asked, "--against", "run.json", "--fail-if-worse", cwd=indexed)
    assert compared.returncode == 0, compared.stderr
    assert "no difference beyond chance" in compared.stdout
    run = (indexed / "run.json").read_text("utf-8")
    (indexed / "run.json").write_text(run.replace('"hit@1": false', '"hit@1": true'), "utf-8")
    assert run_command(*asked, "--against", "run.json", cwd=indexed).returncode == 0
    undercut = run_command(*asked, "--against", "run.json", "--fail-if-worse", cwd=indexed)
    assert undercut.returncode == 1
    assert "hit@1 fell below run.json" in undercut.stderr


def test_evaluate_names_the_line_that_is_wrong(indexed: Path) -> None:
    (indexed / "questions.jsonl").write_text('{"question": "登录", "relevant": ["gone"]}', "utf-8")
    evaluated = run_command("evaluate", "--questions", "questions.jsonl", cwd=indexed)
    assert evaluated.returncode == 1
    assert "questions.jsonl:1: names 'gone'" in evaluated.stderr


def test_report_lists_groups_and_begins_a_document(indexed: Path) -> None:
    database = Database.from_settings(Settings(data=indexed / "data"))
    question, now = "怎么把配置导出到另一个集群", datetime.now(UTC)
    Store(database).add_asks([ask_record(question, asked_at=now, status=Status.NO_ANSWER) for _ in range(2)])
    database.close()
    shown = run_command("report", "--days", "7", cwd=indexed)
    assert shown.returncode == 0, shown.stderr
    assert f"2× {question}" in shown.stdout
    written = json.loads(run_command("report", "--json", "--csv", "groups.csv", cwd=indexed).stdout)
    (group,) = written["groups"]
    assert (group["question"], group["count"]) == (question, 2)
    assert group["documents"]
    assert group["id"] in (indexed / "groups.csv").read_text("utf-8-sig")
    draft = run_command("report", "--draft", group["id"], cwd=indexed).stdout
    assert draft.startswith(f'---\nid: "question-{group["id"]}"\n')
    (indexed / "knowledge" / "nacos" / "draft.md").write_text(draft, "utf-8")
    assert "no-answer" in run_command("check", "--json", cwd=indexed).stdout


def test_report_without_an_index_lists_no_documents(folder: Path) -> None:
    database = Database.from_settings(Settings(data=folder / "data"))
    Store(database).add_asks([ask_record(asked_at=datetime.now(UTC), status=Status.NO_ANSWER)])
    database.close()
    assert json.loads(run_command("report", "--json", cwd=folder).stdout)["groups"][0]["documents"] == []


def test_report_without_records_names_the_file_and_makes_none(folder: Path) -> None:
    shown = run_command("report", "--data", "elsewhere", cwd=folder)
    assert shown.returncode == 1
    assert "elsewhere/records.db" in " ".join(shown.stderr.split())
    assert not (folder / "elsewhere").exists()


def test_report_on_damaged_records_says_what_to_do(folder: Path) -> None:
    database = Database.from_settings(Settings(data=folder / "data"))
    Store(database).add_asks([ask_record()])
    database.close()
    damage_records(folder / "data" / "records.db")
    shown = run_command("report", cwd=folder)
    assert shown.returncode == 1
    assert "data/records.db, is damaged" in shown.stderr
    assert "Restore the file" in shown.stderr and "Traceback" not in shown.stderr


def test_report_on_an_unknown_group_names_it(folder: Path) -> None:
    database = Database.from_settings(Settings(data=folder / "data"))
    Store(database).add_asks([ask_record()])
    database.close()
    shown = run_command("report", "--draft", "0123456789", cwd=folder)
    assert shown.returncode == 1
    assert "0123456789" in shown.stderr


def test_report_with_records_off_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPERT_ANSWERS_RECORDS", "false")
    shown = run_command("report", cwd=folder)
    assert shown.returncode == 1
    assert "EXPERT_ANSWERS_RECORDS" in shown.stderr


def test_adapt_to_a_few_documents_keeps_the_model(indexed: Path) -> None:
    adapted = run_command("adapt", cwd=indexed)
    assert adapted.returncode == 0, adapted.stderr
    assert "The model in use stays: 4 documents are too few" in adapted.stdout
    report = json.loads(run_command("adapt", "--json", cwd=indexed).stdout)
    assert (report["adopted"], report["documents"], report["hybrid"]) == (False, 4, None)
    undone = run_command("adapt", "--undo", cwd=indexed)
    assert undone.returncode == 0, undone.stderr
    assert "No adapted model was in use." in undone.stdout


def test_scripts_are_the_commands(folder: Path) -> None:
    scripts = Path(__file__).resolve().parent.parent / "scripts"
    for script, arguments in (("reindex.py", []), ("ask.py", ["消息堆积怎么办"])):
        command = [sys.executable, str(scripts / script), *arguments]
        done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_answering_loads_no_torch(indexed: Path) -> None:
    code = (
        "import sys; from service.cli import app; app(['ask', '消息堆积怎么办'], standalone_mode=False);"
        "sys.exit('torch' in sys.modules or 'sentence_transformers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=indexed, env=environment(), check=False, capture_output=True
    )
    assert done.returncode == 0
