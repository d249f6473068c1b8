"""Files made to be slow are parsed at about the cost of others: repeated markup, in every part of a document."""

import resource
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.documents.collection import scan
from service.documents.frontmatter import read_frontmatter
from service.documents.parser import parse_document

ROOT = Path(__file__).resolve().parents[2]

FRAGMENTS = (
    "[", "![", "> ", "- ", "**a*", "*a_ ", "_", "~", "`", "``` ", "<a ", "</", "<!--", "|a", "|-|", "(", "\\", "&",
    "&#", "[a](", "[a]: b\n", "a@b.", "http://", "www.", "：", "。", "，", "但", "首先，", "看起来您想了解",
    "根据您", "1. ", "1. a\n", "1、a\n\n", "- a\n", "  - a\n", "# a\n", "> a\n", "> - 1. ", "   ", "\t", " \n",
    "\n\n", "|a|b|\n|-|-|\n", "--- ", "---\n", "a\n===\n", "```\n", "~~~\n", "【", "(【", "专家经验：",
    "- 专家经验：a\n", "步骤1", "步骤一：", "第一步，", "(1)", "①", "<br>", "<font>", "A", "a.", "a-b.", "!?",
    "《", '"', "'", "According to the provided ", "due to ", "虽然", "如果", "sca(", "(a) ", "造成", "的",
    "\u3000", "**原因**\n\n", "{", "%", "$", "\u200b", "é",
)  # fmt: skip
PLACES = (
    "---\nid: a\ntitle: t\n---\n## 问题\nq\n## 解答\n### 解决步骤\n{}\n",
    "---\nid: a\ntitle: t\n---\n## 问题\n{}\n## 解答\nx\n",
    "---\nid: a\ntitle: t\n---\n## 解答\nx\n## 参考链接\n{}\n",
    "---\nid: a\ntitle: {}\n---\n## 解答\nx\n",
    "{}",
)
_PARSE_ALL = """
import sys
from service.documents.parser import parse_document
from tests.documents.test_hostile import FRAGMENTS, PLACES

size = int(sys.argv[1])
for fragment in FRAGMENTS:
    for place in PLACES:
        parse_document(place.replace("{}", fragment * (size // len(fragment))).encode(), path="a/b.md")
"""


def test_repeated_markup_is_parsed_within_its_share_of_the_processor() -> None:
    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (120, 120))

    # Ten times what it takes; a pattern that is quadratic takes hundreds.
    command = [sys.executable, "-c", _PARSE_ALL, "20000"]
    assert subprocess.run(command, cwd=ROOT, preexec_fn=bound, check=False).returncode == 0


@settings(
    max_examples=40, deadline=timedelta(seconds=20), derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=4).map("".join), st.sampled_from(PLACES))
def test_repeated_combinations_are_parsed_in_time(unit: str, place: str) -> None:
    parse_document(place.replace("{}", unit * (12_000 // len(unit))).encode(), path="a/b.md")


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['true']",
        "a: !!python/name:os.system",
        "a: &a [*a]",
        "a: &x [1, 1]\nb: &y [*x, *x]\nc: &z [*y, *y]\nd: [*z, *z]",
        "[" * 5000,
        "a: " + "{a: " * 3000,
        "? " * 3000,
        "- " * 3000,
        "&a " * 3000,
        "!!binary ====",
        "a: !<tag:yaml.org,2002:timestamp> x",
    ],
)
def test_yaml_makes_nothing_and_ends(text: str) -> None:
    front = read_frontmatter(["---", *text.split("\n"), "---"], "a.md")
    assert all(isinstance(value, str) for value in front.texts.values())


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:&*!-[]{}#?|>%@`'\"\\,. \n\t\u2028"), max_size=200))
@example("tags: [a, *a]")
def test_any_yaml_gives_texts_or_a_problem(text: str) -> None:
    front = read_frontmatter(["---", *text.split("\n"), "---"], "a.md")
    assert all(isinstance(value, str) for value in front.texts.values())
    assert front.problems or front.body_line or "---" in text or "..." in text


def test_every_node_of_yaml_is_read_by_the_safe_loader() -> None:
    with pytest.raises(yaml.YAMLError):
        yaml.safe_load("!!python/object/apply:os.getcwd []")
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "service").rglob("*.py"))
    assert "yaml.load(" not in sources and "UnsafeLoader" not in sources and "FullLoader" not in sources


def test_links_and_names_that_lead_astray_are_refused_by_name(tmp_path: Path) -> None:
    root = tmp_path / "knowledge"
    (root / "nacos").mkdir(parents=True)
    secret = tmp_path / "secret.md"
    secret.write_text("## 解答\nsecret\n", encoding="utf-8")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("## 解答\nsecret\n", encoding="utf-8")
    (root / "nacos" / "file.md").symlink_to(secret)
    (root / "nacos" / "relative.md").symlink_to("../../secret.md")
    (root / "nacos" / "device.md").symlink_to("/dev/zero")
    (root / "nacos" / "process.md").symlink_to("/proc/self/environ")
    (root / "nacos" / "circle.md").symlink_to("circle.md")
    (root / "folder").symlink_to(outside)
    (root / "up").symlink_to("..")
    (root / "nacos" / "line\nbreak.md").write_text("x", encoding="utf-8")
    (root / "nacos" / "a\\..\\..\\etc.md").write_text("## 解答\nx\n", encoding="utf-8")
    scanned = scan(root)
    assert [file.path for file in scanned.files] == ["nacos/a\\..\\..\\etc.md"]
    refused = {problem.file: problem.code for problem in scanned.problems}
    assert refused == {
        "folder": "folder-link",
        "up": "folder-link",
        "nacos/circle.md": "dead-link",
        "nacos/device.md": "outside-link",
        "nacos/file.md": "outside-link",
        "nacos/line\\x0abreak.md": "file-name",
        "nacos/process.md": "outside-link",
        "nacos/relative.md": "outside-link",
    }
    assert all(str(tmp_path) not in problem.message + problem.remedy for problem in scanned.problems)
