"""The headers of every reply, whether the application gives it or the server under it."""

SECURITY_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"x-frame-options": b"SAMEORIGIN",
    # For what is no page: should a browser ever take it for one, it shows nothing and runs nothing.
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
