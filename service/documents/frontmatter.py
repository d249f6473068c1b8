"""The YAML block at the head of a document.

Only the node tree is used, never constructed values: `id: 007`, `date: 2024-09-26` and `title: yes` stay as written,
nothing is instantiated, and an alias is one shared node however often it is named.
"""

from dataclasses import dataclass, field
from datetime import datetime

import yaml

from service.documents.model import Problem, Severity

_FENCE = "---"
_FENCE_ENDS = frozenset({"---", "..."})
_NULL_TAG = "tag:yaml.org,2002:null"
_TEXT_KEYS = ("id", "title", "date", "category", "product")
_LIST_KEYS = ("tags", "keywords")
# The C parser is ten times as fast; wheels of PyYAML have it, a build from source may not.
_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """The keys of a frontmatter that mean something here; absent and null keys are absent.

    `lines` has the line of every key found; `body_line` is the index, from 0, of the first line after the block.
    """

    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    body_line: int = 0
    problems: tuple[Problem, ...] = ()


def read_frontmatter(lines: list[str], path: str) -> Frontmatter:
    """Read the block that `lines` start with; without one, the frontmatter is empty."""
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None or lines[first].rstrip() != _FENCE:
        return Frontmatter()
    last = next((index for index in range(first + 1, len(lines)) if lines[index].rstrip() in _FENCE_ENDS), None)
    if last is None:
        remedy = "Close the frontmatter with a line of three dashes."
        return _broken(path, first + 1, "The frontmatter is never closed", remedy)
    try:
        root = yaml.compose("\n".join(lines[first + 1 : last]), Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = first + 2 + min(mark.line if mark else 0, max(last - first - 2, 0))
        cause = getattr(error, "problem", None) or "it is nested too deeply or holds a forbidden character"
        remedy = 'Mend the YAML; a value with ":", "#" or quotes in it goes in double quotes.'
        return _broken(path, line, f"The frontmatter is not valid YAML: {cause}", remedy)
    if root is not None and not isinstance(root, yaml.MappingNode):
        remedy = 'Write the frontmatter as "key: value" lines.'
        return _broken(path, first + 2, "The frontmatter is not a mapping of keys to values", remedy)
    return _collect(root, first + 2, last + 1, path)


def read_date(text: str) -> str | None:
    """The day of an ISO date or time, or None when `text` is neither."""
    try:
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        return None


def _broken(path: str, line: int, message: str, remedy: str) -> Frontmatter:
    problem = Problem(path, line, "broken-frontmatter", Severity.ERROR, message + ".", remedy)
    return Frontmatter(problems=(problem,))


def _collect(root: yaml.MappingNode | None, first_line: int, body_line: int, path: str) -> Frontmatter:
    texts: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {}
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    for key_node, node in root.value if root else ():
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if key not in _TEXT_KEYS and key not in _LIST_KEYS or node.tag == _NULL_TAG:
            continue
        lines[key] = first_line + key_node.start_mark.line
        values = _scalars(node)
        if values is None or (key in _TEXT_KEYS and not isinstance(node, yaml.ScalarNode)):
            problems.append(_unusable(path, lines[key], key))
        elif key in _TEXT_KEYS:
            texts[key] = " ".join(node.value.split())
        else:
            lists[key] = values
    filled = {key: text for key, text in texts.items() if text}
    return Frontmatter(filled, lists, lines, body_line, tuple(problems))


def _scalars(node: yaml.Node) -> tuple[str, ...] | None:
    """The texts of a scalar (split on commas) or of a list of scalars, without repeats; None for anything else."""
    if isinstance(node, yaml.ScalarNode):
        parts = str(node.value).replace("，", ",").split(",")
    elif isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in node.value):
        parts = [str(item.value) for item in node.value if item.tag != _NULL_TAG]
    else:
        return None
    return tuple(dict.fromkeys(text for part in parts if (text := " ".join(part.split()))))


def _unusable(path: str, line: int, key: str) -> Problem:
    expected = "one text" if key in _TEXT_KEYS else "a list of texts"
    message = f'The frontmatter\'s "{key}" is not {expected}; it is ignored.'
    return Problem(path, line, "frontmatter-value", Severity.WARNING, message, f'Write "{key}" as {expected}.')
