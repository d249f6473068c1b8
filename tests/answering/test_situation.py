import pytest

from service.answering.situation import (
    products_in,
    situation,
    spellings,
    versions,
    without_products,
    without_versions,
)

PRODUCTS = ("nacos", "spring-cloud-alibaba", "sca-tools", "go")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Nacos 启动失败", ("nacos",)),
        ("spring cloud 的服务", ("spring-cloud-alibaba",)),
        ("用的是 SCA 2023", ("spring-cloud-alibaba",)),
        ("SpringCloudAlibaba", ("spring-cloud-alibaba",)),
        ("nacosx and mongo", ()),
        ("sca tools", ("sca-tools", "spring-cloud-alibaba")),
    ],
)
def test_products_are_found_as_people_write_them(text: str, named: tuple[str, ...]) -> None:
    assert set(products_in(text, PRODUCTS)) == set(named)


@pytest.mark.parametrize("product", ["nacos", "spring-cloud-alibaba", "micro_service"])
def test_spellings_of_a_product_are_found_as_such(product: str) -> None:
    found = spellings(product)
    assert product in found
    assert all(products_in(f"用 {spelling.title()} 时报错", [product]) == (product,) for spelling in found)


def test_products_are_taken_out() -> None:
    assert without_products("docker 里 dubbo 注册", ["dubbo"]) == "docker 里 注册"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.4 升级到 2.x", {"1.x", "2.x"}),
        ("v2.3.1", {"2.x"}),
        ("what about 3x?", {"3.x"}),
        ("端口 8848", set()),
        ("log4j2", set()),
    ],
)
def test_versions_go_by_their_first_number(text: str, found: set[str]) -> None:
    assert versions(text) == found


def test_versions_are_taken_out() -> None:
    assert without_versions("nacos 2.3.1 升级") == "nacos 升级"


def test_situation_has_one_name_in_every_language() -> None:
    assert situation("容器里的集群") == situation("a cluster in Docker") == {"docker", "cluster"}
