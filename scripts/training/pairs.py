"""Pairs of texts that belong together: what each stage of the training sees."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from scripts.training.data import Section, TrainingData
from service.embedding.pairs import Pair, sentences


def reading_pairs(data: TrainingData, rng: random.Random) -> list[Pair]:
    """One pass over documentation: headings and sentences against their sections, translations both ways."""
    pairs = [
        pair for number in range(len(data.sections)) for pair in _section_pairs(data.sections[number], number, rng)
    ]
    for number in range(len(data.translations)):
        pairs.extend(_translated(data, number))
    return pairs


def asking_pairs(
    data: TrainingData, rng: random.Random, *, rehearsed: int, translated: int, related: float
) -> list[Pair]:
    """One pass over the written questions, with `rehearsed` sections and `translated` translations of what was read.

    Without these it would be forgotten, and English first. Questions that one text answers ask for the same in other
    words: of the neighbours among them, in random order, a share `related` meet too.
    """
    pairs: list[Pair] = []
    asked: list[tuple[str, str]] = []
    for question in data.document_questions:
        topic = f"d{question.target}"
        document = data.documents[question.target]
        pairs.append(Pair(question.text, document.whole, topic))
        pairs.append(Pair(question.text, document.asked, topic))
        asked.append((topic, question.text))
    for question in data.section_questions:
        topic = f"s{question.target}"
        pairs.append(Pair(question.text, data.sections[int(question.target)].whole, topic))
        asked.append((topic, question.text))
    neighbours = list(_neighbours(asked, rng))
    pairs.extend(rng.sample(neighbours, round(related * len(neighbours))))
    readable = [number for number, section in enumerate(data.sections) if section.text]
    for number in rng.sample(readable, min(rehearsed, len(readable))):
        section = data.sections[number]
        pairs.append(Pair(section.headings, section.text, f"s{number}"))
    return pairs + _some_translations(data, rng, translated)


def teaching_pairs(data: TrainingData, rng: random.Random, *, translated: int) -> list[Pair]:
    """The written questions against what answers them, and `translated` translations, one way each."""
    questions = [
        *(Pair(q.text, data.documents[q.target].whole, f"d{q.target}") for q in data.document_questions),
        *(Pair(q.text, data.sections[int(q.target)].whole, f"s{q.target}") for q in data.section_questions),
    ]
    return questions + _some_translations(data, rng, translated)


def _neighbours(asked: Iterable[tuple[str, str]], rng: random.Random) -> Iterator[Pair]:
    """Each question, given after its topic, with the next one about the same text, in random order."""
    of_topic: dict[str, list[str]] = defaultdict(list)
    for topic, text in asked:
        of_topic[topic].append(text)
    for topic, texts in of_topic.items():
        rng.shuffle(texts)
        yield from (Pair(one, other, topic) for one, other in pairwise(texts))


def _some_translations(data: TrainingData, rng: random.Random, count: int) -> list[Pair]:
    """So many of them, each one way."""
    drawn = rng.sample(range(len(data.translations)), min(count, len(data.translations)))
    return [rng.choice(both) for number in drawn if (both := _translated(data, number))]


def _translated(data: TrainingData, number: int) -> list[Pair]:
    """Both ways; none where a translation is empty."""
    chinese, english = data.translations[number].chinese.strip(), data.translations[number].english.strip()
    topic = f"t{number}"
    return [Pair(chinese, english, topic), Pair(english, chinese, topic)] if chinese and english else []


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
