"""The next question of a conversation: understood with what came before, as far as that is what finds an answer.

A question is first searched as it was typed. That tells two things: how well it is answered alone, and how much the
document of the turn before has to do with it. A question of enough informative words, none of which points back, on
which that document has nothing to say, opens a new topic. Any other is searched together with the topic.
"""

from dataclasses import replace

from service.answering.clarification import choices_of
from service.answering.confidence import informativeness
from service.answering.engine import Engine
from service.answering.query import LONGEST_QUESTION
from service.answering.ranked import Ranked
from service.answering.reply import Reply
from service.answering.situation import product_name, products_in, versions, without_products, without_versions
from service.conversation.followup import FollowUp, chosen_number
from service.conversation.phrases import UNINFORMATIVE
from service.conversation.turn import Conversation
from service.documents.model import Document
from service.index import analyzer

_SPOKEN_OF = 0.2
"""Relevance to a question, 0..1, from which a document speaks of what is asked."""

_SENTENCE, _WORD = 1.5, 1.0
"""Information, in words that one document alone would hold, of a question that says enough and of one that says
something at all."""

_LEAVE = 0.75
"""Relevance below which the document of the turn before gives way to a better one."""

_AGREES = 0.75
"""Relevance to topic and question together from which a document that answers the question alone may be meant."""

_NEAR = 0.6
"""Relevance from which a document is taken for the version in its title."""

_DOUBT = 0.1
"""Confidence that a question may lose by being searched in another way than it was typed."""


