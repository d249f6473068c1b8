"""Steps and causes, in the shapes in which authors write them."""

import pytest

from service.documents.model import Document
from tests.documents.builders import answer


def titles(document: Document) -> list[str]:
    return [step.title for step in document.steps]


def causes(document: Document) -> list[str]:
    return [cause.title for cause in document.causes]


@pytest.mark.parametrize(
    "body",
    [
        "您可以按照以下步骤操作：\n\n1. **停机**：先停。\n2. **改库表**：再改。\n",
        "### 解决步骤\n\n1. **停机**\n   先停。\n2. **改库表**\n   再改。\n",
        "### 解决方案步骤：\n#### 步骤一：停机\n先停。\n#### 步骤二：改库表\n再改。\n",
        "### 1. 停机\n\n停止服务。\n\n### 2. 改库表\n\n修改表。\n### 3. 启动\n启动。\n",
        "**操作步骤**\n\n**步骤1：停机** 先停。\n\n**步骤2：改库表** 再改。\n",
        "**解决方法**：\n- **停机**：先停。\n- **改库表**：再改。\n",
        "解决步骤：\n1、停机：先停。\n2、改库表：再改。\n",
        "一、解决办法\n\n第一步，停机\n\n第二步，改库表\n",
        (
            "1. **问题原因**：\n   - 表结构旧，启动失败。\n2. **解决步骤**：\n   - **停机**：先停。\n"
            "   - **改库表**：再改。\n3. **解释**：\n   - 略。\n"
        ),
        "### Solution\n\n1. **停机**: stop it.\n\n```shell\n./stop.sh\n```\n\n2. **改库表**: alter it.\n",
    ],
)
def test_steps_are_found_in_every_shape(body: str) -> None:
    assert titles(answer(body + "\n### 解释\n1. 检查第一步的理由\n2. 修改第二步的理由\n"))[:2] == ["停机", "改库表"]


@pytest.mark.parametrize(
    "body",
    [
        "### 原因分析\n1. **线程池耗尽**：慢请求占满线程，导致拒绝。\n2. **超时过短**：请求失败。\n",
        "这可能是由以下几个原因造成的：\n\n- 线程池耗尽：慢请求占满。\n- 超时过短：请求失败。\n",
        "### Possible causes\n\n* **线程池耗尽** - slow requests.\n* **超时过短** - requests fail.\n",
        "This happens for one of the following reasons:\n\n1. 线程池耗尽。\n2. 超时过短。\n",
        "**问题分析：**\n需要关注以下几个方面：\n\n1. **线程池耗尽**：慢请求。\n2. **超时过短**：失败。\n",
        "一、问题原因\n\n1、线程池耗尽：慢请求。\n2、超时过短：失败。\n",
        "### 可能原因\n#### 1. 线程池耗尽\n慢请求导致拒绝。\n#### 2. 超时过短\n请求失败。\n",
    ],
)
def test_causes_are_found_in_every_shape(body: str) -> None:
    document = answer(body)
    assert (causes(document), titles(document)) == (["线程池耗尽", "超时过短"], [])


@pytest.mark.parametrize(
    "body",
    [
        "它的核心特性包括：\n\n1. **流量控制**：限流。\n2. **熔断降级**：熔断。\n",
        "两者的区别主要体现在以下几个方面：\n\n1. **一致性**：不同。\n2. **部署**：不同。\n",
        "选择它主要基于以下几个原因：\n\n1. **功能全面**：很多。\n2. **社区活跃**：很多。\n",
        "需要开放以下端口：\n\n- 8848：主端口\n- 9848：客户端端口\n",
        "### 注意事项\n1. 备份数据。\n2. 检查版本。\n",
        "### 说明\n\n按下文理解。\n\n### 总结\n\n1. 修改配置。\n2. 重启服务。\n",
        "参考以下链接：\n\n- [甲](https://a.org)\n- [乙](https://b.org)\n",
        "Its main features are:\n\n1. **Flow control**: limits.\n2. **Dashboard**: shows.\n",
        "Some background:\n\n- it is fast\n- it is small\n",
        "可以。无需任何设置。",
    ],
)
def test_answer_that_explains_has_neither(body: str) -> None:
    document = answer(body, question="它是什么？", title="它是什么？")
    assert (titles(document), causes(document)) == ([], [])


def test_alternatives_are_groups_numbered_from_one() -> None:
    document = answer(
        "### 解决方案\n#### 方法一：改文件\n1. 停止服务。\n2. 修改文件。\n"
        "#### 方法二：改环境变量\n1. 设置变量。\n#### 验证\n查看日志。\n"
    )
    assert [(step.group, step.number, step.title) for step in document.steps] == [
        ("方法一：改文件", 1, "停止服务"),
        ("方法一：改文件", 2, "修改文件"),
        ("方法二：改环境变量", 1, "设置变量"),
        (None, 1, "验证"),
    ]


