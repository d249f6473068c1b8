"""Small documents for tests, in the form that experts write."""

from service.documents.model import Document, Parsed
from service.documents.parser import parse_document

CHINESE = """---
id: "rmq-7"
title: "消费堆积一直增长 rocketmq-opensource"
date: "2025-03-01"
category: expertConsultation
description: "…"
tags: ["rocketmq","堆积"]
keywords: ["消费组"]
---

## 用户问题 ：
 消费堆积一直增长，消费者却很空闲，为什么？

---------------
## 专家官方解答 ：
根据您提供的信息，消费者没有分到队列，所以空闲。

### 原因分析
1. **消费者多于队列**：一个队列同一时刻只属于一个消费者。
2. **订阅关系不一致**：同组消费者订阅了不同的主题，导致分配混乱。

### 解决步骤
#### 步骤一：查看队列分配
- 执行 `mqadmin consumerProgress -g order-group`。
- 看每个队列的 `ClientIP` 是否为空。

#### 步骤二：统一订阅关系
```java
consumer.subscribe("orders", "*");
```

### 解释
- 第一步看现象，第二步除根因。

<font color="#949494">---------------</font>

## 参考链接 ：
 * [消费进度](https://rocketmq.apache.org/docs/)
 * 专家经验：如何扩容队列？
 *专家经验: 订阅关系 一致性

<font color="#949494">---------------</font>

## <font color="#FF0000">答疑服务说明：</font>
本内容由专家审阅。
### 反馈
如有错漏，请点 [差评](https://example.org/feedback?id=7) 。
"""


def parse(text: str, path: str = "product/a.md", site_url: str | None = None) -> Parsed:
    return parse_document(text.encode(), path=path, site_url=site_url)


def document(text: str, path: str = "product/a.md", site_url: str | None = None) -> Document:
    parsed = parse(text, path, site_url)
    assert parsed.document is not None, parsed.problems
    return parsed.document


def answer(
    body: str, *, question: str = "它报错了，怎么办？", title: str = "一个问题", site_url: str | None = None
) -> Document:
    front = f'---\nid: "a"\ntitle: "{title}"\n---\n'
    return document(f"{front}## 用户问题 ：\n{question}\n\n---\n## 专家官方解答 ：\n{body}\n", site_url=site_url)


def codes(parsed: Parsed) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in parsed.problems]