class Dialogue:
    """Answers questions in their conversations; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, question: str, conversation: Conversation, *, top_k: int = 5, product: str | None = None) -> Reply:
        """Answer the next question of a conversation, as `Engine.ask` does the first.

        :raises InvalidQuestionError: when the question cannot be searched or the product has no document.
        """
        if not conversation.turns:
            return self._engine.ask(question, top_k=top_k, product=product)
        return _Next(self._engine, question, conversation, top_k, product).reply()


class _Next:
    """One question being understood."""

    def __init__(
        self, engine: Engine, question: str, conversation: Conversation, top_k: int, product: str | None
    ) -> None:
        self._engine = engine
        self._conversation = conversation
        self._top_k = top_k
        self._product = product
        self._asked = FollowUp.of(question)
        self._alone = engine.rank(question, product=product)
        self._snapshot = self._alone.snapshot
        self._current = self._document(conversation.last.document_id)
        self._related = self._alone.relevance(self._current.id) if self._current else 0.0
        self._named = products_in(self._asked.rest, self._snapshot.products)
        known = products_in(conversation.topic, self._snapshot.products)
        of_current = (self._current.product,) if self._current else ()
        self._other_products = [name for name in self._named if name not in (*known, *of_current)]
        self._information = self._measure(without_products(self._asked.rest, self._named))

    def reply(self) -> Reply:
        """Try one way to understand the question after the other."""
        reply = self._choice() or self._step() or self._new_topic() or self._another() or self._other_product()
        return reply or self._same_product() or self._together()

    def _choice(self) -> Reply | None:
        last = self._conversation.last
        documents = [found for one in last.choice_ids if (found := self._document(one))]
        number = chosen_number(self._asked.text) or 0
        for position, choice in enumerate(choices_of(last.question, documents), 1):
            if number == position:
                return self._keep(choice.document_id, choice.question)
            if choice.question == self._asked.text:
                reply = self._keep(choice.document_id, choice.question)
                return reply and replace(reply, interpreted_as=None)
        return None

    def _step(self) -> Reply | None:
        if self._asked.step is None or self._current is None or self._other_products:
            return None
        steps = self._current.steps
        number = self._asked.step.find(steps, self._conversation.last.step)
        topic = self._conversation.topic
        text = topic if number is None else f"{topic} {steps[number - 1].title}"
        reply = self._keep(self._current.id, text[:LONGEST_QUESTION])
        return reply and replace(reply, step=number)

    def _new_topic(self) -> Reply | None:
        if self._asked.leans:
            says_enough = self._information >= _SENTENCE and bool(self._other_products) and self._is_answered
            is_new = says_enough and self._related < _SPOKEN_OF
        else:
            says_enough = self._information >= (_WORD if self._is_answered else _SENTENCE)
            is_same = self._is_answered and self._current is not None and self._alone.first == self._current
            is_new = says_enough and (self._related < _SPOKEN_OF or is_same or self._is_elsewhere)
        return self._engine.reply(self._alone, top_k=self._top_k, ask_back=self._product is None) if is_new else None

    def _another(self) -> Reply | None:
        shown = self._conversation.shown_ids
        if not self._asked.wants_another or not shown:
            return None
        seen = self._engine.same_as(self._engine.rank(self._conversation.topic, product=self._product), shown)
        text = self._conversation.topic
        if self._other_products or self._information >= _WORD:
            text = self._together_with(text, switched=bool(self._other_products))
        ranked = self._engine.rank(text, product=self._narrowed, without=seen)
        return replace(self._engine.reply(ranked, top_k=self._top_k), interpreted_as=text)

    def _other_product(self) -> Reply | None:
        """The same question about another product, unless the present document speaks of that one as well."""
        if not self._other_products or self._product is not None or self._related >= _SPOKEN_OF:
            return None
        text = self._together_with(self._conversation.topic, switched=True)
        ranked = self._engine.rank(text, product=self._narrowed)
        says_more, is_shown = self._information >= _WORD, ranked.confidence >= self._engine.thresholds.uncertain
        if says_more and not is_shown:
            return None
        if says_more or self._current is None or self._answers(ranked):
            reply = self._engine.reply(ranked, top_k=self._top_k)
        else:
            # Products that have the same trouble may name it in other words; what is said of it is alike.
            ranked = ranked.led_by_nearest_to(self._current.id, _NEAR)
            reply = self._engine.reply(ranked, top_k=self._top_k, chosen=is_shown)
        return replace(reply, interpreted_as=text)

    def _same_product(self) -> Reply | None:
        """Another question about the same product, if all ways to search it agree on one document of that product."""
        found, current = self._alone.first, self._current
        if self._named or not self._is_answered or found is None or current is None or found == current:
            return None
        if found.product is None or found.product != current.product:
            return None
        text = f"{product_name(found.product)} {self._asked.rest}"
        ranked = self._engine.rank(text, product=self._product)
        together = self._engine.rank(self._together_with(self._conversation.topic), product=self._product)
        agree = (
            ranked.first == found and together.relevance(found.id) >= _AGREES and ranked.relevance(current.id) < _LEAVE
        )
        if not agree or ranked.confidence < self._alone.confidence - _DOUBT:
            return None
        return replace(self._engine.reply(ranked, top_k=self._top_k), interpreted_as=text)

    def _together(self) -> Reply:
        text = self._together_with(self._conversation.topic)
        ranked = self._engine.rank(text, product=self._product)
        if self._current is None and ranked.confidence <= self._alone.confidence:
            return self._engine.reply(self._alone, top_k=self._top_k, ask_back=self._product is None)
        kept = self._of_version(ranked) or self._current
        agreed = self._is_answered and ranked.first == self._alone.first and self._answers(ranked)
        is_about = self._related >= _SPOKEN_OF or self._information < _WORD
        stays = kept is not self._current or (is_about and not agreed)
        if kept and stays and ranked.relevance(kept.id) >= (_LEAVE if kept is self._current else _NEAR):
            reply = self._engine.reply(ranked.led_by(kept.id), top_k=self._top_k, chosen=True)
        else:
            reply = self._engine.reply(ranked, top_k=self._top_k)
        return replace(reply, interpreted_as=text)

    def _of_version(self, ranked: Ranked) -> Document | None:
        """The document near the first whose title names more of the question's versions than the present one's."""
        wanted = versions(self._asked.rest)
        if not wanted:
            return None
        fitting = self._current
        for document in ranked.near(_NEAR):
            if len(versions(document.title) & wanted) > (len(versions(fitting.title) & wanted) if fitting else 0):
                fitting = document
        return fitting

    def _keep(self, document_id: str, text: str) -> Reply | None:
        """This document for the text, None when it is not to be had any more."""
        ranked = self._engine.rank(text, product=self._product).led_by(document_id)
        if ranked.first is None or ranked.first.id != document_id:
            return None
        return replace(self._engine.reply(ranked, top_k=self._top_k, chosen=True), interpreted_as=text)

    def _together_with(self, topic: str, *, switched: bool = False) -> str:
        """What came before and what the question adds to it, which takes the place of its like."""
        if switched:
            topic = without_products(topic, products_in(topic, self._snapshot.products))
        if versions(self._asked.rest):
            topic = without_versions(topic)
        return f"{topic} {self._asked.rest}".strip()[:LONGEST_QUESTION] or self._asked.text

    def _answers(self, ranked: Ranked) -> bool:
        return ranked.confidence >= self._engine.thresholds.answered

    @property
    def _is_answered(self) -> bool:
        return self._answers(self._alone)

    @property
    def _is_elsewhere(self) -> bool:
        """Whether two of three say that another document is meant: a sentence, its product's name, a sure answer."""
        found = self._alone.first
        names_product = found is not None and found.product in self._other_products
        signs = (self._information >= _SENTENCE, names_product, self._is_answered)
        return self._related < _LEAVE and sum(signs) >= 2

    @property
    def _narrowed(self) -> str | None:
        return self._product or (self._other_products[0] if self._other_products else None)

    def _measure(self, text: str) -> float:
        """How much a text says, in words that one document alone would hold."""
        terms = dict.fromkeys(analyzer.words(text))
        whole = informativeness(["\0"], self._snapshot)
        return informativeness([term for term in terms if term not in UNINFORMATIVE], self._snapshot) / whole

    def _document(self, document_id: str | None) -> Document | None:
        row = None if document_id is None else self._snapshot.row_of(document_id)
        return None if row is None else self._snapshot.document_at(row)
