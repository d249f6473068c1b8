/* <expert-answers>: the bubble and its panel, or a whole page. It wires the parts together and owns focus and keys. */

class ExpertAnswersElement extends HTMLElement {
  connectedCallback() {
    if (!this.shadowRoot) this.#build();
    this.#listen();
  }

  disconnectedCallback() {
    this.listening.abort();
  }

  open() {
    if (this.settings.wholePage || !this.panel.hidden) return;
    this.cameFrom = document.activeElement === this ? this.launcher : document.activeElement;
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.#remember(true);
    this.welcome.suggest(this.product);
    this.composer.input.focus();
    this.#toEnd();
    this.context.emit("open");
  }

  close() {
    if (this.settings.wholePage || this.panel.hidden) return;
    const hadFocus = document.activeElement === this;
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.#remember(false);
    const back = this.cameFrom?.isConnected && this.cameFrom !== document.body ? this.cameFrom : this.launcher;
    if (hadFocus) back.focus();
    this.context.emit("close");
  }

  toggle() {
    if (this.panel.hidden) this.open();
    else this.close();
  }

  /* Answers false, and does nothing, while the last question is still on its way. */
  ask(question, { product = this.product } = {}) {
    const text = String(question).trim();
    if (!text || this.conversation.busy) return false;
    this.open();
    this.context.emit("ask", { question: text, product });
    this.conversation.run(this.conversation.begin(text, product));
    return true;
  }

  clear() {
    this.conversation.clear();
    this.turnList.replaceChildren();
    this.trail?.point(null, this.product);
    this.#turnsChanged();
    this.composer.input.focus();
  }

  get product() {
    return this.picker ? this.picker.value || null : this.settings.product;
  }

  #build() {
    const root = this.attachShadow({ mode: "open", delegatesFocus: false });
    root.adoptedStyleSheets = [STYLE_SHEET];
    this.settings = readSettings(this);
    const { base, product, timeout, wholePage } = this.settings;
    const client = new Client(base, timeout);
    const memory = new Memory(`${wholePage ? "page" : product || "all"}@${base}`);
    this.conversation = new Conversation(client, memory, (turn) => this.#turnChanged(turn));
    this.context = this.#makeContext(root, client);
    root.append(this.#frame());
    for (const turn of this.conversation.turns) this.turnList.append(turnItem(this.context, turn));
    this.#turnsChanged();
    dress(this.surface, this.settings);
    this.#start();
  }

  #makeContext(root, client) {
    const { settings } = this;
    return {
      root,
      client,
      settings,
      texts: TEXTS[settings.language],
      language: settings.language === "zh" ? "zh-CN" : "en",
      announce: (text) => this.#announce(text),
      emit: (name, detail = {}) =>
        this.dispatchEvent(new CustomEvent(`expert-answers:${name}`, { detail, bubbles: true, composed: true })),
      save: () => this.conversation.save(),
      ask: (question, options) => this.ask(question, options),
      retry: (id) => this.#retry(this.conversation.find(id)),
      edit: (id) => this.#edit(this.conversation.find(id)),
      scrollTo: (node) => this.#scrollTo(node),
    };
  }

