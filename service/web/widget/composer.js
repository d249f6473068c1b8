/* The box one types in. It never loses text: it is emptied only when the conversation has taken the question over. */

const QUESTION_LIMIT = 2000;
const COUNTER_FROM = 1600;

class Composer {
  constructor(context, send) {
    const { texts } = context;
    this.texts = texts;
    this.announce = context.announce;
    this.send = send;
    this.input = el("textarea", { rows: "1", "aria-label": texts.input, placeholder: texts.placeholder, enterkeyhint: "send" });
    this.button = el("button", { type: "submit", class: "send-button", "aria-label": texts.send, title: texts.send }, icon("send"));
    this.counter = el("span", { class: "counter" });
    this.form = el(
      "form",
      { class: "composer" },
      el("div", { class: "composer-box" }, this.input, this.button),
      el("p", { class: "hint" }, el("span", { class: "hint-keys" }, texts.hint), this.counter),
    );
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => this.#measure());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
  }

  submit() {
    const question = this.input.value.trim();
    if (this.#isTooLong) this.announce(this.texts.tooLong(QUESTION_LIMIT));
    else if (question && this.send(question)) this.fill("");
  }

  fill(text) {
    this.input.value = text;
    this.#measure();
  }

  /* While an input method composes, Enter picks a candidate; 229 is how older Safari tells so. */
  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  #measure() {
    const { input, counter } = this;
    input.style.height = input.value ? "auto" : "";
    if (input.value && input.scrollHeight) input.style.height = `${Math.min(input.scrollHeight, 180)}px`;
    const used = [...input.value].length;
    counter.textContent = used >= COUNTER_FROM ? this.texts.counter(used, QUESTION_LIMIT) : "";
    counter.classList.toggle("counter-over", this.#isTooLong);
    input.setAttribute("aria-invalid", String(this.#isTooLong));
  }

  /* In characters as the service counts them, of which some take two places in a string. */
  get #isTooLong() {
    return [...this.input.value.trim()].length > QUESTION_LIMIT;
  }
}
