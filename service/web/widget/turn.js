/* One question and all that came of it: waiting, a failure, an answer with its rivals, or an honest nothing. */

/* Before that nobody has begun to wait, and drawing what moves would only delay the answer. */
const WAITING_AFTER_MS = 150;
const SLOW_AFTER_MS = 4000;

function turnItem(context, turn) {
  const item = el("li", { class: "turn", tabindex: "-1" });
  turn.item = item;
  drawTurn(context, turn);
  return item;
}

function drawTurn(context, turn) {
  for (const timer of turn.timers ?? []) clearTimeout(timer);
  /* The question stays the element it is, with whatever is selected in it. */
  const question = turn.item.firstElementChild ?? questionBubble(context, turn);
  turn.item.replaceChildren(...[question, interpretation(context, turn), ...turnContent(context, turn)].filter(Boolean));
}

function questionBubble(context, turn) {
  return el(
    "div",
    { class: "question", lang: languageOf(turn.question) },
    el("span", { class: "visually-hidden" }, `${context.texts.asked}: `),
    turn.question,
  );
}

/* What was searched, where what was said before has been added to the question. */
function interpretation(context, turn) {
  const searched = turn.reply?.interpreted_as?.trim();
  if (!searched || searched === turn.question) return null;
  return el(
    "p",
    { class: "interpreted" },
    `${context.texts.interpreted}: `,
    el("span", { lang: languageOf(searched) }, searched),
  );
}

function turnContent(context, turn) {
  if (turn.pending) return [waiting(context, turn)];
  if (turn.failure) return [failureNotice(context, turn)];
  if (!turn.reply) return [failureNotice(context, { ...turn, failure: { kind: "stopped", message: "" } })];
  const opened = el("div", { class: "opened" }, turn.opened.map((answer) => openedCard(context, turn, answer)));
  return [replyView(turn.reply)(context, turn), opened];
}

function replyView(reply) {
  if (reply.status === "clarify") return clarification;
  return reply.answer ? mainAnswer : emptyState;
}

/* What a screen reader says of a reply. */
function heardReply(texts, reply) {
  if (reply.status === "clarify") {
    return [reply.clarification || texts.clarify, ...reply.choices.map((choice) => choice.label)].join(" ");
  }
  if (!reply.answer) return texts.heardNothing;
  const asked = askedStep({ reply }, reply.answer);
  return asked ? texts.heardStep(asked) : texts.heard(reply.answer);
}

function waiting(context, turn) {
  const { texts } = context;
  const caption = el("span", {}, texts.searching);
  const stop = el("button", { type: "button", class: "plain-button", onclick: () => turn.pending?.abort() }, texts.stop);
  const dots = el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i"));
  const line = el("div", { class: "waiting" });
  const show = () => line.append(dots, caption, stop);
  const tell = () => {
    caption.textContent = texts.slow;
    context.announce(texts.slow);
  };
  turn.timers = [setTimeout(show, WAITING_AFTER_MS), setTimeout(tell, SLOW_AFTER_MS)];
  return line;
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
  const { answer, status, results, takes_feedback } = turn.reply;
  const unsure = status === "uncertain";
  const note = unsure ? el("p", { class: "notice notice-unsure", lang: context.language }, texts.uncertain) : null;
  const card = answerCard(context, turn, answer, note);
  const rating = takes_feedback !== false && feedbackBar(context, ratedTurn(context, turn));
  card.append(inInterfaceLanguage(context, answerTools(context, answer), rating));
  const rivals = results.filter((result) => result.document_id !== answer.document_id);
  const list = () => resultList(context, turn, rivals);
  const alternatives = rivals.length ? folded(texts.alternatives(rivals.length), "rivals", list, unsure) : null;
  const same = similarFold(context, turn, results[0]);
  return el("div", { class: "answer-block" }, card, same, alternatives, unsure ? elsewhere(context, turn) : null);
}

function ratedTurn(context, turn) {
  const askId = turn.reply.ask_id;
  return {
    name: `reason-${turn.id}`,
    rating: turn.rating,
    send: (...said) => context.client.feedback(askId, ...said),
    rated: (rating, reason, comment) => {
      turn.rating = rating;
      context.save();
      context.emit("feedback", { askId, rating, reason, comment });
    },
  };
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

/* The question back: each choice is asked in the same conversation when it is picked. */
function clarification(context, turn) {
  const { texts } = context;
  const { choices, results } = turn.reply;
  const asked = turn.reply.clarification || texts.clarify;
  const chosen = new Set(choices.map((choice) => choice.document_id));
  const rivals = results.filter((result) => !chosen.has(result.document_id));
  return el(
    "div",
    { class: "clarify" },
    el("h3", { lang: languageOf(asked) }, asked),
    el("ul", { class: "choices" }, choices.map((choice) => el("li", {}, choiceButton(context, turn, choice)))),
    rivals.length > 0 && folded(texts.alternatives(rivals.length), "rivals", () => resultList(context, turn, rivals)),
    elsewhere(context, turn),
  );
}

function choiceButton(context, turn, choice) {
  const { label, question, product } = choice;
  const onclick = () => context.ask(question, { product: turn.product });
  const mark = product && !letters(label.toLowerCase()).includes(letters(product.toLowerCase()));
  return el(
    "button",
    { type: "button", class: "choice", lang: languageOf(label), onclick },
    el("span", {}, label),
    mark && el("span", { class: "product-mark" }, product),
  );
}

/* Where to go next: the other products, all documents, then the place the site has named. */
function elsewhere(context, turn) {
  const { texts, settings } = context;
  const all = new URL("kb", settings.base).href;
  const parts = [
    turn.product &&
      el(
        "button",
        { type: "button", class: "plain-button", onclick: () => context.ask(turn.question, { product: null }) },
        texts.everywhere,
      ),
    el("a", { class: "plain-button", href: all, target: "_blank", rel: "noopener" }, icon("list"), el("span", {}, texts.browse)),
    settings.helpUrl &&
      el("a", { class: "plain-button", href: settings.helpUrl, target: "_blank", rel: "noopener" }, icon("page"), el("span", {}, settings.helpText || texts.help)),
  ].filter(Boolean);
  return el("section", {}, el("h4", {}, texts.next), el("div", { class: "elsewhere" }, parts));
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
