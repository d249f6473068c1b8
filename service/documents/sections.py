"""Which part of a file is the question, which the answer, which the references, and which is boilerplate.

Section headings stand at one level, that of the question's or answer's heading; a heading inside the answer that
happens to read "Question" or "Feedback" one level down is not mistaken for one.
"""

import unicodedata
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from service.documents.blocks import Block, shown_text
from service.documents.numbering import strip_number

_MARKUP = frozenset("<*_`[&\\!~")
_DASHES = frozenset("-–—_*= \t\n")


class Section(Enum):
    """The parts of a file."""

    QUESTION = "question"
    ANSWER = "answer"
    REFERENCES = "references"
    NOTICE = "notice"


_HEADINGS = {
    Section.QUESTION: (
        "用户问题,用户提问,用户的问题,问题,问题描述,提问,原始问题,question,user question,users question,the question,"
        "user questions,problem,problem description,q"
    ),
    Section.ANSWER: (
        "专家官方解答,专家解答,官方解答,专家官方回答,专家回答,官方回答,专家答案,专家答复,解答,回答,答案,"
        "answer,the answer,expert answer,experts answer,expert answers,official answer,official expert answer,"
        "expert official answer,experts official answer,a"
    ),
    Section.REFERENCES: (
        "参考链接,参考资料,参考文档,参考文献,参考,参考阅读,相关链接,相关文档,相关资料,相关阅读,扩展阅读,延伸阅读,references,"
        "reference,reference links,reference link,links,related links,related documents,see also,further reading"
    ),
    Section.NOTICE: (
        "答疑服务说明,服务说明,专家答疑服务说明,反馈,问题反馈,意见反馈,另,service notice,service notes,service note,"
        "about this service,qa service notice,answering service notice,notice,feedback"
    ),
}
_SECTIONS = {heading: section for section, headings in _HEADINGS.items() for heading in headings.split(",")}


@dataclass(slots=True)
class Sections:
    """The content of every section, without its heading and without separators.

    `spans` has the lines the content stands on, as ranges from 0, end excluded; `heading_lines` where a section begins.
    """

    title: str = ""
    blocks: dict[Section, list[Block]] = field(default_factory=lambda: {section: [] for section in Section})
    spans: dict[Section, list[tuple[int, int]]] = field(default_factory=lambda: {section: [] for section in Section})
    heading_lines: dict[Section, int] = field(default_factory=dict)

    def source(self, section: Section, lines: list[str]) -> str:
        """The source text of a section, of whose lines `lines` are the file's."""
        texts = ("\n".join(lines[first:end]).strip("\n").rstrip() for first, end in self.spans[section])
        return "\n\n".join(text for text in texts if text.strip())


def split_sections(blocks: list[Block], end: int) -> Sections:
    """Sort the top-level `blocks` of a file of `end` lines into sections."""
    headings = [block for block in blocks if block.kind == "heading"]
    named = {id(block): section for block in headings if (section := _SECTIONS.get(normalise_heading(_text(block))))}
    anchors = [block.level for block in headings if named.get(id(block)) in (Section.QUESTION, Section.ANSWER)]
    level = min(anchors, default=6)
    sections = Sections()
    current: Section | None = None
    start = 0
    for block in blocks:
        section = named.get(id(block)) if block.level <= level else None
        if section is None and not is_separator(block):
            if current is not None:
                sections.blocks[current].append(block)
            elif block.level == 1 and not sections.title:
                sections.title = _text(block)
            continue
        if current is not None:
            sections.spans[current].append((start, block.lines[0]))
        start = block.lines[1]
        if section is not None:
            current = section
            sections.heading_lines.setdefault(section, block.lines[0])
    if current is not None:
        sections.spans[current].append((start, end))
    return sections


def normalise_heading(text: str) -> str:
    """A heading's words alone: width folded, lower case, without numbers, marks and punctuation around them."""
    folded = strip_number(unicodedata.normalize("NFKC", text).casefold())
    folded = folded.replace("'", "").replace("’", "").replace("&", "")
    start, end = 0, len(folded)
    while start < end and not folded[start].isalpha():
        start += 1
    while start < end and not folded[end - 1].isalnum():
        end -= 1
    return " ".join(folded[start:end].split())


def is_separator(block: Block) -> bool:
    """Whether a block is a rule, or a paragraph of nothing but dashes, whatever they are wrapped in."""
    if block.kind == "rule":
        return True
    if block.kind == "html":
        return block.tokens[0].content.strip().lower().startswith("<hr")
    return block.inline is not None and "---" in block.inline.content and not set(_text(block)) - _DASHES


def _text(block: Block) -> str:
    return _shown(block.inline.content) if block.inline else ""


# Boilerplate is the same in every file, so its inline content is parsed once.
@lru_cache(maxsize=4096)
def _shown(source: str) -> str:
    return source if _MARKUP.isdisjoint(source) else shown_text(source)
