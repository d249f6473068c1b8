"""One file in, one document out, with every problem as a value; nothing in a file makes this raise or hang."""

import hashlib
import re
from collections import Counter
from pathlib import PurePosixPath
from urllib.parse import quote

from service.documents.advice import advise_links, advise_steps
from service.documents.blocks import parse_blocks, parse_inlines
from service.documents.frontmatter import Frontmatter, read_date, read_frontmatter
from service.documents.model import Cause, Document, Parsed, Problem, Severity, Step
from service.documents.parts import Part, Source
from service.documents.products import split_product
from service.documents.references import read_references
from service.documents.rendering import render
from service.documents.sections import Section, Sections, split_sections
from service.documents.steps import read_parts
from service.documents.summary import summarise

# An expert's answer has some kilobytes, logs included; Markdown made to be slow takes many seconds a megabyte.
LARGEST_FILE = 512 * 1024
LONGEST_TITLE = 200
_LONGEST_ID = 200

# Controls other than tab and line feed mean nothing in Markdown, and databases and YAML refuse some of them.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]+")


def parse_document(raw: bytes, *, path: str, site_url: str | None = None) -> Parsed:
    """Parse the content of the file at `path`, which is relative to the knowledge folder and has "/" between its parts.

    References by title are left to `resolve_references`, which knows the other documents.
    """
    site_url = _as_folder(site_url)
    if len(raw) > LARGEST_FILE:
        remedy = f"Split the document; a file may have {LARGEST_FILE} bytes."
        return _rejected(path, 1, "too-large", f"The file has more than {LARGEST_FILE} bytes.", remedy)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"Byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8."
        return _rejected(path, line, "not-utf8", message, "Save the file with the encoding UTF-8.")
    lines = as_read(text).split("\n")
    front = read_frontmatter(lines, path)
    if any(problem.severity is Severity.ERROR for problem in front.problems):
        return Parsed(None, front.problems)
    return _parse_body(lines, front, path, hashlib.sha256(raw).hexdigest(), site_url)


def as_read(text: str) -> str:
    """What a file's text is taken for: lines end with a line feed, and there are no control characters."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def has_document_form(raw: bytes) -> bool:
    """Whether a file has a frontmatter or one of the sections of a document."""
    text = raw[:LARGEST_FILE].decode("utf-8", errors="replace").lstrip("\ufeff")
    if text.lstrip().startswith("---"):
        return True
    return bool(split_sections(parse_blocks(text), text.count("\n") + 1).heading_lines)


def _parse_body(lines: list[str], front: Frontmatter, path: str, content_hash: str, site_url: str | None) -> Parsed:
    # The frontmatter's lines are kept, empty, so that every token knows its line in the file.
    source = [""] * front.body_line + lines[front.body_line :]
    sections = split_sections(parse_blocks("\n".join(source)), len(source))
    answer = sections.blocks[Section.ANSWER]
    parse_inlines(answer)
    question = sections.source(Section.QUESTION, source).strip()
    title, product = _title(front, sections, question)
    problems = list(front.problems)
    if all(block.kind == "heading" for block in answer):
        problems.append(_no_answer(path, sections, "\n".join(lines).rstrip().count("\n") + 1))
    if not title:
        remedy = 'Add a "title" to the frontmatter, or the question under "## 用户问题 ：" (or "## Question").'
        problems.append(_problem(path, 1, "no-question", "There is neither a title nor a question.", remedy))
    document_id = _id(front, path, problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Parsed(None, tuple(problems))
    reference_blocks = sections.blocks[Section.REFERENCES]
    references = read_references(reference_blocks, site_url)
    causes, steps = read_parts(answer, f"{title}\n{question}", Source(source, site_url))
    document = Document(
        id=document_id,
        title=title,
        question=question or title,
        product=product or _folder(path) or front.texts.get("product"),
        tags=front.lists.get("tags", ()),
        keywords=front.lists.get("keywords", ()),
        date=_date(front, path, problems),
        category=front.texts.get("category"),
        path=path,
        summary=summarise(answer),
        causes=tuple(Cause(part.title, part.markdown, part.html) for part in causes),
        steps=_number(steps),
        references=tuple(found.reference for found in references),
        markdown=sections.source(Section.ANSWER, source),
        html=render([token for block in answer for token in block.tokens], site_url),
        content_hash=content_hash,
    )
    reference_lines = tuple(found.line + 1 for found in references)
    return Parsed(
        document,
        tuple(problems),
        (*advise_links(path, answer, reference_blocks, references), *advise_steps(path, steps)),
        reference_lines,
    )


def _title(front: Frontmatter, sections: Sections, question: str) -> tuple[str, str | None]:
    """The title without its product mark, and the product of the mark; the question's first line serves without one."""
    product = None
    candidates = (
        front.texts.get("title", ""),
        sections.title,
        question.split("\n", 1)[0],
    )
    for candidate in candidates:
        title, marked = split_product(" ".join(candidate.split()))
        product = product or marked
        if title:
            return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…", product
    return "", product


