/* <expert-answers-feedback>: the same question under a document's own page. */

class ExpertAnswersFeedbackElement extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [STYLE_SHEET];
    const settings = readSettings(this);
    const texts = TEXTS[settings.language];
    const live = el("p", { class: "visually-hidden", role: "status" });
    const context = { root, texts, announce: (text) => (live.textContent = text) };
    this.surface = el(
      "section",
      { class: "surface rating", "aria-label": texts.rate },
      el("p", { class: "rating-title" }, texts.rate),
      feedbackBar(context, this.#subject(settings)),
      live,
    );
    dress(this.surface, settings);
    DARK.addEventListener("change", () => dress(this.surface, settings));
    root.append(this.surface);
  }

  /* The first vote tells the service of a reading; what follows is said of that one, in its place. */
  #subject({ base, timeout }) {
    const client = new Client(base, timeout);
    const id = this.dataset.document;
    const memory = new Memory(`rating:${id}@${base}`);
    let askId = null;
    return {
      name: "reason",
      rating: memory.load().rating,
      send: async (...said) => {
        const kept = askId ? await client.feedback(askId, ...said) : await client.rate(id, ...said);
        askId = kept.ask_id;
      },
      rated: (rating) => memory.save({ rating }),
    };
  }
}
