/* One question and all that came of it: waiting, a failure, an answer with its rivals, or an honest nothing. */

const SLOW_AFTER_MS = 4000;

function turnItem(context, turn) {
  const item = el("li", { class: "turn" });
  turn.item = item;
  drawTurn(context, turn);
  return item;
}

function drawTurn(context, turn) {
  clearTimeout(turn.slowTimer);
  const question = el(
    "div",
    { class: "question", lang: languageOf(turn.question) },
    el("span", { class: "visually-hidden" }, `${context.texts.asked}: `),
    turn.question,
  );
  turn.item.replaceChildren(question, ...turnContent(context, turn));
}

function turnContent(context, turn) {
  if (turn.pending) return [waiting(context, turn)];
  if (turn.failure) return [failureNotice(context, turn)];
  if (!turn.reply) return [failureNotice(context, { ...turn, failure: { kind: "stopped", message: "" } })];
  const opened = el("div", { class: "opened" }, turn.opened.map((answer) => openedCard(context, turn, answer)));
  return [turn.reply.answer ? mainAnswer(context, turn) : emptyState(context, turn), opened];
}

function waiting(context, turn) {
  const { texts } = context;
  const caption = el("span", {}, texts.searching);
  const stop = el("button", { type: "button", class: "plain-button", onclick: () => turn.pending?.abort() }, texts.stop);
  turn.slowTimer = setTimeout(() => {
    caption.textContent = texts.slow;
    context.announce(texts.slow);
  }, SLOW_AFTER_MS);
  return el("div", { class: "waiting" }, el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), caption, stop);
}

function failureNotice(context, turn) {
  const { texts } = context;
  const { kind, message } = turn.failure;
  const again = el("button", { type: "button", class: "solid-button", onclick: () => context.retry(turn.id) }, texts.retry);
  const edit = el("button", { type: "button", class: "plain-button", onclick: () => context.edit(turn.id) }, texts.edit);
  return el(
    "div",
    { class: "notice notice-failure" },
    el("p", {}, message || texts.failures[kind]),
    el("div", { class: "notice-tools" }, kind === "invalid" ? [edit] : [again, edit]),
  );
}

function mainAnswer(context, turn) {
  const { texts } = context;
  const { answer, status, results } = turn.reply;
  const unsure = status === "uncertain";
  const note = unsure ? el("p", { class: "notice notice-unsure", lang: context.language }, texts.uncertain) : null;
  const card = answerCard(context, turn, answer, note);
  card.append(inInterfaceLanguage(context, answerTools(context, answer), feedbackBar(context, turn)));
  const rivals = results.filter((result) => result.document_id !== answer.document_id);
  const list = () => resultList(context, turn, rivals);
  const alternatives = rivals.length ? folded(texts.alternatives(rivals.length), "rivals", list, unsure) : null;
  const same = similarFold(context, turn, results[0]);
  return el("div", { class: "answer-block" }, card, same, alternatives, unsure ? elsewhere(context, turn) : null);
}

function openedCard(context, turn, answer) {
  const card = answerCard(context, turn, answer, el("p", { class: "picked", lang: context.language }, context.texts.picked));
  card.dataset.document = answer.document_id;
  card.tabIndex = -1;
  card.append(inInterfaceLanguage(context, answerTools(context, answer)));
  return card;
}

function inInterfaceLanguage(context, ...parts) {
  return el("footer", { class: "answer-foot", lang: context.language }, parts);
}

function emptyState(context, turn) {
  const { texts } = context;
  const { results } = turn.reply;
  return el(
    "div",
    { class: "nothing" },
    el("h3", {}, texts.none),
    el("p", {}, texts.tips),
    results.length > 0 && el("h4", {}, texts.closest),
    results.length > 0 && resultList(context, turn, results),
    elsewhere(context, turn),
  );
}

/* Where to go next: the other products, then the place the site has named. */
function elsewhere(context, turn) {
  const { texts, settings } = context;
  const parts = [
    turn.product &&
      el(
        "button",
        { type: "button", class: "plain-button", onclick: () => context.ask(turn.question, { product: null }) },
        texts.everywhere,
      ),
    settings.helpUrl &&
      el("a", { class: "plain-button", href: settings.helpUrl, target: "_blank", rel: "noopener" }, settings.helpText || texts.help),
  ].filter(Boolean);
  return parts.length ? el("div", { class: "elsewhere" }, parts) : null;
}

function resultList(context, turn, results) {
  const item = (result) =>
    el(
      "li",
      { lang: languageOf(result.title) },
      documentLink(
        context,
        turn,
        result.document_id,
        el("span", { class: "result-title" }, result.title),
        result.product && el("span", { class: "product-mark" }, result.product),
        el("span", { class: "result-snippet" }, result.snippet),
      ),
      similarFold(context, turn, result),
    );
  return el("ol", { class: "results" }, results.map(item));
}

/* The documents that a result stands for, as they ask and answer the same. */
function similarFold(context, turn, result) {
  const similar = result.similar ?? [];
  if (similar.length === 0) return null;
  const caption = el("span", { lang: context.language }, context.texts.similar(similar.length));
  return folded(caption, "similar", () => resultList(context, turn, similar));
}
