from pathlib import Path

import pytest

from service.errors import EvaluationError
from service.evaluation.files import read_lines, write_text


def test_read_lines_counts_blank_lines_and_takes_a_bom_and_crlf(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('\ufeff{"a": "\u2028"}\r\n\r\n{"a": 2}'.encode())
    assert [(line.number, line.fields["a"]) for line in read_lines(path)] == [(1, "\u2028"), (3, 2)]


@pytest.mark.parametrize("raw", [b"", b"\n \n"])
def test_read_lines_of_an_empty_file_names_it(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(raw)
    with pytest.raises(EvaluationError, match=r"a\.jsonl: is empty"):
        read_lines(tmp_path / "a.jsonl")


def test_read_lines_of_no_utf_8_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"{}\n\xff\n")
    with pytest.raises(EvaluationError, match=r"a\.jsonl:2: is not UTF-8"):
        read_lines(tmp_path / "a.jsonl")


def test_read_lines_of_a_missing_file_or_a_folder_names_it(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"gone\.jsonl: cannot be read"):
        read_lines(tmp_path / "gone.jsonl")
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_lines(tmp_path)


@pytest.mark.parametrize("value", ["[" * 100_000, '"\\ud800"', '{"relevant": ["\\udc00"]}', "NaN", "1e999"])
def test_read_lines_of_what_is_no_text_or_number_names_the_line(tmp_path: Path, value: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{}}\n{{"id": {value}}}\n', "utf-8")
    with pytest.raises(EvaluationError, match=r"a\.jsonl:2: is not JSON") as raised:
        read_lines(tmp_path / "a.jsonl")
    assert str(raised.value).encode()


def test_write_text_into_a_missing_folder_names_it(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"gone/a\.json: cannot be written"):
        write_text(tmp_path / "gone" / "a.json", "")
