from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.engine import URL

from service.answering.engine import Engine
from service.answering.reply import Reply, Status
from service.errors import GroupNotFoundError, IndexUnavailableError, InvalidQuestionError
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.records import reporter as reporter_module
from service.records.database import Database
from service.records.history import History
from service.records.report import Figures, Remark, Wording
from service.records.reporter import Reporter, Search
from service.records.store import Store
from service.records.values import AskRecord, Rating
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_topics
from tests.records.builders import NOW, ask_record, feedback_record


def no_index(question: str, product: str | None) -> Reply:
    raise IndexUnavailableError("none")


def make_reporter(database: Database, search: Search = no_index) -> Reporter:
    return Reporter(History(database), HashingEncoder(), search, similarity=0.6)


def unanswered(question: str, *days_ago: int, product: str | None = None) -> list[AskRecord]:
    return [
        ask_record(question, asked_at=NOW - timedelta(days=ago, minutes=1), product=product, status=Status.NO_ANSWER)
        for ago in days_ago
    ]


def add(store: Store, *batches: Iterable[AskRecord]) -> None:
    store.add_asks([ask for batch in batches for ask in batch])


def test_report_of_nothing_is_all_zeros(database: Database) -> None:
    report = make_reporter(database).report(7, now=NOW)
    assert report.figures == Figures()
    assert [day.date for day in report.daily] == [date(2026, 5, day) for day in range(14, 21)]
    assert (report.before, report.groups, report.complete) == (None, (), True)


def test_questions_are_grouped_by_similarity_with_counts_by_day(store: Store, database: Database) -> None:
    add(
        store,
        unanswered("怎么把配置导出到另一个集群", 0, 0, 2),
        unanswered("怎么把配置导出到另一个集群呢", 1),
        unanswered("消息堆积怎么办", 3),
    )
    report = make_reporter(database).report(7, now=NOW)
    first, second = report.groups
    assert (first.question, first.count, first.no_answer) == ("怎么把配置导出到另一个集群", 4, 4)
    assert first.daily == (0, 0, 0, 0, 1, 1, 2)
    assert first.wordings == (Wording("怎么把配置导出到另一个集群呢", 1),)
    assert (second.question, second.count) == ("消息堆积怎么办", 1)
    assert report.figures.questions == report.figures.no_answer == 5
    assert report.groups_in_all == 2


def test_trend_compares_with_the_period_before(store: Store, database: Database) -> None:
    add(store, unanswered("配置怎么导出", 0, 1, 7), unanswered("很久以前的问题", 8, 30))
    report = make_reporter(database).report(7, now=NOW)
    assert [(group.question, group.count, group.previous) for group in report.groups] == [("配置怎么导出", 2, 1)]
    assert report.before is not None
    assert (report.figures.questions, report.before.questions) == (2, 2)


def test_trend_is_unknown_where_records_do_not_reach_back(store: Store, database: Database) -> None:
    add(store, unanswered("配置怎么导出", 0, 8))
    report = make_reporter(database).report(7, now=NOW)
    assert report.before is None
    assert report.groups[0].previous is None


def test_earlier_wording_may_name_a_group_of_today(store: Store, database: Database) -> None:
    add(store, unanswered("怎么把配置导出到另一个集群", 8, 9, 20), unanswered("怎么把配置导出到另一个集群呢", 1))
    report = make_reporter(database).report(7, now=NOW)
    (group,) = report.groups
    assert (group.count, group.previous) == (1, 2)
    assert group.wordings == (Wording("怎么把配置导出到另一个集群呢", 1),)


def test_votes_and_remarks_belong_to_their_group(store: Store, database: Database) -> None:
    asks = [ask_record("登录报错", asked_at=NOW - timedelta(hours=hours)) for hours in (3, 2, 1)]
    add(store, asks, [ask_record("答得很好", asked_at=NOW - timedelta(hours=1))])
    store.put_feedback(feedback_record(asks[0], reason="outdated"))
    store.put_feedback(feedback_record(asks[1], comment="第二步不对"))
    store.put_feedback(feedback_record(asks[2], Rating.UP, comment="谢谢"))
    report = make_reporter(database).report(7, now=NOW)
    (group,) = report.groups
    assert (group.count, group.down, group.up, group.no_answer) == (2, 2, 0, 0)
    assert group.remarks == (Remark("down", None, "第二步不对", 1), Remark("down", "outdated", None, 1))
    assert (report.figures.up, report.figures.down) == (1, 2)


