"""The causes that an answer names and the actions it tells the reader to take, as a careful editor would list them.

The answer is read as an outline. What a heading, or the words leading into a list, announce decides what the entries
below are. Only where nothing in the answer announces actions, entries are steps if most of them tell the reader to do
something. Explanations, notes and conclusions give neither.
"""

from collections.abc import Sequence
from dataclasses import replace

from service.documents.actions import asks_about_trouble, is_action, is_instruction, is_order, tells_of_trouble
from service.documents.blocks import Block
from service.documents.headings import asides, container_role, is_group, role_for_children
from service.documents.numbering import is_numbered, is_step
from service.documents.outline import LISTS, Entry, Node, Run, most, read_outline, read_runs
from service.documents.parts import Part, Source
from service.documents.roles import (
    Role,
    are_sections,
    heading_role,
    is_alternative,
    is_generic,
    is_guess,
    is_section,
    is_way,
    lead_role,
    leads_to_steps,
)
from service.documents.titles import clean_title


def read_parts(blocks: Sequence[Block], question: str, source: Source) -> tuple[list[Part], list[Part]]:
    """The causes and the steps in the `blocks` of the answer to `question`, each in their order."""
    outline = read_outline(blocks)
    editor = _Editor(source, asks_about_trouble(question))
    editor.read(outline, None, None)
    if not editor.steps:
        editor = _Editor(source, asks_about_trouble(question), inferring=True)
        editor.read(outline, None, None)
    return editor.causes, editor.steps


