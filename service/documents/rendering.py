"""Tokens to HTML that is safe to insert in any page.

markdown-it escapes all text; raw HTML passes through it and is reduced to an allow-list by nh3, which has the last word
on every tag, attribute, class and address.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import nh3
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from service.documents.blocks import is_html, markdown
from service.documents.references import FOLLOWED_SCHEMES

# A log pasted as code gains nothing from colours, and lexers are slow on what their language does not allow.
_LONGEST_HIGHLIGHTED = 20_000

_TAGS = frozenset(
    "a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp"
    " small span strong sub summary sup table tbody td tfoot th thead tr u ul var".split()
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}


def render(tokens: Sequence[Token], site_url: str | None) -> str:
    """The safe HTML of `tokens`; relative links are resolved against `site_url`, and are mere text without one."""
    return _cleaner(site_url).clean(str(_renderer().render(tokens, markdown().options, {}))).strip()


class _Renderer(RendererHTML):
    """markdown-it's renderer with code highlighted by Pygments and stray angle brackets shown as text."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        token = tokens[idx]
        language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        return f'<pre class="highlight"><code>{_highlight(token.content, language)}</code></pre>\n'

    code_block = fence

    def html_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        source = tokens[idx].content
        return source if is_html(source) else escapeHtml(source)

    def html_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:  # noqa: ANN401
        source = tokens[idx].content
        return source if is_html(source.lstrip()) else f"<pre><code>{escapeHtml(source)}</code></pre>\n"


@cache
def _renderer() -> _Renderer:
    return _Renderer()


@cache
def _cleaner(site_url: str | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes={"pre": {"highlight"}, "span": set(filter(None, STANDARD_TYPES.values()))},
        url_schemes=set(FOLLOWED_SCHEMES),
        url_relative=("rewrite_with_base", site_url) if site_url else "deny",
        link_rel="noopener noreferrer",
    )


def _highlight(code: str, language: str) -> str:
    lexer = _lexer(language) if language and len(code) <= _LONGEST_HIGHLIGHTED else None
    return highlight(code, lexer, _formatter()) if lexer else escapeHtml(code)


@cache
def _formatter() -> HtmlFormatter[str]:
    return HtmlFormatter(nowrap=True)


@lru_cache(maxsize=256)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