def _number(parts: list[Part]) -> tuple[Step, ...]:
    counts: Counter[str | None] = Counter()
    steps: list[Step] = []
    for part in parts:
        counts[part.group] += 1
        steps.append(Step(counts[part.group], part.group, part.title, part.markdown, part.html))
    return tuple(steps)


def _id(front: Frontmatter, path: str, problems: list[Problem]) -> str:
    document_id = front.texts.get("id")
    if document_id is None:
        derived = quote(PurePosixPath(path).stem, safe=" ").replace("%", "-")[:_LONGEST_ID]
        remedy = f'Add `id: "{derived}"` to the frontmatter, or an id of your own; it must stay the same for good.'
        message = f'The document has no id; "{derived}", from its file name, serves as one.'
        problems.append(_problem(path, 1, "missing-id", message, remedy, Severity.WARNING))
        return derived
    # As the last part of an address, dots alone mean a folder, and browsers leave them out.
    if len(document_id) > _LONGEST_ID or document_id in (".", "..") or not set(document_id).isdisjoint("/\\?#%"):
        remedy = (
            f'Write an id of at most {_LONGEST_ID} characters without "/", "\\", "?", "#" and "%", '
            "not of one or two dots alone."
        )
        line = front.lines["id"]
        problems.append(
            _problem(path, line, "invalid-id", f'The id "{document_id[:80]}" cannot be part of an address.', remedy)
        )
    return document_id


def _date(front: Frontmatter, path: str, problems: list[Problem]) -> str | None:
    text = front.texts.get("date")
    if text is None or (date := read_date(text)):
        return date if text else None
    message = f'The date "{text[:40]}" is not a date; it is ignored.'
    remedy = "Write it as YYYY-MM-DD."
    problems.append(_problem(path, front.lines["date"], "invalid-date", message, remedy, Severity.WARNING))
    return None


def _folder(path: str) -> str | None:
    """The first folder below the knowledge root, which names the product of the documents in it."""
    parts = PurePosixPath(path).parts
    return parts[0].lower() if len(parts) > 1 else None


def _as_folder(site_url: str | None) -> str | None:
    """The site's address as a folder, so that what is relative to it stays below it."""
    return site_url if site_url is None or site_url.endswith("/") else site_url + "/"


def _no_answer(path: str, sections: Sections, end: int) -> Problem:
    line = sections.heading_lines.get(Section.ANSWER)
    if line is None:
        remedy = 'Write the answer under a heading "## 专家官方解答 ：" (or "## Answer").'
        return _problem(path, end, "no-answer", "There is no answer section.", remedy)
    return _problem(path, line + 1, "no-answer", "The answer section is empty.", "Write the answer below its headings.")


def _problem(
    path: str, line: int, code: str, message: str, remedy: str, severity: Severity = Severity.ERROR
) -> Problem:
    return Problem(path, line, code, severity, message, remedy)


def _rejected(path: str, line: int, code: str, message: str, remedy: str) -> Parsed:
    return Parsed(None, (_problem(path, line, code, message, remedy),))
