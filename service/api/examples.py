"""The examples that the OpenAPI description shows; a test holds them against the schemas."""

from typing import Any

ASK_REQUEST: dict[str, Any] = {"question": "grpc 服务实例已经销毁，但 nacos 上服务一直不下线", "product": "nacos"}

DOCUMENT: dict[str, Any] = {
    "document_id": "nacos-grpc-instance-stays-online",
    "title": "gRPC 服务实例已销毁，Nacos 上一直不下线",
    "question": "grpc 服务实例已经销毁，但 nacos 上服务一直不下线，怎么处理？",
    "product": "nacos",
    "tags": ["注册中心"],
    "date": "2025-03-18",
    "summary": "实例停了却不下线，多半是它注册成了持久实例，或者连接还没有断开。",
    "causes": [
        {
            "title": "注册成了持久实例",
            "markdown": "持久实例由服务端探测，不会自动摘除。",
            "html": "<p>持久实例由服务端探测，不会自动摘除。</p>",
        }
    ],
    "steps": [
        {
            "number": 1,
            "group": None,
            "title": "确认实例类型",
            "markdown": "在控制台查看实例的 `ephemeral` 是否为 `true`。",
            "html": "<p>在控制台查看实例的 <code>ephemeral</code> 是否为 <code>true</code>。</p>",
        }
    ],
    "references": [{"title": "Nacos 服务发现", "url": "https://nacos.io/docs/latest/", "document_id": None}],
    "markdown": "实例停了却不下线，多半是它注册成了持久实例，或者连接还没有断开。",
    "html": "<p>实例停了却不下线，多半是它注册成了持久实例，或者连接还没有断开。</p>",
    "url": "/kb/nacos-grpc-instance-stays-online",
}

ASK_RESPONSE: dict[str, Any] = {
    "ask_id": "5f1c6d0e7f0b4c3c9a0f9d2b8e7a6c51",
    "conversation_id": "0b9f4c1d2e3a4f5b8c7d6e5f4a3b2c1d",
    "status": "answered",
    "confidence": 0.83,
    "answer": DOCUMENT,
    "results": [
        {
            "document_id": DOCUMENT["document_id"],
            "title": DOCUMENT["title"],
            "product": "nacos",
            "score": 3.42,
            "confidence": 0.83,
            "snippet": DOCUMENT["summary"],
            "url": DOCUMENT["url"],
            "similar": [
                {
                    "document_id": "nacos-instance-offline-grpc",
                    "title": "Nacos 上 gRPC 服务实例一直不下线",
                    "product": "nacos",
                    "score": 3.31,
                    "confidence": 0.79,
                    "snippet": "先看实例是不是持久实例，再看连接有没有断开。",
                    "url": "/kb/nacos-instance-offline-grpc",
                }
            ],
        }
    ],
    "clarification": None,
    "choices": [],
    "interpreted_as": None,
    "step": None,
    "takes_feedback": True,
    "took_ms": 1.2,
}

FOLLOW_UP_RESPONSE: dict[str, Any] = ASK_RESPONSE | {
    "ask_id": "8f7d2b1c4e5a4d6f9b3c1a2e7d8f6b50",
    "interpreted_as": "grpc 服务实例已经销毁，但 nacos 上服务一直不下线 确认实例类型",
    "step": 1,
}

CLARIFY_RESPONSE: dict[str, Any] = ASK_RESPONSE | {
    "status": "clarify",
    "confidence": 0.41,
    "answer": None,
    "clarification": "The answer depends on which of these you mean:",
    "choices": [
        {
            "label": "dubbo: Dubbo provider in Docker registers the container IP",
            "question": "dubbo The container registers an internal IP address",
            "product": "dubbo",
            "document_id": "dubbo-docker-registered-ip",
        },
        {
            "label": "rocketmq: RocketMQ in Docker: clients time out",
            "question": "rocketmq The container registers an internal IP address",
            "product": "rocketmq",
            "document_id": "rocketmq-docker-broker-ip",
        },
    ],
}

DOCUMENT_LIST: dict[str, Any] = {
    "total": 1,
    "page": 1,
    "page_size": 50,
    "documents": [
        {key: DOCUMENT[key] for key in ("document_id", "title", "product", "tags", "date", "summary", "url")}
    ],
}

FEEDBACK_REQUEST: dict[str, Any] = {
    "ask_id": ASK_RESPONSE["ask_id"],
    "rating": "down",
    "reason": "outdated",
    "comment": "The setting has another name since 2.4.",
}

DOCUMENT_FEEDBACK_REQUEST: dict[str, Any] = {
    name: value for name, value in FEEDBACK_REQUEST.items() if name != "ask_id"
}

FEEDBACK_RESPONSE: dict[str, Any] = FEEDBACK_REQUEST

REINDEX_RESPONSE: dict[str, Any] = {
    "generation": "20250318T101500-3f2a",
    "published": True,
    "added": 1,
    "changed": 0,
    "removed": 0,
    "unchanged": 62,
    "problems": [
        {
            "file": "nacos/draft.md",
            "line": 3,
            "code": "frontmatter-invalid",
            "severity": "error",
            "message": "The frontmatter is not valid YAML.",
            "remedy": "Close the quotation mark.",
        }
    ],
    "seconds": 0.21,
}

READY: dict[str, Any] = {
    "status": "ready",
    "generation": "20250318T101500-3f2a",
    "published_at": "2025-03-18T10:15:00Z",
    "documents": 63,
    "products": {"nacos": 40, "sentinel": 23},
}

ERROR: dict[str, Any] = {
    "error": {
        "code": "invalid_request",
        "message": "question is empty; write what you want to know",
        "details": [{"field": "question", "message": "is empty; write what you want to know"}],
    }
}