def test_steps_within_an_item_make_it_a_group() -> None:
    document = answer(
        "修改密码的步骤如下：\n\n1. **初始化前**：编辑脚本。\n2. **初始化后**：用控制台，步骤如下：\n\n"
        "   - 登录控制台。\n   - 点击 `修改密码`。\n"
    )
    assert [(step.group, step.title) for step in document.steps] == [
        (None, "初始化前"),
        ("初始化后", "登录控制台"),
        ("初始化后", "点击 修改密码"),
    ]


def test_list_torn_apart_by_code_is_one_list() -> None:
    document = answer("步骤如下：\n\n1. 停止服务\n```shell\nstop\n```\n2. 修改配置\n```yaml\na: 1\n```\n3. 启动服务\n")
    assert titles(document) == ["停止服务", "修改配置", "启动服务"]
    assert "stop" in document.steps[0].markdown and "a: 1" in document.steps[1].markdown


def test_section_under_an_explanation_counts_if_it_announces_steps() -> None:
    assert titles(answer("### 参考内容\n略。\n#### 建议步骤\n1. **限流**：限。\n2. **扩容**：扩。\n")) == [
        "限流",
        "扩容",
    ]


def test_heading_without_content_speaks_for_the_headings_after_it() -> None:
    assert titles(answer("### 解决步骤\n### 库表\n改。\n### 集群\n重启。\n### 总结\n完。\n")) == ["库表", "集群"]


def test_second_list_after_if_that_did_not_help_goes_on() -> None:
    body = (
        "按以下步骤排查：\n\n1. **查日志**：看。\n2. **查网络**：通。\n\n"
        "如果问题仍未解决，再看：\n\n- **查版本**：新。\n- **查磁盘**：满。\n"
    )
    assert titles(answer(body)) == ["查日志", "查网络", "查版本", "查磁盘"]


def test_step_holds_its_subpoints_code_and_commands() -> None:
    step = answer(
        "### 解决步骤\n1. **改配置**（可选）：改 `a.yml`：\n   - 子项\n   ```yaml\n   a: 1\n   ```\n2. **重启**：完。\n"
    ).steps[0]
    assert (step.title, step.number) == ("改配置（可选）", 1)
    assert step.markdown == "改 `a.yml`：\n\n- 子项\n```yaml\na: 1\n```"
    assert "<li>子项</li>" in step.html and "<code>a.yml</code>" in step.html and '<pre class="highlight">' in step.html


@pytest.mark.parametrize(
    ("item", "title", "markdown"),
    [
        ("**检查 `a.yml`**：看。", "检查 a.yml", "看。"),
        ("检查配置：看。", "检查配置", "看。"),
        ("登录控制台。", "登录控制台", ""),
        ("登录控制台。然后退出。", "登录控制台", "然后退出。"),
        ("执行 `ls -l: x` 命令。", "执行 ls -l: x 命令", "执行 `ls -l: x` 命令。"),
        ("Check the [page](https://a.org). Then go.", "Check the page", "Check the [page](https://a.org). Then go."),
        ("**Nacos** 需要重启。", "Nacos 需要重启", ""),
        ("**步骤1：** 停机。", "停机", ""),
        ("步骤一：**停机**", "停机", ""),
    ],
)
def test_title_ends_where_the_body_begins(item: str, title: str, markdown: str) -> None:
    step = answer(f"### 解决步骤\n\n- {item}\n- 完成。\n").steps[0]
    assert step.title == title
    assert not markdown or step.markdown == markdown


def test_very_long_item_has_a_short_title() -> None:
    assert len(answer("### 解决步骤\n1. " + "很长" * 500 + "\n2. 完\n").steps[0].title) <= 80


def test_unannounced_actions_count_only_where_nothing_is_announced() -> None:
    extra = "### 日志轮转\n1. 检查磁盘。\n2. 修改策略。\n"
    assert titles(answer(extra)) == ["检查磁盘", "修改策略"]
    assert titles(answer(f"### 解决步骤\n1. 停机。\n2. 重启。\n{extra}")) == ["停机", "重启"]


@pytest.mark.parametrize(
    "lead",
    [
        "在回答之前，我需要先确认以下几点：",
        "综上所述，选择哪种方式取决于场景：",
        "引入网关主要是为了解决以下几个问题：",
        "Could you share the following:",
        "In summary, these are the options:",
    ],
)
def test_list_that_asks_back_concludes_or_compares_gives_no_steps(lead: str) -> None:
    assert titles(answer(f"{lead}\n\n1. **检查版本**：是否一致。\n2. **检查网络**：是否互通。\n")) == []


def test_step_named_like_a_role_is_a_step() -> None:
    body = "### Steps\n1. **Read the log**: look.\n2. **Fix the cause**: mend.\n3. **Verify**: ask again.\n"
    assert titles(answer(body)) == ["Read the log", "Fix the cause", "Verify"]
    assert titles(answer("1. **检查日志**：看。\n2. **处理**：改。\n3. **验证**：再看。\n")) == [
        "检查日志",
        "处理",
        "验证",
    ]


