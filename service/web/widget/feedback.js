/* Up or down. A vote counts at once; down then asks why, and sending the reason replaces the bare vote. */

function feedbackBar(context, turn) {
  const { texts } = context;
  const bar = el("div", { class: "feedback" });
  const vote = async (rating, reason = null, comment = null) => {
    try {
      await context.client.feedback(turn.reply.ask_id, rating, reason, comment);
    } catch (failure) {
      if (!(failure instanceof ServiceFailure)) throw failure;
      show(votes(failure.message || texts.unsent));
      context.announce(failure.message || texts.unsent);
      return;
    }
    turn.rating = rating;
    context.save();
    context.emit("feedback", { askId: turn.reply.ask_id, rating, reason, comment });
    if (rating === "down" && !reason && !comment) askWhy();
    else thank();
  };
  const thank = () => {
    show(said(texts.thanks));
    context.announce(texts.thanks);
  };
  /* The reasons appear where the focus was, so that the keyboard finds them. */
  const askWhy = () => {
    const form = reasonForm(context, turn, (reason, comment) => (reason || comment ? vote("down", reason, comment) : thank()));
    show(form);
    form.scrollIntoView({ block: "nearest" });
    form.querySelector("input").focus({ preventScroll: true });
  };
  const show = (...parts) => bar.replaceChildren(...parts);
  const said = (text) => el("p", { class: "feedback-said" }, text);
  const votes = (problem = null) => {
    const up = voteButton("up", texts.helpful, () => vote("up"));
    const down = voteButton("down", texts.unhelpful, () => vote("down"));
    return el("div", {}, el("div", { class: "votes" }, up, down), problem && said(problem));
  };
  show(turn.rating ? said(texts.thanks) : votes());
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
