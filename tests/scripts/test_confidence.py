"""Which first results the confidence is learned from, and as what."""

from dataclasses import replace

import pytest

from scripts.training.collections import Asked, Collection, Kind
from scripts.training.confidence import gather
from scripts.training.judgements import fingerprint, read_judgements
from tests.documents.builders import answer
from tests.encoders import HashingEncoder

LOGIN, TIMEOUT = "控制台登录报 403", "调用 Dubbo 接口超时"
UNRELATED = "怎么做红烧肉"
DOCUMENTS = tuple(replace(answer(title), id=title, title=title, question=title) for title in (LOGIN, TIMEOUT))


def asked(kind: Kind, *, right: str = "", doubtful: str = "") -> Asked:
    return Asked(LOGIN, LOGIN, kind, frozenset([right] if right else ()), frozenset([doubtful] if doubtful else ()))


@pytest.mark.parametrize(
    ("one", "grade", "learned"),
    [
        (asked(Kind.ANSWERABLE, right=LOGIN), None, (True, Kind.ANSWERABLE)),
        (asked(Kind.ANSWERABLE, right=TIMEOUT), None, (False, Kind.ANSWERABLE)),
        (asked(Kind.ANSWERABLE, right=TIMEOUT), 2, (True, Kind.ANSWERABLE)),
        (asked(Kind.ANSWERABLE, right=TIMEOUT, doubtful=LOGIN), None, None),
        (asked(Kind.ANSWERABLE, right=TIMEOUT, doubtful=LOGIN), 1, (False, Kind.ANSWERABLE)),
        (asked(Kind.LEFT_OUT), 0, (False, Kind.LEFT_OUT)),
        (asked(Kind.LEFT_OUT), 2, (True, Kind.ANSWERABLE)),
    ],
)
def test_first_result_is_right_where_it_was_meant_or_judged_so(
    encoder: HashingEncoder, one: Asked, grade: int | None, learned: tuple[bool, Kind] | None
) -> None:
    judgements = {} if grade is None else {(fingerprint(LOGIN), LOGIN): grade}
    other = Asked(UNRELATED, UNRELATED, Kind.OTHER_SUBJECT)
    rows = gather([Collection(frozenset({"nacos"}), None, DOCUMENTS, (one, other))], encoder, [], judgements)
    found = list(zip(rows.right.tolist(), rows.kinds.tolist(), strict=True))
    assert found == [*([] if learned is None else [learned]), (False, Kind.OTHER_SUBJECT)]


def test_judgements_are_grades_of_questions_by_their_fingerprints() -> None:
    judgements = read_judgements()
    assert {len(asked) for asked, _ in judgements} == {len(fingerprint(LOGIN))}
    assert set(judgements.values()) == {0, 1, 2}
