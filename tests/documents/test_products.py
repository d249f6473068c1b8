"""Product marks in titles, and words that only look like one."""

import pytest

from service.documents.products import split_product


@pytest.mark.parametrize(
    ("title", "rest", "product"),
    [
        ("启动报错 nacos-opensource", "启动报错", "nacos"),
        ("nacos-opensource在开启auth后报403", "在开启auth后报403", "nacos"),
        ("Spring-Cloud-Alibaba-opensource: how?", "how?", "spring-cloud-alibaba"),
        ("网关超时 sca(spring-cloud-alibaba)", "网关超时", "spring-cloud-alibaba"),
        ("sca（spring-cloud-alibaba） 网关超时", "网关超时", "spring-cloud-alibaba"),
        ("nacos-opensource How to clear logs? nacos-opensource", "How to clear logs?", "nacos"),
        ("nacos-opensource", "", "nacos"),
        ("怎么安装 nacos", "怎么安装 nacos", None),
        ("nacos单机(standalone)启动命令", "nacos单机(standalone)启动命令", None),
        ("nacos权限绕过漏洞(CVE-2022-0828)", "nacos权限绕过漏洞(CVE-2022-0828)", None),
        ("配置server(server-addr)能否用域名", "配置server(server-addr)能否用域名", None),
        ("why is it an opensource project", "why is it an opensource project", None),
        ("", "", None),
    ],
)
def test_mark_leaves_the_title_and_names_the_product(title: str, rest: str, product: str | None) -> None:
    assert split_product(title) == (rest, product)
