"""The actions that an answer tells the reader to take."""

from service.documents.blocks import Block
from service.documents.model import Cause, Step


def read_steps(blocks: list[Block], source: list[str], site_url: str | None) -> tuple[Step, ...]:
    return ()


def read_causes(blocks: list[Block], source: list[str], site_url: str | None) -> tuple[Cause, ...]:
    return ()
