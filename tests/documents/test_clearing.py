"""What is taken away before, and between, the things an answer says; and what is left alone."""

import pytest

from service.documents.clearing import drop_clearing, drop_sources


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("根据您提供的信息，磁盘满了。", "磁盘满了。"),
        ("首先，让我们分析问题的原因。磁盘满了。", "磁盘满了。"),
        ("回答内容要有条理，分步骤：磁盘满了。", "磁盘满了。"),
        ("您想了解如何扩容。先加节点。", "先加节点。"),
        ("问题分析：磁盘满了。", "磁盘满了。"),
        ("首先，磁盘满了。", "首先，磁盘满了。"),
        ("您希望扩容，先加节点。", "您希望扩容，先加节点。"),
        ("According to the provided information, the disk is full.", "The disk is full."),
    ],
)
def test_throat_is_cleared_in_front_only(text: str, rest: str) -> None:
    assert drop_clearing(text) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("磁盘满了。根据提供的知识内容，可以清理日志。", "磁盘满了。可以清理日志。"),
        ("您可以按以下步骤操作，这些步骤基于提供的知识内容：", "您可以按以下步骤操作："),
        ("扩容。虽然具体命令未在提供的知识中给出，但我们可以先加节点。", "扩容。我们可以先加节点。"),
        ("要扩容，我们可以依据提供的知识进行分析。先加节点。", "先加节点。"),
        ("It is full. Based on the provided knowledge, clean the logs.", "It is full. Clean the logs."),
        ("支持扩容，我们可以依据提供的知识进行分析。", "支持扩容，我们可以依据提供的知识进行分析。"),
        ("根据已知的分支事务信息，TC 决定回滚。", "根据已知的分支事务信息，TC 决定回滚。"),
        ("因为提供的知识中没有提及，无法回答。", "因为提供的知识中没有提及，无法回答。"),
    ],
)
def test_sources_are_dropped_where_the_sentence_stands_without(text: str, rest: str) -> None:
    assert drop_sources(text) == rest
