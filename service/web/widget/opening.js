/* Another document of a reply, fetched when it is asked for and shown below the answer. */

async function openDocument(context, turn, id) {
  const shown = turn.reply.answer?.document_id === id ? turn.item.querySelector(".answer") : null;
  if (shown) return context.scrollTo(shown);
  try {
    if (!turn.opened.some((answer) => answer.document_id === id)) {
      const found = await context.client.document(id);
      /* A second click may have been quicker. */
      if (!turn.opened.some((answer) => answer.document_id === id)) addOpened(context, turn, found);
    }
    const card = turn.item.querySelector(`.opened [data-document="${CSS.escape(id)}"]`);
    context.scrollTo(card);
    card.focus({ preventScroll: true });
    context.emit("document", { documentId: id });
  } catch (failure) {
    if (!(failure instanceof ServiceFailure)) throw failure;
    showPassingFailure(context, turn, id, failure);
  }
  return undefined;
}

function addOpened(context, turn, found) {
  turn.opened.push(found);
  context.save();
  turn.item.querySelector(".opened").append(openedCard(context, turn, found));
}

function showPassingFailure(context, turn, id, failure) {
  const { texts, announce } = context;
  const message = failure.message || texts.failures[failure.kind];
  const again = el("button", { type: "button", class: "solid-button" }, texts.retry);
  const notice = el("div", { class: "notice notice-failure" }, el("p", {}, message), el("div", { class: "notice-tools" }, again));
  again.addEventListener("click", () => {
    notice.remove();
    openDocument(context, turn, id);
  });
  for (const old of turn.item.querySelectorAll(".opened > .notice")) old.remove();
  turn.item.querySelector(".opened").append(notice);
  announce(message);
  context.scrollTo(notice);
}
