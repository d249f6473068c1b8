"""What tells documents on one topic apart: the product, the versions and the surroundings they are about."""

import re
from collections.abc import Iterable
from functools import cache

from service.index import analyzer

_SURROUNDINGS = {
    "docker": "docker 容器 container containers",
    "kubernetes": "kubernetes k8s",
    "cluster": "集群 cluster",
    "standalone": "单机 standalone",
    "gateway": "网关 gateway",
    "mysql": "mysql",
    "postgresql": "postgresql postgres",
    "oracle": "oracle",
    "derby": "derby",
    "windows": "windows",
    "linux": "linux",
    "macos": "macos mac",
    "python": "python",
    "go": "golang go",
    "node": "nodejs node",
}
"""Where and with what something runs, each under one name with the words for it."""

_BY_WORD = {word: name for name, words in _SURROUNDINGS.items() for word in words.split()}
VERSION = re.compile(r"(?<![\w.])v?\d+(?:\.(?:\d+|x))+(?![\w.])|(?<![\w.])v?\d+\.?x(?![\w])", re.IGNORECASE)


def situation(text: str) -> frozenset[str]:
    """The surroundings and versions that a text names, in any language under one name."""
    surroundings = {_BY_WORD[word] for word in analyzer.words(text) if word in _BY_WORD}
    return frozenset(surroundings | versions(text))


def versions(text: str) -> frozenset[str]:
    """The versions that a text names, each by its first number: `2.x` for 2.3.1."""
    numbers = (found.group().lower().lstrip("v").split(".")[0].rstrip("x") for found in VERSION.finditer(text))
    return frozenset(f"{number}.x" for number in numbers)


def without_versions(text: str) -> str:
    """The text but for the versions in it."""
    return " ".join(VERSION.sub(" ", text).split())


def without_products(text: str, products: Iterable[str]) -> str:
    """The text but for these products."""
    for product in products:
        text = product_pattern(product).sub(" ", text)
    return " ".join(text.split())


def products_in(text: str, products: Iterable[str]) -> tuple[str, ...]:
    """The products that a text names."""
    lowered = text.lower()
    # In a long text, looking for a pattern takes a hundred times as long as for a word that it begins with.
    possible = (product for product in products if any(word in lowered for word in _first_words(product)))
    return tuple(product for product in possible if product_pattern(product).search(text))


@cache
def spellings(product: str) -> tuple[str, ...]:
    """The ways that `product_pattern` finds a product in, in lower case."""
    joined = {mark.join(part) for part in _names(product) for mark in ("-", " ", "_", "")}
    return tuple(sorted(name.lower() for name in joined))


def product_name(product: str) -> str:
    """How a product is written in a sentence: a folder's name without its hyphens."""
    return product.replace("-", " ")


@cache
def product_pattern(product: str) -> re.Pattern[str]:
    """Finds a product: its name in full, or the initials or the first two words of a name of three or more."""
    names = [r"[\s_-]?".join(map(re.escape, name)) for name in _names(product)]
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(names)})(?![A-Za-z0-9])", re.IGNORECASE)


@cache
def _first_words(product: str) -> frozenset[str]:
    return frozenset(name[0].lower() for name in _names(product))


def _names(product: str) -> list[list[str]]:
    """The names of a product, each as its words."""
    words = product.replace("_", "-").split("-")
    return [words, words[:2], ["".join(word[:1] for word in words)]] if len(words) > 2 else [words]
