/* What stands in an empty conversation: a greeting, and questions to begin with. */

class Welcome {
  constructor(context) {
    const { texts } = context;
    this.context = context;
    this.suggestions = el("div", { class: "suggestions" });
    this.node = el(
      "div",
      { class: "welcome" },
      el("p", { class: "welcome-title" }, texts.welcome),
      el("p", {}, texts.intro),
      this.suggestions,
    );
  }

  /* Once for each product; without questions from the site, titles of the collection show what can be asked. */
  async suggest(product) {
    if (this.product === product) return;
    this.product = product;
    const { settings, texts, ask } = this.context;
    const questions = settings.questions.length ? settings.questions : await this.#titles(product);
    if (this.product !== product) return;
    const button = (question) =>
      el("button", { type: "button", lang: languageOf(question), onclick: () => ask(question) }, question);
    this.suggestions.replaceChildren(
      ...(questions.length ? [el("p", { class: "suggestions-title" }, texts.suggestions)] : []),
      ...questions.map(button),
    );
  }

  /* Failing to get them is no harm. */
  async #titles(product) {
    try {
      const { documents } = await this.context.client.documents(product);
      const titles = documents.map((entry) => entry.title).filter((title) => title.length <= 60);
      const foreign = (title) => Number(languageOf(title) !== this.context.language);
      return titles.sort((one, other) => foreign(one) - foreign(other)).slice(0, 4);
    } catch {
      return [];
    }
  }
}
