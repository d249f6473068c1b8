"""Templates, and the headers that go with every page."""

import re
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from service.web.labels import Labels, language_of

# Nothing inline and nothing foreign runs; documents may show pictures from elsewhere.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: https: http:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types expert-answers",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    # A page shows what is published now; the language follows the reader.
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}


# A whole tag with its attributes, in whose values `<` may stand as it is; in text it is always escaped.
_TAG = re.compile(r'<[^>"]*(?:"[^"]*"[^>"]*)*>')
_REACHABLE = {
    '<pre class="highlight">': '<pre class="highlight" tabindex="0">',
    "<table>": '<div class="wide-table" tabindex="0"><table>',
    "</table>": "</table></div>",
}
_CODE_IN_TEXT = re.compile(r"`([^`\n]+)`")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["language"] = language_of
    environment.filters["reachable"] = reachable
    environment.filters["typed"] = typed
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment


def reachable(html: str) -> Markup:
    """Safe HTML whose wide code and tables can be scrolled with the keyboard."""
    return Markup(_TAG.sub(lambda tag: _REACHABLE.get(tag[0], tag[0]), html))


def typed(text: str) -> Markup:
    """Plain text as somebody typed it, what stands between backquotes as code."""
    return Markup(_CODE_IN_TEXT.sub(r"<code>\1</code>", str(escape(text))))


def render_text(template: str, **values: object) -> str:
    """Fill a template, escaping every value."""
    return _environment().get_template(template).render(**values)


def render_page(template: str, labels: Labels, *, root: str, status: int = 200, **values: object) -> HTMLResponse:
    """Answer with a page; `root` leads from it to the root of the service, so that any path prefix works."""
    text = render_text(template, labels=labels, root=root, **values)
    return HTMLResponse(text, status_code=status, headers=_HEADERS)