def test_analysis_among_steps_tells_causes() -> None:
    document = answer(
        "按照以下步骤处理：\n\n1. **分析原因**：\n   - 端口不通。\n   - 密码错误。\n"
        "2. **检查端口**：放行。\n3. **重启**：生效。\n"
    )
    assert (causes(document), titles(document)) == (["端口不通", "密码错误"], ["检查端口", "重启"])


def test_headings_beside_numbered_ones_are_steps_if_they_go_on() -> None:
    steps = "### 步骤一：停机\n停。\n### 步骤二：升级\n换。\n### 重启服务\n启动。\n"
    body = f"按照以下步骤操作：\n### 准备工作\n备份。\n{steps}### 安全与优化\n略。\n"
    assert titles(answer(body)) == ["停机", "升级", "重启服务"]


def test_sections_with_steps_of_their_own_are_groups() -> None:
    document = answer(
        "### 错误A\n**解决步骤：**\n1. 停止。\n2. 启动。\n### 错误B\n**解决步骤：**\n1. 扩容。\n2. 限流。\n"
    )
    assert titles(document) == ["停止", "启动", "扩容", "限流"]
    two = answer("### Steps for 3.5\n1. Pin the BOM.\n2. Start.\n### Steps for 4.0\n1. Remove the file.\n2. Start.\n")
    assert [(step.group, step.number) for step in two.steps] == [
        ("Steps for 3.5", 1),
        ("Steps for 3.5", 2),
        ("Steps for 4.0", 1),
        ("Steps for 4.0", 2),
    ]


def test_bold_label_speaks_for_one_list() -> None:
    document = answer("**前提条件：**\n- 已安装。\n\n1. **下载**：取包。\n2. **启动**：运行。\n")
    assert titles(document) == ["下载", "启动"]


def test_bold_step_holds_the_headings_below_it() -> None:
    document = answer(
        "**步骤1：查看**\n\n看。\n\n**步骤2：修改**\n\n#### 方法一：改文件\n一。\n#### 方法二：改环境\n二。\n\n"
        "**步骤3：重启**\n\n重启。\n"
    )
    assert titles(document) == ["查看", "修改", "重启"]
    assert "方法二" in document.steps[1].markdown


def test_last_step_holds_code_that_is_not_indented() -> None:
    document = answer("步骤如下：\n\n1. 停止服务\n2. 修改端口后执行：\n\n```shell\nstart\n```\n\n之后查看日志。\n")
    assert "start" in document.steps[-1].markdown and "查看日志" not in document.steps[-1].markdown


def test_text_after_inner_steps_is_kept() -> None:
    document = answer(
        "1. **安装前**：改脚本。\n2. **安装后**：步骤如下：\n\n   - 登录。\n   - 修改。\n\n   或者调用接口。\n"
    )
    assert "或者调用接口" in document.steps[-1].markdown


@pytest.mark.parametrize(
    ("item", "title"),
    [
        (
            "在旧的版本里，" + "接口是公开的而且没有鉴权" * 4 + "，允许匿名访问。",
            "在旧的版本里，" + "接口是公开的而且没有鉴权" * 4,
        ),
        (
            "没有开启鉴权（密码，密钥）" + "的时候非常危险" * 8 + "，不要这样。",
            "没有开启鉴权（密码，密钥）" + "的时候非常危险" * 8,
        ),
        ("Run `f '{a, b}' -x 3` for a while and look at what the five calls returned.", None),
    ],
)
def test_long_sentence_is_cut_at_a_comma_of_its_own(item: str, title: str | None) -> None:
    step = answer(f"### 解决步骤\n\n- {item}\n- 完成。\n").steps[0]
    assert step.title == (title or item.replace("`", "").rstrip("."))


def test_lead_that_ends_in_a_connective_is_read_before_it() -> None:
    document = answer(
        "线程池可能是一个因素，但还有其他原因，包括但不限于：\n\n1. **网络**：丢包。\n2. **版本**：过旧。\n"
    )
    assert causes(document) == ["网络", "版本"]


def test_headings_over_headings_with_lists_are_groups() -> None:
    before = "可以采取以下步骤：\n### 安装前\n1. 改脚本。\n"
    after = "### 安装后\n#### 用控制台\n1. 登录。\n2. 修改。\n#### 用接口\n1. 调用。\n2. 核对。\n"
    assert [(step.group, step.title) for step in answer(before + after).steps] == [
        (None, "安装前"),
        ("用控制台", "登录"),
        ("用控制台", "修改"),
        ("用接口", "调用"),
        ("用接口", "核对"),
    ]


def test_parts_with_a_list_named_steps_are_groups() -> None:
    part = "- **适用**：少量。\n- **步骤**：\n  1. **安装**：装。\n  2. **配置**：配。\n"
    document = answer(f"有以下两种策略：\n### 部署策略\n#### 合并\n{part}#### 分开\n{part}### 端口注意事项\n略。\n")
    assert [(step.group, step.number, step.title) for step in document.steps] == [
        ("合并", 1, "安装"),
        ("合并", 2, "配置"),
        ("分开", 1, "安装"),
        ("分开", 2, "配置"),
    ]
