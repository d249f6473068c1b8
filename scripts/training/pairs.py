"""Pairs of texts that belong together: what each stage of the training sees."""

import random
from collections.abc import Iterator

from scripts.training.data import Section, TrainingData
from service.embedding.pairs import Pair, sentences


def reading_pairs(data: TrainingData, rng: random.Random) -> list[Pair]:
    """One pass over documentation: headings and sentences against their sections, translations both ways."""
    pairs = [
        pair for number in range(len(data.sections)) for pair in _section_pairs(data.sections[number], number, rng)
    ]
    for number, translation in enumerate(data.translations):
        chinese, english = translation.chinese.strip(), translation.english.strip()
        if chinese and english:
            pairs.append(Pair(chinese, english, f"t{number}"))
            pairs.append(Pair(english, chinese, f"t{number}"))
    return pairs


def asking_pairs(data: TrainingData, rng: random.Random, *, rehearsed: int) -> list[Pair]:
    """One pass over the written questions, with `rehearsed` sections so that what was read is not forgotten."""
    pairs: list[Pair] = []
    for question in data.document_questions:
        _, asked, whole = data.documents[question.target]
        pairs.append(Pair(question.text, whole, f"d{question.target}"))
        pairs.append(Pair(question.text, asked, f"d{question.target}"))
    for question in data.section_questions:
        section = data.sections[int(question.target)]
        pairs.append(Pair(question.text, section.embedded()[2], f"s{question.target}"))
    readable = [number for number, section in enumerate(data.sections) if section.text]
    for number in rng.sample(readable, min(rehearsed, len(readable))):
        section = data.sections[number]
        pairs.append(Pair(section.headings, section.text, f"s{number}"))
    return pairs


def _section_pairs(section: Section, number: int, rng: random.Random) -> Iterator[Pair]:
    if not section.text:
        return
    topic = f"s{number}"
    yield Pair(section.heading, section.text, topic)
    if section.headings != section.heading:
        yield Pair(section.headings, section.text, topic)
    parts = sentences(section.text)
    if len(parts) > 1:
        drawn = rng.randrange(len(parts))
        yield Pair(parts[drawn], "\n".join(parts[:drawn] + parts[drawn + 1 :]), topic)
