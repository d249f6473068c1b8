import pytest

from service.conversation.followup import FollowUp, StepReference, chosen_number
from service.conversation.phrases import LAST, NEXT, PREVIOUS
from service.documents.model import Step


def step(number: int, group: str | None = None, title: str = "做") -> Step:
    return Step(number, group, title, "", "")


FLAT = (step(1), step(2), step(3))
GROUPED = (step(1, "方法一：改配置"), step(2, "方法一：改配置"), step(1, "方法二：改代码"), step(2, "方法二：改代码"))


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("第二步报错了", StepReference(number=2)),
        ("第 3 步没看懂", StepReference(number=3)),
        ("第二部报错", StepReference(number=2)),
        ("步骤四太麻烦", StepReference(number=4)),
        ("第十一步", StepReference(number=11)),
        ("what does step 2 mean?", StepReference(number=2)),
        ("the 3rd step fails", StepReference(number=3)),
        ("stuck at the third step", StepReference(number=3)),
        ("最后一步呢", StepReference(place=LAST)),
        ("and the next step?", StepReference(place=NEXT)),
        ("上一步", StepReference(place=PREVIOUS)),
        ("方法二的第二步", StepReference(number=2, way=2)),
        ("option 2?", StepReference(way=2)),
        ("第二部署环境", None),
        ("两步验证怎么开", None),
        ("nacos 2.x 升级", None),
    ],
)
def test_step_is_found(text: str, reference: StepReference | None) -> None:
    assert FollowUp.of(text).step == reference


@pytest.mark.parametrize(
    ("reference", "current", "position"),
    [
        (StepReference(number=2), None, 2),
        (StepReference(number=9), None, None),
        (StepReference(place=LAST), None, 3),
        (StepReference(place=NEXT), 1, 2),
        (StepReference(place=NEXT), 3, None),
        (StepReference(place=PREVIOUS), None, None),
    ],
)
def test_step_is_counted_through_all(reference: StepReference, current: int | None, position: int | None) -> None:
    assert reference.find(FLAT, current) == position


def test_step_of_an_alternative_is_counted_within_it() -> None:
    assert StepReference(number=2, way=2).find(GROUPED, None) == 4
    assert StepReference(way=2).find(GROUPED, None) == 3
    assert StepReference(number=1, way=3).find(GROUPED, None) is None


def test_document_without_steps_has_none_to_point_at() -> None:
    assert StepReference(place=LAST).find((), None) is None


@pytest.mark.parametrize(
    "text",
    [
        "还有别的办法吗",
        "换一个答案",
        "不是这个，我用的是别的",
        "试过了，还是不行",
        "没用",
        "still doesn't work",
        "that did not help, any other ideas?",
        "not what I meant",
        "is there another way?",
    ],
)
def test_another_answer_is_wanted(text: str) -> None:
    assert FollowUp.of(text).wants_another


@pytest.mark.parametrize(
    "text", ["换行符乱码", "nacos 没用到的配置怎么删", "为什么不生效", "How does it work?", "是不是要重启"]
)
def test_another_answer_is_not_wanted(text: str) -> None:
    assert not FollowUp.of(text).wants_another


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("集群模式下呢？", "集群模式下"),
        ("那 rocketmq 呢", "rocketmq"),
        ("我说的是 nacos", "nacos"),
        ("I meant nacos", "nacos"),
        ("what about version 2.x?", "version 2.x"),
        ("and with raft?", "raft"),
        ("那个配置在哪个文件", "那个配置在哪个文件"),
    ],
)
def test_leaning_question_keeps_what_it_says_by_itself(text: str, rest: str) -> None:
    asked = FollowUp.of(text)
    assert asked.leans
    assert asked.rest == rest


@pytest.mark.parametrize("text", ["Nacos 启动报错怎么办", "How do I change the log level"])
def test_complete_question_does_not_lean(text: str) -> None:
    assert not FollowUp.of(text).leans


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), (" 3. ", 3), ("第二个", 2), ("the second one", 2), ("2.x", None), ("两台机器", None), ("", None)],
)
def test_choice_is_picked_by_its_number_alone(text: str, number: int | None) -> None:
    assert chosen_number(text) == number
