"""The tokenizer: Unigram pieces over words that scripts, digits, punctuation and camel case set apart."""

import random
from collections.abc import Iterator

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers, trainers
from tokenizers.models import Unigram

from scripts.training.data import TrainingData

UNKNOWN = "[UNK]"

_HAN = "\\u3400-\\u9fff"
_HUMP = "(?<=[a-z0-9])(?=[A-Z])"
_RUN = rf"[{_HAN}]+|[^\W\d_{_HAN}]+|[0-9]+|[\W_]"
_SECTIONS = 40_000
_TRANSLATIONS = 20_000
_QUESTION_COPIES = 2


def train_tokenizer(data: TrainingData, *, pieces: int, longest_piece: int, max_tokens: int, seed: int) -> Tokenizer:
    """Learn the pieces from a sample of the data; texts are cut after `max_tokens`.

    `NamingService` and `naming service` yield the same pieces, as do full-width and half-width forms.
    """
    tokenizer = Tokenizer(Unigram())
    split_humps = normalizers.Replace(Regex(_HUMP), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), split_humps, normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex(_RUN), "isolated")]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=pieces,
        max_piece_length=longest_piece,
        unk_token=UNKNOWN,
        special_tokens=[UNKNOWN],
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sample(data, random.Random(seed)), trainer)
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _sample(data: TrainingData, rng: random.Random) -> Iterator[str]:
    """Texts of every kind; the written questions twice, since users write as they do."""
    for section in rng.sample(data.sections, min(_SECTIONS, len(data.sections))):
        yield f"{section.headings}\n{section.text}"
    for translation in rng.sample(data.translations, min(_TRANSLATIONS, len(data.translations))):
        yield from (translation.chinese, translation.english)
    for question in (*data.document_questions, *data.section_questions):
        yield from [question.text] * _QUESTION_COPIES
    for document_id in dict.fromkeys(question.target for question in data.document_questions):
        yield data.documents[document_id].whole
