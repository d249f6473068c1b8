"""The product mark that a title may carry in front or behind, and what is left of the title without it.

A mark is `<name>-opensource`, or an abbreviation with its full name in brackets, `sca(spring-cloud-alibaba)`, where the
letters of the one occur in the other. A product's name alone is no mark: "How to install nacos" stays as it is.
"""

import re

_NAME = r"[A-Za-z][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)*?"
_FULL_NAME = r"[a-z0-9]+(?:[-_ ][a-z0-9]+)+"
_MARK = rf"(?:(?P<name>{_NAME})-opensource|(?P<short>[a-z][a-z0-9]{{1,9}})\s?[(（](?P<full>{_FULL_NAME})[)）])"
_LEADING = re.compile(rf"\s*{_MARK}(?![A-Za-z0-9_-])[\s:：,，\-|]*")
_TRAILING = re.compile(rf"(?<![A-Za-z0-9_.-]){_MARK}\s*$")
# A mark is short; looking for one no further from the end keeps a title of a megabyte harmless.
_LONGEST_MARK = 80


def split_product(title: str) -> tuple[str, str | None]:
    """The title without its product marks, and the product that the first of them names, in lower case."""
    products: list[str] = []
    rest = title.strip()
    while (leading := _LEADING.match(rest[:_LONGEST_MARK])) and (product := _product(leading)):
        products.append(product)
        rest = rest[leading.end() :]
    while (trailing := _TRAILING.search(rest, max(0, len(rest) - _LONGEST_MARK))) and (product := _product(trailing)):
        products.append(product)
        rest = rest[: trailing.start()].rstrip(" :：,，-|")
    return rest, products[0] if products else None


def _product(mark: re.Match[str]) -> str | None:
    if mark["name"]:
        return mark["name"].lower()
    short, full = mark["short"], mark["full"]
    letters = iter(full)
    abbreviates = short[0] == full[0] and len(short) < len(full) and all(letter in letters for letter in short)
    return full.replace(" ", "-").replace("_", "-") if abbreviates else None