class _Editor:
    """Walks an outline and takes down what it finds; if `inferring`, actions that nothing announces, too."""

    def __init__(self, source: Source, asked_for_trouble: bool, *, inferring: bool = False) -> None:
        self.causes: list[Part] = []
        self.steps: list[Part] = []
        self._source = source
        self._asked_for_trouble = asked_for_trouble
        self._inferring = inferring

    def read(self, node: Node, role: Role | None, group: str | None) -> None:
        """Take down what is below a heading that announces `role`."""
        if role is Role.EXPLANATION:
            announced = [child for child in node.children if is_generic(child.text)]
            self._read_children(announced, role, group, below_heading=True)
            return
        for run in read_runs(node.blocks):
            self._read_run(run, role, group)
        self._read_children(node.children, role or role_for_children(node), group, below_heading=node.level > 0)

    def _read_run(self, run: Run, role: Role | None, group: str | None) -> None:
        announced = lead_role(run.lead) or role
        if announced is Role.EXPLANATION or (run.of_paragraphs and len(run.entries) < 2):
            return
        if are_sections(entry.title for entry in run.entries):
            self._read_sections(run, announced, group)
        elif announced is Role.CAUSES:
            self._add_causes(run.entries, certain=is_guess(run.lead))
        elif announced is Role.ACTIONS or self._are_actions(run):
            self._add_steps(run.entries, group)

    def _read_sections(self, run: Run, announced: Role | None, group: str | None) -> None:
        """A list whose entries are sections: "1. 原因分析 … 2. 解决步骤 …"."""
        plain: list[Entry] = []
        before = len(self.steps)
        for entry in run.entries:
            section = heading_role(entry.title)
            inner = read_runs(entry.blocks, entry.titled.text)
            if section is None or (section is Role.ACTIONS and not inner and not is_section(entry.title)):
                plain.append(entry)
            elif section is not Role.EXPLANATION:
                for one in inner:
                    self._read_run(one, section, group)
        if len(self.steps) == before and (announced is Role.ACTIONS or self._are_actions(replace(run, entries=plain))):
            self._add_steps(plain, group)

    def _read_children(
        self, children: list[Node], role: Role | None, group: str | None, *, below_heading: bool
    ) -> None:
        sections = are_sections(child.text for child in children if is_numbered(child.text))
        roles = [container_role(child, sections) for child in children]
        named = [own is Role.ACTIONS and not is_generic(child.text) for own, child in zip(roles, children, strict=True)]
        carried = role
        plain: list[Node] = []
        for child, own in zip(children, roles, strict=True):
            if own is None:
                plain.append(child)
                continue
            self._read_plain(plain, carried, group)
            plain = []
            before = len(self.steps)
            is_named = not is_generic(child.text) and (below_heading or sum(named) > 1)
            self.read(child, own, clean_title(child.text) if is_named else None)
            # "### 解决步骤" with nothing below it speaks for the headings of its own level that follow.
            empty = own is Role.ACTIONS and len(self.steps) == before and not child.children
            carried = Role.ACTIONS if empty else role
        self._read_plain(plain, carried, group)

    def _read_plain(self, nodes: list[Node], role: Role | None, group: str | None) -> None:
        """Headings that name a matter each: steps, causes, or the places where a list of them is to be looked for."""
        if role is Role.EXPLANATION:
            return
        if role is Role.CAUSES:
            parts = [self._source.node(node, clean_title(node.text), None) for node in nodes]
            self.causes.extend(part for part in parts if self._asked_for_trouble or tells_of_trouble(part.markdown))
            return
        are_steps = role is Role.ACTIONS or self._are_steps(nodes)
        beside = asides(nodes)
        for node in nodes:
            title, before = clean_title(node.text), len(self.steps)
            if node in beside:
                self.read(node, Role.EXPLANATION, title)
                continue
            if not are_steps or is_group(node, nodes):
                self.read(node, Role.ACTIONS if are_steps or is_way(node.text) else None, title)
            if are_steps and len(self.steps) == before:
                self.steps.append(self._source.node(node, title, group))

    def _add_steps(self, entries: list[Entry], group: str | None) -> None:
        if most(entry.title.endswith(("?", "？")) for entry in entries):
            return
        for entry in entries:
            if not entry.title or _is_link(entry) or _is_note(entry):
                continue
            runs = read_runs(entry.blocks, entry.titled.text)
            if is_section(entry.title) and heading_role(entry.title) is Role.CAUSES:
                for run in runs:
                    self._read_run(run, Role.CAUSES, group)
                continue
            inner = [run for run in runs if _are_steps_of(entry, run)]
            if inner:
                inner[-1].entries[-1].blocks.extend(_after_lists(entry.blocks))
                for run in inner:
                    self._add_steps(run.entries, entry.title)
            else:
                self.steps.append(self._source.entry(entry, group))

    def _add_causes(self, entries: list[Entry], *, certain: bool) -> None:
        """Entries count as causes if something is wrong: reasons to choose a product are none."""
        kept: list[Entry] = []
        troubled = 0
        for entry in entries:
            tells = tells_of_trouble(f"{entry.title}。{entry.titled.text}")
            orders = not entry.titled.explicit and is_instruction(entry.title) and not tells
            if entry.title and not orders and not _is_note(entry):
                kept.append(entry)
                troubled += tells
        if certain or self._asked_for_trouble or troubled * 2 > len(kept):
            self.causes.extend(self._source.entry(entry, None) for entry in kept)

    def _are_actions(self, run: Run) -> bool:
        """Whether a list that nothing announces tells, for the most part, what to do."""
        if len(run.entries) < 2 or not (run.ordered or run.is_explicit):
            return False
        if any(entry.marked_as_step for entry in run.entries):
            return True
        return self._inferring and _tell_to_act([entry.title for entry in run.entries])

    def _are_steps(self, nodes: Sequence[Node]) -> bool:
        """Whether headings that nothing announces tell, for the most part, what to do, or the ways to do it."""
        if len(nodes) < 2:
            return False
        if any(is_step(node.text) for node in nodes) or sum(is_way(node.text) for node in nodes) > 1:
            return True
        return self._inferring and _tell_to_act([clean_title(node.text) for node in nodes])


def _are_steps_of(entry: Entry, run: Run) -> bool:
    """Whether a list within an entry is announced as steps, or spells out one of several ways."""
    if len(run.entries) < 2:
        return False
    return leads_to_steps(run.lead) or (is_alternative(entry.title) and (run.ordered or run.is_explicit))


def _after_lists(blocks: Sequence[Block]) -> list[Block]:
    """What follows the last of the lists among `blocks`."""
    last = max(index for index, block in enumerate(blocks) if block.kind in LISTS)
    return list(blocks[last + 1 :])


def _tell_to_act(titles: Sequence[str]) -> bool:
    return most(map(is_action, titles)) and any(map(is_order, titles))


def _is_link(entry: Entry) -> bool:
    """Whether an entry is a link to read and nothing else."""
    return entry.is_link and not entry.blocks


def _is_note(entry: Entry) -> bool:
    return heading_role(entry.title) is Role.EXPLANATION and is_generic(entry.title)