def test_products_have_groups_of_their_own(store: Store, database: Database) -> None:
    add(store, unanswered("启动失败", 0, 0, product="nacos"), unanswered("启动失败", 0, product="dubbo"))
    report = make_reporter(database).report(7, now=NOW)
    assert [(group.product, group.count) for group in report.groups] == [("nacos", 2), ("dubbo", 1)]
    assert report.groups[0].id != report.groups[1].id


def test_wording_is_listed_once_whatever_the_product(store: Store, database: Database) -> None:
    add(store, unanswered("启动失败", 0, 0, product="nacos"), unanswered("启动失败？", 0))
    add(store, unanswered("启动失败了", 0), unanswered("启动失败了！", 0, product="nacos"))
    (group,) = make_reporter(database).report(7, now=NOW).groups
    assert (group.question, group.product, group.count) == ("启动失败", "nacos", 5)
    assert [wording.count for wording in group.wordings] == [2]


def test_group_is_found_by_any_of_its_wordings(store: Store, database: Database) -> None:
    add(store, unanswered("怎么把配置导出到另一个集群", 0, 0))
    reporter = make_reporter(database)
    before = reporter.report(7, now=NOW).groups[0]
    add(store, unanswered("怎么把配置导出到另一个集群呢", 0, 0, 0))
    report = reporter.report(7, now=NOW)
    assert report.groups[0].id != before.id
    assert report.group(before.id) == report.groups[0]
    with pytest.raises(GroupNotFoundError, match="0000000000"):
        report.group("0000000000")


def test_closest_documents_are_those_of_today(store: Store, database: Database, settings: Settings) -> None:
    write_topics(settings.knowledge)
    encoder = HashingEncoder()
    Indexer(settings, encoder).update()
    engine = Engine(LiveIndex.open(settings, encoder), encoder, settings)
    add(store, unanswered("控制台登录报 403", 0, 0, product="nacos"), unanswered("消息堆积怎么办", 0, product="没有了"))

    report = make_reporter(database, lambda question, product: engine.ask(question, product=product)).report(7, now=NOW)
    first, second = report.groups
    assert first.documents[0].document_id == "nacos-login"
    assert first.documents[0].title == "控制台登录报 403"
    assert first.status_now == "answered"
    assert first.answered_since
    assert second.documents[0].document_id == "nacos-backlog"


def test_product_that_nobody_knows_is_not_asked_for_again(store: Store, database: Database) -> None:
    asked: list[str | None] = []

    def search(question: str, product: str | None) -> Reply:
        asked.append(product)
        if product:
            raise InvalidQuestionError(product)
        return Reply("1", Status.UNCERTAIN, 0.3, None, ())

    add(store, unanswered("启动失败", 0, product="gone"))
    report = make_reporter(database, search).report(7, now=NOW)
    assert asked == ["gone", None]
    assert report.groups[0].status_now == "uncertain"
    assert not report.groups[0].answered_since


def test_too_many_questions_are_cut_and_said_to_be(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporter_module, "MOST_GAPS", 4)
    monkeypatch.setattr(reporter_module, "MOST_GROUPS", 2)
    for number, question in enumerate(("甲怎么办", "乙很慢", "丙报错", "丁失败", "戊丢了")):
        add(store, unanswered(question, number))
    report = make_reporter(database).report(7, now=NOW)
    assert [group.question for group in report.groups] == ["甲怎么办", "乙很慢"]
    assert report.groups_in_all == 4
    assert not report.complete
    assert report.figures.questions == 5


def test_second_report_encodes_only_what_is_new(sqlite_url: URL, settings: Settings) -> None:
    database = Database(sqlite_url)
    store, encoder = Store(database), HashingEncoder()
    encoded: list[str] = []

    def encode(texts: list[str]) -> object:
        encoded.extend(texts)
        return encoder.encode_documents(texts)

    encoder.encode_queries = encode  # type: ignore[method-assign, assignment]
    reporter = Reporter(History(database), encoder, no_index, similarity=0.6)
    add(store, unanswered("甲怎么办", 0))
    reporter.report(7, now=NOW)
    add(store, unanswered("乙很慢", 0))
    reporter.report(7, now=NOW)
    assert encoded == ["甲怎么办", "乙很慢"]
    database.close()


def test_now_is_the_end_of_a_report(store: Store, database: Database) -> None:
    add(store, [ask_record(asked_at=datetime.now(UTC), status=Status.NO_ANSWER)])
    assert make_reporter(database).report(1).figures.questions == 1
