"""Small knowledge folders for tests."""

from pathlib import Path

TEMPLATE = """---
id: "{id}"
title: "{title}"
date: "2026-01-02"
category: expertConsultation
tags: ["{tag}"]
---

## 用户问题 ：
{question}

---------------
## 专家官方解答 ：

{answer}

## 参考链接 ：
* 专家经验：{reference}
"""

TOPICS = {
    "heartbeat": (
        "实例心跳超时被摘除",
        "客户端没有按时发送心跳。\n\n1. **检查网络**：`ping` 服务端。\n2. **调整超时**：改配置。",
    ),
    "login": (
        "控制台登录报 403",
        "密钥没有配置。\n\n1. **生成密钥**：`openssl rand -base64 32`。\n2. **重启服务**：逐台重启。",
    ),
    "backlog": ("消息堆积怎么办", "消费速度跟不上。\n\n1. **扩容消费者**：增加实例。\n2. **查慢消费**：看耗时。"),
    "timeout": (
        "Dubbo call times out",
        "The provider is slow.\n\n1. **Find the slow method**: trace it.\n2. **Raise it**: set timeout.",
    ),
}


def write_document(
    folder: Path,
    name: str,
    *,
    title: str | None = None,
    question: str | None = None,
    answer: str | None = None,
    reference: str = "没有这篇",
    product: str = "nacos",
    document_id: str | None = None,
) -> Path:
    """Write a document called `name` below a product's folder; a name of TOPICS brings its texts along."""
    topic_title, topic_answer = TOPICS.get(name, (f"{name} 的问题", f"{name} 的解答。"))
    path = folder / product / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        TEMPLATE.format(
            id=document_id or f"{product}-{name}",
            title=title or topic_title,
            tag=product,
            question=question or title or topic_title,
            answer=answer or topic_answer,
            reference=reference,
        ),
        encoding="utf-8",
    )
    return path


def write_topics(folder: Path) -> None:
    """Write every topic."""
    for name in TOPICS:
        write_document(folder, name, product="dubbo" if name == "timeout" else "nacos")
