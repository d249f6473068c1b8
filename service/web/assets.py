"""The files that pages load: put together once, compressed once, then served with a validator."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import Request, Response

_WIDGET = Path(__file__).parent / "widget"
_STATIC = Path(__file__).parent / "static"
# In the order in which they are concatenated: each file only uses what stands above it when it is loaded.
_SCRIPTS = (
    "texts",
    "dom",
    "sanitise",
    "colour",
    "settings",
    "client",
    "memory",
    "answer",
    "feedback",
    "turn",
    "opening",
    "composer",
    "conversation",
    "welcome",
    "trail",
    "element",
    "rating",
    "start",
)
# A comment that has lines of its own; ours never hide code, and no string spans lines.
_COMMENT = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*)\s*$", re.MULTILINE | re.DOTALL)
_NO_WEIGHT = re.compile(r"q\s*=\s*0(\.0*)?")
# Short enough that a new release reaches every site within minutes, without a request for every page view.
_CACHE = "public, max-age=300, stale-while-revalidate=86400"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it travels: plain and compressed, named by its hash."""

    media_type: str
    body: bytes
    compressed: bytes
    tag: str

    @classmethod
    def of(cls, text: str, media_type: str) -> "Asset":
        """Compress and hash a text."""
        body = text.encode()
        return cls(media_type, body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:20])

    def respond(self, request: Request) -> Response:
        """Answer with the file, or with 304 where the browser already has it."""
        packed = takes_gzip(request.headers.get("accept-encoding", ""))
        tag = f'"{self.tag}-gzip"' if packed else f'"{self.tag}"'
        headers = {
            "ETag": tag,
            "Cache-Control": _CACHE,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            # Pages that isolate themselves (COEP) load the widget only with the server's word for it.
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
        if tag in known:
            return Response(status_code=304, headers=headers)
        if packed:
            headers["Content-Encoding"] = "gzip"
        return Response(self.compressed if packed else self.body, headers=headers, media_type=self.media_type)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip, and not with a weight of 0, which forbids it."""
    for part in accepted.lower().split(","):
        coding, *parameters = (one.strip() for one in part.split(";"))
        if coding == "gzip":
            return not any(_NO_WEIGHT.fullmatch(parameter) for parameter in parameters)
    return False


@cache
def widget_script() -> Asset:
    """The widget: its style as a constructed sheet, which no Content-Security-Policy forbids, and its scripts."""
    themes = "".join(
        f'.surface[data-theme="{name}"] {{{_read(_WIDGET / f"{name}.css")}}}' for name in ("light", "dark")
    )
    style = themes + "".join(_read(_WIDGET / f"{name}.css") for name in ("widget", "prose", "code"))
    sheet = (
        f"const STYLE_SHEET = new CSSStyleSheet();\nSTYLE_SHEET.replaceSync({json.dumps(style, ensure_ascii=False)});"
    )
    scripts = "".join(_read(_WIDGET / f"{name}.js") for name in _SCRIPTS)
    return Asset.of(f'(() => {{\n"use strict";\n{sheet}\n{scripts}}})();\n', "text/javascript")


@cache
def page_style() -> Asset:
    """The style sheet of server-rendered pages, which share colours and prose with the widget."""
    light, dark = (_read(_WIDGET / f"{name}.css") for name in ("light", "dark"))
    colours = f":root {{{light}}} @media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}"
    parts = (_STATIC / "page.css", _WIDGET / "prose.css", _WIDGET / "code.css")
    return Asset.of(colours + "".join(map(_read, parts)), "text/css")


@cache
def admin_style() -> Asset:
    """What the administrator's pages need beyond the style of all pages."""
    return Asset.of(_read(_STATIC / "admin.css"), "text/css")


@cache
def icon() -> Asset:
    """The mark of the service in the browser's tab."""
    return Asset.of((_STATIC / "icon.svg").read_text(encoding="utf-8"), "image/svg+xml")


def _read(path: Path) -> str:
    """The text of a file without what only its readers need: comments, indentation, empty lines."""
    lines = _COMMENT.sub("", path.read_text(encoding="utf-8")).splitlines()
    return "".join(f"{line.strip()}\n" for line in lines if line.strip())
