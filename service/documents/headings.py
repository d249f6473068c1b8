"""What the headings of an answer are there for: to hold what is below them, to name a step, or a group of steps.

A heading alone does not tell; its text, what is below it and the headings beside it do together.
"""

from collections.abc import Sequence

from service.documents.actions import is_order
from service.documents.numbering import is_numbered, is_step
from service.documents.outline import Node, Run, most, read_runs
from service.documents.roles import (
    Role,
    heading_role,
    is_alternative,
    is_closing,
    is_generic,
    is_section,
    is_way,
    lead_role,
    names_steps,
)
from service.documents.titles import clean_title


def role_for_children(node: Node) -> Role | None:
    """The role that the text before the first heading gives to the headings, unless one of them announces actions."""
    last = node.blocks[-1] if node.blocks else None
    if last is None or last.kind != "paragraph" or not last.text.rstrip().endswith((":", "：")):
        return None
    headings = [child for child in node.children if names_steps(child.text) and not is_numbered(child.text)]
    announced = any(map(_has_entries, headings))
    role = lead_role(last.text)
    return None if role is Role.ACTIONS and announced else role


def container_role(node: Node, sections: bool) -> Role | None:
    """The role of a heading that is there for what is below it; None if it is itself the title of a step.

    `sections` tells that the numbered headings beside it are parts of an answer.
    """
    role = heading_role(node.text)
    if role is None or is_step(node.text):
        return None
    if is_generic(node.text):
        return role if role is not Role.ACTIONS or is_section(node.text) or not is_numbered(node.text) else None
    if is_numbered(node.text):
        if role is Role.EXPLANATION and is_closing(node.text):
            return role
        return role if sections and (role is not Role.ACTIONS or _has_entries(node)) else None
    return role if role is not Role.ACTIONS or (_has_entries(node) and not is_alternative(node.text)) else None


def _has_entries(node: Node) -> bool:
    return bool(node.children) or any(run.entries for run in read_runs(node.blocks))


def asides(nodes: Sequence[Node]) -> list[Node]:
    """The headings without a number, where others have one, unless they go on with what is to be done."""
    for is_counted in (is_step, is_way, is_numbered):
        counted = [index for index, node in enumerate(nodes) if is_counted(node.text)]
        if len(counted) > 1:
            return [
                node
                for index, node in enumerate(nodes)
                if index not in counted
                and not is_alternative(node.text)
                and not (index > counted[-1] and is_order(clean_title(node.text)))
            ]
    return []


def is_group(node: Node, siblings: Sequence[Node]) -> bool:
    """Whether a heading among steps names a group of steps: one of several ways, or one without number over a list."""
    if is_step(node.text):
        return False
    if sum(is_step(child.text) for child in node.children) > 1 or any(map(_holds_steps, node.children)):
        return True
    lists = _lists(node)
    numbered = is_numbered(node.text)
    if is_way(node.text) or (
        is_alternative(node.text) and (not numbered or most(is_alternative(n.text) for n in siblings))
    ):
        return bool(lists or node.children)
    if numbered:
        return False
    if any(run.ordered and len(run.entries) > 1 for run in lists) or any(map(_holds_list, node.children)):
        return True
    return _holds_list(node) and most(_holds_list(sibling) or bool(_lists(sibling)) for sibling in siblings)


def _holds_list(node: Node) -> bool:
    """Whether a list of several entries that may be steps stands below a heading, or below those below it."""
    return any(len(run.entries) > 1 for run in _lists(node)) or any(map(_holds_list, node.children))


def _holds_steps(node: Node) -> bool:
    """Whether a heading announces steps, or has a list with an entry that does: "- **步骤**：…"."""
    if container_role(node, sections=False) is Role.ACTIONS and _has_entries(node):
        return True
    return any(names_steps(entry.title) and entry.blocks for run in read_runs(node.blocks) for entry in run.entries)


def _lists(node: Node) -> list[Run]:
    """The lists right below a heading that may be lists of steps."""
    runs = (run for run in read_runs(node.blocks) if lead_role(run.lead) is not Role.EXPLANATION)
    return [run for run in runs if run.ordered or run.is_explicit]
