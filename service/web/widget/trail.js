/* On a page of its own: the questions of this tab as a list to jump by, and as addresses to go back to and to share. */

class Trail {
  constructor(context, goTo) {
    const { texts } = context;
    this.client = context.client;
    this.goTo = goTo;
    this.list = el("ol");
    this.node = el("nav", { class: "trail", "aria-label": texts.history, hidden: true }, el("p", { class: "trail-title" }, texts.history), this.list);
  }

  draw(turns) {
    this.node.hidden = turns.length < 2;
    this.list.replaceChildren(...turns.map((turn) => this.#item(turn)));
  }

  /* The address of a turn, as a step that Back undoes; the same question asked again is no step. */
  point(turn, product) {
    const address = this.client.chat(turn?.question, turn ? turn.product : product);
    const state = { turn: turn?.id ?? null };
    if (!turn || turn.question === askedInAddress()) history.replaceState(state, "", address);
    else history.pushState(state, "", address);
  }

  #item(turn) {
    const button = el("button", { type: "button", lang: languageOf(turn.question), title: turn.question }, turn.question.slice(0, 120));
    button.addEventListener("click", () => this.goTo(turn));
    return el("li", {}, button);
  }
}

/* What the address asks for. */
function askedInAddress() {
  return new URLSearchParams(location.search).get("q")?.trim() ?? "";
}
