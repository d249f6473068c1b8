"""Replies kept for questions that are asked again."""

import threading
from collections import OrderedDict
from typing import NamedTuple

from service.answering.reply import Reply


class Asked(NamedTuple):
    """All that a reply depends on."""

    generation: str
    question: str
    top_k: int
    product: str | None


class KeptReplies:
    """The replies given last, at most `size`; safe to use from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._replies: OrderedDict[Asked, Reply] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: Asked) -> Reply | None:
        """The reply to this, None if it is not kept."""
        with self._lock:
            reply = self._replies.get(asked)
            if reply is not None:
                self._replies.move_to_end(asked)
            return reply

    def keep(self, asked: Asked, reply: Reply) -> None:
        """Keep a reply in place of the one that was not asked for longest."""
        with self._lock:
            self._replies[asked] = reply
            self._replies.move_to_end(asked)
            if len(self._replies) > self._size:
                self._replies.popitem(last=False)
