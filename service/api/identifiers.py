"""Names for what is asked and for conversations: known to nobody whom they were not told, and in order of time."""

import os
import time

_RANDOM_BYTES = 10


def new_id() -> str:
    """32 hexadecimal digits: the milliseconds since 1970, then 80 random bits.

    The records are indexed by these; in order of time, a hundred new ones go into a page or two of an index, not into
    a hundred pages all over it.
    """
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(_RANDOM_BYTES).hex()}"
