/* The turns of this tab: asks, remembers, retries. It knows what was said, not how it looks. */

class Conversation {
  constructor(client, memory, changed) {
    this.client = client;
    this.memory = memory;
    this.changed = changed;
    const kept = memory.load();
    this.turns = Array.isArray(kept.turns) ? kept.turns : [];
    this.conversationId = kept.conversationId ?? null;
    this.open = kept.open ?? false;
    this.product = kept.product ?? null;
    addEventListener("pagehide", () => this.saving && this.save());
    this.nextId = 1 + Math.max(0, ...this.turns.map((turn) => turn.id));
  }

  get busy() {
    return this.turns.some((turn) => turn.pending);
  }

  find(id) {
    return this.turns.find((turn) => turn.id === id);
  }

  save() {
    clearTimeout(this.saving);
    this.saving = null;
    const plain = ({ id, question, product, reply, failure, ticks, opened, rating }) => ({
      id, question, product, reply, failure, ticks, opened, rating,
    });
    const { conversationId, open, product } = this;
    this.memory.save({ turns: this.turns.map(plain), conversationId, open, product });
  }

  begin(question, product) {
    const turn = { id: this.nextId++, question, product, reply: null, failure: null, ticks: {}, opened: [], rating: null };
    this.turns.push(turn);
    return turn;
  }

  /* Settles in every case: what went wrong is part of the turn. The question is drawn while it is already on its way. */
  async run(turn) {
    const stop = new AbortController();
    Object.assign(turn, { pending: stop, failure: null, reply: null });
    const reply = this.client.ask(turn.question, turn.product, this.conversationId, stop.signal);
    this.changed(turn);
    this.#saveSoon();
    try {
      turn.reply = await reply;
      this.conversationId = turn.reply.conversation_id ?? this.conversationId;
      this.#takeTicks(turn);
    } catch (failure) {
      if (!(failure instanceof ServiceFailure)) throw failure;
      turn.failure = { kind: failure.kind, message: failure.message };
    } finally {
      turn.pending = null;
    }
    /* A conversation cleared meanwhile has no place for a late reply. */
    if (!this.turns.includes(turn)) return;
    this.changed(turn);
    this.#saveSoon();
  }

  /* Writing a long conversation takes a while, for which no answer should wait to be seen. */
  #saveSoon() {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), 200);
  }

  /* A document that comes up again keeps the steps that were ticked off. */
  #takeTicks(turn) {
    const id = turn.reply.answer?.document_id;
    const before = this.turns.findLast((other) => other !== turn && other.ticks[id]);
    if (before) turn.ticks[id] = [...before.ticks[id]];
  }

  remove(turn) {
    this.turns = this.turns.filter((other) => other !== turn);
    this.save();
  }

  clear() {
    for (const turn of this.turns) turn.pending?.abort();
    this.turns = [];
    this.conversationId = null;
    this.save();
  }
}
