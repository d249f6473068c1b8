"""The administrator's session in a browser: a cookie that only the token's owner can have been given.

It holds when it ends and a signature of that under the token. So nothing is stored, every worker knows it, another
token ends it, and the cookie does not give the token away.
"""

import hashlib
import hmac

COOKIE = "expert_answers_admin"
LIFETIME_SECONDS = 12 * 3600


def issue(token: bytes, now: float) -> str:
    """A cookie's value that is good for `LIFETIME_SECONDS` from `now`, in seconds since 1970."""
    end = str(int(now) + LIFETIME_SECONDS)
    return f"{end}.{_sign(token, end)}"


def is_valid(value: str, token: bytes, now: float) -> bool:
    """Whether a cookie was issued under this token and has not ended."""
    end, _, signature = value.partition(".")
    # The signature comes first: what it does not cover is not worth reading.
    return hmac.compare_digest(signature.encode(), _sign(token, end).encode()) and now < int(end)


def _sign(token: bytes, end: str) -> str:
    return hmac.new(token, f"expert-answers admin session until {end}".encode(), hashlib.sha256).hexdigest()
