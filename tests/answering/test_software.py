import pytest

from service.answering.query import Query
from service.answering.software import SOFTWARE_FILE, software_in
from tests.encoders import HashingEncoder


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("kafka 消费延迟怎么排查", {"kafka"}),
        ("K8s 里怎么部署", {"kubernetes"}),
        ("naocs 起不来", set()),
        ("How does it react when Redis is down?", {"redis"}),
        ("React 里怎么请求", {"react"}),
        ("org.apache.kafka.clients.Producer: timed out", set()),
        ("how to bake bread", set()),
        ("our billing service is down", {"billing"}),
    ],
)
def test_software_is_what_a_question_names(question: str, names: set[str], encoder: HashingEncoder) -> None:
    found = software_in(Query.of(question, encoder), ["billing"])
    assert {one[0] for one in found} == names


def test_every_name_is_of_one_software() -> None:
    names = SOFTWARE_FILE.read_text(encoding="utf-8").replace("?", "").split()
    assert len(names) == len(set(names))
