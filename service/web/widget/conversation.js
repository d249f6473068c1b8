/* The turns of this tab: asks, remembers, retries. It knows what was said, not how it looks. */

class Conversation {
  constructor(client, memory, changed) {
    this.client = client;
    this.memory = memory;
    this.changed = changed;
    const kept = memory.load();
    this.turns = kept.turns;
    this.conversationId = kept.conversationId;
    this.open = kept.open;
    this.product = kept.product;
    this.nextId = 1 + Math.max(0, ...this.turns.map((turn) => turn.id));
  }

  get busy() {
    return this.turns.some((turn) => turn.pending);
  }

  find(id) {
    return this.turns.find((turn) => turn.id === id);
  }

  save() {
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

  /* Settles in every case: what went wrong is part of the turn. */
  async run(turn) {
    const stop = new AbortController();
    Object.assign(turn, { pending: stop, failure: null, reply: null });
    this.changed(turn);
    try {
      turn.reply = await this.client.ask(turn.question, turn.product, this.conversationId, stop.signal);
      this.conversationId = turn.reply.conversation_id ?? this.conversationId;
    } catch (failure) {
      if (!(failure instanceof ServiceFailure)) throw failure;
      turn.failure = { kind: failure.kind, message: failure.message };
    } finally {
      turn.pending = null;
    }
    /* A conversation cleared meanwhile has no place for a late reply. */
    if (!this.turns.includes(turn)) return;
    this.save();
    this.changed(turn);
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
