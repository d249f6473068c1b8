import json
from pathlib import Path

import pytest

from service.errors import EvaluationError
from service.evaluation.structure import measure_structure, read_labels
from service.index.snapshot import Snapshot
from tests.evaluation.opened import write_lines


def test_measure_structure_compares_titles(tmp_path: Path, snapshot: Snapshot) -> None:
    right = {"id": "nacos-login", "steps": [{"title": "生成密钥"}, {"title": "重启服务"}], "causes": []}
    wrong = {"id": "nacos-backlog", "steps": [{"title": "扩容消费者"}], "causes": ["没有心跳"]}
    labels = read_labels(write_lines(tmp_path / "s.jsonl", right, wrong), snapshot)
    figures = measure_structure(labels)
    assert figures.documents == 2
    assert figures.steps_f1 == pytest.approx((1 + 2 / 3) / 2)
    assert figures.causes_f1 == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "gone"}, r"s\.jsonl:1: names 'gone'"),
        ({"id": None}, r's\.jsonl:1: has no "id"'),
        ({"steps": "x"}, r's\.jsonl:1: "steps" is "x"; expected a list'),
        ({"steps": ["x"]}, r's\.jsonl:1: "steps" holds something else'),
        ({"causes": [{"title": "x"}]}, r's\.jsonl:1: "causes" holds something else'),
        ({"causes": None}, r's\.jsonl:1: has no "causes"'),
    ],
)
def test_read_labels_names_file_and_line(
    tmp_path: Path, snapshot: Snapshot, change: dict[str, object], message: str
) -> None:
    label: dict[str, object] = {"id": "nacos-login", "steps": [], "causes": []}
    with pytest.raises(EvaluationError, match=message):
        read_labels(write_lines(tmp_path / "s.jsonl", json.dumps(label | change)), snapshot)
