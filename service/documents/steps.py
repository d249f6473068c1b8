"""The causes that an answer names and the actions it tells the reader to take, as a careful editor would list them.

The answer is read as an outline. What a heading, or the words leading into a list, announce decides what the entries
below are; where nothing announces anything, entries are steps only if most of them tell the reader to do something.
Explanations, notes and conclusions give neither.
"""

from collections.abc import Iterable, Sequence

from service.documents.actions import is_action, is_instruction, tells_of_trouble
from service.documents.blocks import Block
from service.documents.numbering import is_numbered, is_step
from service.documents.outline import Entry, Node, Run, read_outline, read_runs
from service.documents.parts import Part, Source
from service.documents.roles import Role, heading_role, is_alternative, is_generic, lead_role
from service.documents.titles import clean_title


def read_parts(blocks: Sequence[Block], question: str, source: Source) -> tuple[list[Part], list[Part]]:
    """The causes and the steps in the `blocks` of the answer to `question`, each in their order."""
    editor = _Editor(source, tells_of_trouble(question))
    editor.read(read_outline(blocks), None, None)
    return editor.causes, editor.steps


class _Editor:
    """Walks an outline and takes down what it finds."""

    def __init__(self, source: Source, asked_for_trouble: bool) -> None:
        self.causes: list[Part] = []
        self.steps: list[Part] = []
        self._source = source
        self._asked_for_trouble = asked_for_trouble

    def read(self, node: Node, role: Role | None, group: str | None) -> None:
        """Take down what is below a heading that announces `role`."""
        if role is Role.EXPLANATION:
            announced = [child for child in node.children if is_generic(child.text)]
            self._read_children(announced, role, group, below_heading=True)
            return
        for run in read_runs(node.blocks):
            self._read_run(run, role, group)
        if role is None and node.blocks and node.blocks[-1].kind == "paragraph":
            text = node.blocks[-1].text.rstrip()
            role = lead_role(text) if text.endswith((":", "：")) else None
        self._read_children(node.children, role, group, below_heading=node.level > 0)

    def _read_run(self, run: Run, role: Role | None, group: str | None) -> None:
        announced = lead_role(run.lead) or role
        if announced is Role.EXPLANATION or (run.of_paragraphs and not run.ordered and len(run.entries) < 2):
            return
        sections = [heading_role(entry.title) if is_generic(entry.title) else None for entry in run.entries]
        if Role.ACTIONS in sections or Role.CAUSES in sections:
            self._read_sections(run, sections, announced, group)
        elif announced is Role.CAUSES:
            self._add_causes(run.entries, certain="可能" in run.lead)
        elif announced is Role.ACTIONS or _are_actions(run.entries, run.ordered):
            self._add_steps(run.entries, group)

    def _read_sections(self, run: Run, sections: list[Role | None], announced: Role | None, group: str | None) -> None:
        """A list some of whose entries are sections: "1. 原因分析 … 2. 解决步骤 …"."""
        plain: list[Entry] = []
        for entry, section in zip(run.entries, sections, strict=True):
            if section is None:
                plain.append(entry)
            elif section is not Role.EXPLANATION:
                for inner in read_runs(entry.blocks, entry.titled.text):
                    self._read_run(inner, section, group)
        if Role.ACTIONS not in sections and (announced is Role.ACTIONS or _are_actions(plain, run.ordered)):
            self._add_steps(plain, group)

    def _read_children(
        self, children: list[Node], role: Role | None, group: str | None, *, below_heading: bool
    ) -> None:
        carried = role
        plain: list[Node] = []
        for child in children:
            own = heading_role(child.text)
            if own is not None and _is_container(child, own):
                self._read_plain(plain, carried, group)
                plain = []
                before = len(self.steps)
                inner = None if is_generic(child.text) or not below_heading else clean_title(child.text)
                self.read(child, own, inner)
                # "### 解决步骤" with nothing below it speaks for the headings of its own level that follow.
                empty = own is Role.ACTIONS and len(self.steps) == before and not child.children
                carried = Role.ACTIONS if empty else role
            else:
                plain.append(child)
        self._read_plain(plain, carried, group)

    def _read_plain(self, nodes: list[Node], role: Role | None, group: str | None) -> None:
        """Headings that name a matter each: steps, causes, or the places where a list of them is to be looked for."""
        if role is Role.EXPLANATION:
            return
        if role is Role.CAUSES:
            parts = [self._source.node(node, clean_title(node.text), None) for node in nodes]
            self.causes.extend(part for part in parts if self._asked_for_trouble or tells_of_trouble(part.markdown))
            return
        are_steps = role is Role.ACTIONS or _are_action_headings(nodes)
        for node in nodes:
            if are_steps and not _is_group(node):
                self.steps.append(self._source.node(node, clean_title(node.text), group))
            else:
                self.read(
                    node, Role.ACTIONS if are_steps or is_alternative(node.text) else None, clean_title(node.text)
                )

    def _add_steps(self, entries: list[Entry], group: str | None) -> None:
        if _most(entry.title.endswith(("?", "？")) for entry in entries):
            return
        for entry in entries:
            if not entry.title or _is_link(entry) or _is_note(entry):
                continue
            inner = [run for run in read_runs(entry.blocks, entry.titled.text) if _are_steps_of(entry, run)]
            if inner:
                for run in inner:
                    self._add_steps(run.entries, entry.title)
            else:
                self.steps.append(self._source.entry(entry, group))

    def _add_causes(self, entries: list[Entry], *, certain: bool) -> None:
        """Entries count as causes if something is wrong: reasons to choose a product are none."""
        kept = [
            e for e in entries if e.title and (e.titled.explicit or not is_instruction(e.title)) and not _is_note(e)
        ]
        troubled = sum(tells_of_trouble(f"{entry.title}。{entry.titled.text}") for entry in kept)
        if certain or self._asked_for_trouble or troubled * 2 >= len(kept):
            self.causes.extend(self._source.entry(entry, None) for entry in kept)


