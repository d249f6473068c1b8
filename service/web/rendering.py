"""Templates and the headers that go with every page."""

from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

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
    environment.filters["reachable_code"] = _reachable_code
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment


def _reachable_code(html: str) -> Markup:
    """Safe HTML whose wide code can be scrolled with the keyboard."""
    # The quotes make this match tags only: inside text `<` is escaped, inside an attribute `"` is.
    return Markup(html.replace('<pre class="highlight">', '<pre class="highlight" tabindex="0">'))


def render_text(template: str, **values: object) -> str:
    """Fill a template, escaping every value."""
    return _environment().get_template(template).render(**values)


def render_page(template: str, labels: Labels, *, root: str, status: int = 200, **values: object) -> HTMLResponse:
    """Answer with a page; `root` leads from it to the root of the service, so that any path prefix works."""
    text = render_text(template, labels=labels, root=root, **values)
    return HTMLResponse(text, status_code=status, headers=_HEADERS)
