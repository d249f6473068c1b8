from service.answering.kept import Asked, KeptReplies
from service.answering.reply import Reply, Status

ONE, TWO, THREE = (Asked("1", question, 5, None) for question in ("one", "two", "three"))


def reply() -> Reply:
    return Reply("1", Status.NO_ANSWER, 0.0, None, ())


def test_reply_asked_for_longest_ago_is_let_go() -> None:
    kept, one, two = KeptReplies(2), reply(), reply()
    kept.keep(ONE, one)
    kept.keep(TWO, two)
    assert kept.get(ONE) is one
    kept.keep(THREE, reply())
    assert kept.get(TWO) is None
    assert kept.get(ONE) is one


def test_reply_to_anything_else_is_not_given() -> None:
    kept = KeptReplies(2)
    kept.keep(ONE, reply())
    assert kept.get(ONE._replace(generation="2")) is None
    assert kept.get(ONE._replace(top_k=1)) is None
    assert kept.get(ONE._replace(product="nacos")) is None


def test_nothing_is_kept_without_room() -> None:
    kept = KeptReplies(0)
    kept.keep(ONE, reply())
    assert kept.get(ONE) is None