def _is_container(node: Node, role: Role) -> bool:
    """Whether a heading is there for what is below it, and is not itself the title of a step."""
    if is_step(node.text):
        return False
    if is_generic(node.text):
        return True
    if is_numbered(node.text):
        return clean_title(node.text).lower().endswith(("步骤", "steps")) and _has_entries(node)
    return role is not Role.ACTIONS or (_has_entries(node) and not is_alternative(node.text))


def _has_entries(node: Node) -> bool:
    return bool(node.children) or any(run.entries for run in read_runs(node.blocks))


def _is_group(node: Node) -> bool:
    """Whether a heading among steps names a group of steps: one of several ways, or one without number over a list."""
    lists = [run for run in read_runs(node.blocks) if lead_role(run.lead) is not Role.EXPLANATION]
    if is_alternative(node.text) and not is_step(node.text):
        return bool(lists or node.children)
    if is_numbered(node.text):
        return False
    return any(len(run.entries) > 1 and (run.ordered or _are_explicit(run.entries)) for run in lists)


def _are_steps_of(entry: Entry, run: Run) -> bool:
    """Whether a list within an entry is announced as steps, or spells out one of several ways."""
    if len(run.entries) < 2:
        return False
    last = run.lead.rstrip(" :：\n").lower()
    if last.endswith(("步骤", "步骤如下", "步骤操作", "steps")):
        return True
    return is_alternative(entry.title) and (run.ordered or _are_explicit(run.entries))


def _are_actions(entries: Sequence[Entry], ordered: bool) -> bool:
    """Whether a list that nothing announces tells, for the most part, what to do."""
    if len(entries) < 2 or not (ordered or _are_explicit(entries)):
        return False
    return any(entry.marked_as_step for entry in entries) or _most(is_action(entry.title) for entry in entries)


def _are_action_headings(nodes: Sequence[Node]) -> bool:
    if len(nodes) < 2:
        return False
    return any(is_step(node.text) for node in nodes) or _most(is_action(clean_title(node.text)) for node in nodes)


def _are_explicit(entries: Sequence[Entry]) -> bool:
    return _most(entry.titled.explicit for entry in entries)


def _is_link(entry: Entry) -> bool:
    """Whether an entry is a link to read and nothing else."""
    return entry.is_link and not entry.blocks


def _is_note(entry: Entry) -> bool:
    return heading_role(entry.title) is Role.EXPLANATION and is_generic(entry.title)


def _most(answers: Iterable[bool]) -> bool:
    values = list(answers)
    return sum(values) * 5 >= len(values) * 3
