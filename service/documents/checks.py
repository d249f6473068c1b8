"""Everything that is wrong with a folder of documents, and everything that could be better."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from pathlib import Path

from service.documents.collection import Collection, assemble, parse_file, scan
from service.documents.model import Document, Parsed, Problem, Severity
from service.documents.references import title_key

# The share of two titles' pairs of neighbouring characters that both have, from which readers take them for the same.
_NEAR = 0.85


def check(root: Path, site_url: str | None = None) -> tuple[Problem, ...]:
    """All problems and all warnings, in the order of files and lines.

    :raises KnowledgeError: if `root` is not a folder that can be read.
    """
    return survey(root, site_url).problems


def survey(root: Path, site_url: str | None = None) -> Collection:
    """The documents of a folder with everything that `check` finds.

    :raises KnowledgeError: if `root` is not a folder that can be read.
    """
    scanned = scan(root)
    parsed = [parse_file(file, site_url) for file in scanned.files]
    collection = assemble(scanned, parsed)
    by_path = {one.document.path: one for one in parsed if one.document}
    found = [
        *collection.problems,
        *(problem for one in parsed for problem in one.advice),
        *_unresolved(collection.documents, by_path),
        *_similar_titles(collection.documents),
    ]
    found.sort(key=lambda problem: (problem.file, problem.line, problem.code, problem.message))
    return Collection(collection.documents, tuple(found))


def near_duplicates(keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The index of every key that nearly repeats an earlier one, with the index of that one.

    Keys are compared by their pairs of characters (Jaccard similarity). Two sets that share most of their members
    share one of their rarest, so only keys with such a pair in common are compared.
    """
    pairs = [frozenset(a + b for a, b in zip(key, key[1:], strict=False)) or frozenset((key,)) for key in keys]
    frequency = Counter(pair for group in pairs for pair in group)
    seen: dict[str, list[int]] = {}
    for index, group in enumerate(pairs):
        rarest = sorted(group, key=lambda pair: (frequency[pair], pair))
        prefix = rarest[: len(group) - ceil(_NEAR * len(group)) + 1]
        candidates = sorted({other for pair in prefix for other in seen.get(pair, ())})
        match = next((other for other in candidates if _jaccard(pairs[other], group) >= _NEAR), None)
        if match is not None:
            yield index, match
        for pair in prefix:
            seen.setdefault(pair, []).append(index)


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def _similar_titles(documents: Sequence[Document]) -> Iterator[Problem]:
    products = dict.fromkeys(document.product for document in documents)
    for product in products:
        titled = [d for d in documents if d.product == product and title_key(d.title)]
        for index, other in near_duplicates([title_key(document.title) for document in titled]):
            document, first = titled[index], titled[other]
            message = f'The title "{document.title}" is nearly that of {first.path}, "{first.title}".'
            remedy = "Merge the two documents, or say in the titles what tells them apart."
            yield Problem(document.path, 1, "similar-title", Severity.WARNING, message, remedy)


def _unresolved(documents: Iterable[Document], parsed: dict[str, Parsed]) -> Iterator[Problem]:
    for document in documents:
        for reference, line in zip(document.references, parsed[document.path].reference_lines, strict=True):
            if reference.url is None and reference.document_id is None:
                message = f'No document has the title "{reference.title}".'
                remedy = "Write the title as it stands in that document, or link to a page: [title](https://…)."
                yield Problem(document.path, line, "unresolved-reference", Severity.WARNING, message, remedy)
