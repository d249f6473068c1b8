/* Up or down, once for each answer; down asks why before it is sent, so that one vote is one record. */

function feedbackBar(context, turn) {
  const { texts } = context;
  const bar = el("div", { class: "feedback" });
  const said = (text) => {
    bar.replaceChildren(el("p", { class: "feedback-said" }, text));
    context.announce(text);
  };
  const send = async (rating, reason, comment) => {
    try {
      await context.client.feedback(turn.reply.ask_id, rating, reason, comment);
    } catch (failure) {
      if (!(failure instanceof ServiceFailure)) throw failure;
      showVotes(texts.unsent);
      context.announce(texts.unsent);
      return;
    }
    turn.rating = rating;
    context.save();
    context.emit("feedback", { askId: turn.reply.ask_id, rating, reason });
    said(texts.thanks);
  };
  const showVotes = (problem = null) => {
    const up = voteButton("up", texts.helpful, () => send("up", null, null));
    const down = voteButton("down", texts.unhelpful, () => showReasons());
    bar.replaceChildren(el("div", { class: "votes" }, up, down), ...(problem ? [el("p", { class: "feedback-said" }, problem)] : []));
  };
  const showReasons = () => {
    const form = reasonForm(context, turn, (reason, comment) => send("down", reason, comment));
    bar.replaceChildren(form);
    form.scrollIntoView({ block: "nearest" });
    form.querySelector("input").focus({ preventScroll: true });
  };
  if (turn.rating) bar.replaceChildren(el("p", { class: "feedback-said" }, texts.thanks));
  else showVotes();
  return bar;
}

function voteButton(name, label, onclick) {
  const once = (event) => {
    event.currentTarget.disabled = true;
    onclick();
  };
  return el("button", { type: "button", class: `plain-button vote-${name}`, onclick: once }, icon(name), el("span", {}, label));
}

function reasonForm(context, turn, send) {
  const { texts } = context;
  const name = `reason-${turn.id}`;
  const choice = ([value, label]) =>
    el("label", { class: "reason" }, el("input", { type: "radio", name, value }), el("span", {}, label));
  const comment = el("textarea", { rows: "2", "aria-label": texts.comment, placeholder: texts.comment, maxlength: "1000" });
  const form = el(
    "form",
    { class: "reasons" },
    el("fieldset", {}, el("legend", {}, texts.why), el("div", { class: "reason-row" }, Object.entries(texts.reasons).map(choice))),
    comment,
    el("button", { type: "submit", class: "solid-button" }, texts.submit),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelector("[type=submit]").disabled = true;
    send(new FormData(form).get(name), comment.value.trim() || null);
  });
  return form;
}