  #frame() {
    const { texts, settings, language } = { ...this.context };
    const title = settings.title || texts.title;
    this.live = el("p", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    this.turnList = el("ol", { class: "turns" });
    this.welcome = new Welcome(this.context);
    /* Answers are third-level headings; on a page of its own the title is the first. */
    const heading = settings.wholePage && el("h2", { class: "visually-hidden" }, texts.conversation);
    this.log = el("div", { class: "log", role: "region", "aria-label": texts.conversation, tabindex: "0" }, this.welcome.node, heading, this.turnList);
    this.composer = new Composer(this.context, (question) => this.ask(question));
    const dialog = settings.wholePage ? { role: "main" } : { role: "dialog", "aria-modal": "true", hidden: true };
    if (settings.wholePage) this.trail = new Trail(this.context, (turn) => this.#goTo(turn));
    const parts = [this.#header(title), this.trail?.node, this.log, this.composer.form, this.live];
    this.panel = el("section", { class: "panel", "aria-label": title, ...dialog }, parts);
    this.launcher = el(
      "button",
      { type: "button", class: "launcher", "aria-haspopup": "dialog", onclick: () => this.open(), hidden: settings.wholePage },
      icon("chat"),
      el("span", {}, settings.title || texts.launcher),
    );
    this.surface = el("div", { class: "surface", lang: language }, this.launcher, this.panel);
    this.surface.dataset.mode = settings.wholePage ? "page" : "bubble";
    this.surface.dataset.position = settings.position;
    return this.surface;
  }

  #header(title) {
    const { texts } = this.context;
    const { settings } = this;
    const page = el("a", { class: "icon-button", target: "_blank", rel: "noopener", "aria-label": texts.fullPage, title: texts.fullPage }, icon("page"));
    page.addEventListener("click", () => (page.href = this.#shareAddress()));
    page.href = this.context.client.chat();
    const grow = iconButton("expand", texts.expand, () => this.#grow(grow), { "aria-pressed": "false", class: "icon-button grow" });
    if (settings.products.length) this.picker = this.#productPicker();
    return el(
      "header",
      { class: "head" },
      el(settings.wholePage ? "h1" : "h2", { class: "head-title" }, title),
      this.picker,
      settings.wholePage && el("a", { class: "plain-button browse", href: new URL("kb", settings.base).href }, icon("list"), el("span", {}, texts.browse)),
      settings.wholePage
        ? el("button", { type: "button", class: "plain-button clear", onclick: () => this.clear() }, icon("clear"), el("span", {}, texts.clear))
        : iconButton("clear", texts.clear, () => this.clear()),
      !settings.wholePage && [page, grow, iconButton("close", texts.close, () => this.close())],
    );
  }

  #productPicker() {
    const { texts } = this.context;
    const { products, product } = this.settings;
    const options = products.map((name) => el("option", { value: name }, name));
    const picker = el("select", { class: "picker", "aria-label": texts.product }, el("option", { value: "" }, texts.allProducts), options);
    picker.value = product || this.conversation.product || "";
    if (picker.selectedIndex < 0) picker.value = "";
    picker.addEventListener("change", () => {
      this.conversation.product = picker.value || null;
      this.conversation.save();
      this.welcome.suggest(this.product);
    });
    return picker;
  }

  #grow(button) {
    const large = this.surface.toggleAttribute("data-large");
    button.setAttribute("aria-pressed", String(large));
    button.title = large ? this.context.texts.shrink : this.context.texts.expand;
  }

  #listen() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    const { shortcut } = this.settings;
    DARK.addEventListener("change", () => dress(this.surface, this.settings), { signal });
    if (this.trail) addEventListener("popstate", (event) => this.#goTo(this.conversation.find(event.state?.turn)), { signal });
    this.panel.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    /* A page's own one-key shortcuts must not fire while one types in here. */
    for (const name of ["keydown", "keypress", "keyup"]) {
      this.surface.addEventListener(name, (event) => this.#isOurs(event) && event.stopPropagation(), { signal });
    }
    document.addEventListener(
      "keydown",
      (event) => {
        if (!matchesShortcut(event, shortcut)) return;
        event.preventDefault();
        this.toggle();
      },
      { signal },
    );
  }

  /* The shortcut that closes the panel again has to reach the document. */
  #isOurs(event) {
    return !matchesShortcut(event, this.settings.shortcut);
  }

  #onKey(event) {
    if (event.isComposing || this.settings.wholePage) return;
    if (event.key === "Escape") this.close();
    if (event.key === "Tab") keepFocus(event, this.panel, this.shadowRoot.activeElement);
  }

  #start() {
    const { settings, conversation } = this;
    if (!settings.wholePage) {
      if (settings.open || conversation.open) this.open();
      return;
    }
    const wanted = askedInAddress();
    const same = (turn) => turn.question === wanted && turn.product === this.product && turn.reply;
    const answered = conversation.turns.findLast(same);
    this.welcome.suggest(this.product);
    if (wanted && !answered) this.ask(wanted);
    this.composer.input.focus();
    if (answered) this.#scrollTo(answered.item);
    else this.#toEnd();
  }

  #remember(open) {
    this.conversation.open = open;
    this.conversation.save();
  }

  #showTurn(turn) {
    this.turnList.append(turnItem(this.context, turn));
    this.#turnsChanged();
    this.#scrollTo(turn.item);
    this.trail?.point(turn);
  }

  #turnChanged(turn) {
    if (!turn.item) return this.#showTurn(turn);
    const hadFocus = turn.item.contains(this.shadowRoot.activeElement);
    drawTurn(this.context, turn);
    this.#scrollTo(this.#bestPlace(turn.item));
    if (hadFocus) this.composer.input.focus();
    if (!turn.pending) this.#report(turn);
    return undefined;
  }

  #report(turn) {
    const { texts, announce, emit } = this.context;
    const { failure, question, reply } = turn;
    announce(failure ? failure.message || texts.failures[failure.kind] : heardReply(texts, reply));
    if (failure) emit("error", { question, ...failure });
    else emit("answer", { question, reply });
  }

  #retry(turn) {
    if (!turn || this.conversation.busy) return;
    this.conversation.run(turn);
  }

  /* The question returns to the box; a draft already there is not thrown away. */
  #edit(turn) {
    if (!turn) return;
    const draft = this.composer.input.value.trim();
    this.composer.fill(draft ? `${turn.question}\n${draft}` : turn.question);
    this.conversation.remove(turn);
    turn.item.remove();
    this.#turnsChanged();
    this.composer.input.focus();
  }

  #turnsChanged() {
    const { turns } = this.conversation;
    this.welcome.node.hidden = turns.length > 0;
    this.trail?.draw(turns);
  }

  /* From the list of questions or by the browser's Back; what is gone stays gone. */
  #goTo(turn) {
    if (!turn) return;
    this.#scrollTo(turn.item);
    turn.item.focus({ preventScroll: true });
  }

  /* The same words twice are a change too: without one, screen readers keep silent. */
  #announce(text) {
    this.live.textContent = this.live.textContent === text ? `${text}\u00a0` : text;
  }

  #shareAddress() {
    const last = this.conversation.turns.at(-1);
    return this.context.client.chat(last?.question, last ? last.product : this.product);
  }

  #scrollTo(node) {
    const top = node.getBoundingClientRect().top - this.log.getBoundingClientRect().top + this.log.scrollTop;
    this.log.scrollTo({ top: top - 12 });
  }

  /* The question, unless the step it asks about is too far below it to be seen as well. */
  #bestPlace(item) {
    const step = item.querySelector(".step-asked");
    const below = step ? step.getBoundingClientRect().top - item.getBoundingClientRect().top : 0;
    return below > this.log.clientHeight * 0.6 ? step : item;
  }

  #toEnd() {
    const last = this.conversation.turns.at(-1);
    if (last) this.#scrollTo(last.item);
  }
}
