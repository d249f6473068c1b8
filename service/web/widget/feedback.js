/* Up or down. A vote counts at once; down then asks why, and sending the reason replaces the bare vote. */

/* `subject` is what is rated: its `name` on the page, the `rating` it has, `send` to the service, `rated` once it is there. */
function feedbackBar(context, subject) {
  const { texts } = context;
  const bar = el("div", { class: "feedback" });
  const vote = async (rating, reason = null, comment = null) => {
    try {
      await subject.send(rating, reason, comment);
    } catch (failure) {
      if (!(failure instanceof ServiceFailure)) throw failure;
      show(votes(failure.message || texts.unsent));
      context.announce(failure.message || texts.unsent);
      return;
    }
    subject.rated(rating, reason, comment);
    if (rating === "down" && !reason && !comment) askWhy();
    else thank();
  };
  const thank = () => {
    show(said(texts.thanks));
    context.announce(texts.thanks);
  };
  /* The reasons appear where the focus was, so that the keyboard finds them. */
  const askWhy = () => {
    const form = reasonForm(context, subject.name, (reason, comment) => (reason || comment ? vote("down", reason, comment) : thank()));
    show(form);
    form.scrollIntoView({ block: "nearest" });
    form.querySelector("input").focus({ preventScroll: true });
  };
  /* What is replaced may hold the focus; without a place of its own the keyboard would start over from the top. */
  const show = (part) => {
    const hadFocus = bar.contains(context.root.activeElement);
    bar.replaceChildren(part);
    if (hadFocus) part.focus({ preventScroll: true });
  };
  const said = (text) => el("p", { class: "feedback-said", tabindex: "-1" }, text);
  const votes = (problem = null) => {
    const up = voteButton("up", texts.helpful, () => vote("up"));
    const down = voteButton("down", texts.unhelpful, () => vote("down"));
    return el("div", { tabindex: "-1" }, el("div", { class: "votes" }, up, down), problem && said(problem));
  };
  show(subject.rating ? said(texts.thanks) : votes());
  return bar;
}

/* Not disabled once it is pressed, as that would take the focus from it: it only stops counting. */
function voteButton(name, label, onclick) {
  const button = el("button", { type: "button", class: `plain-button vote-${name}` }, icon(name), el("span", {}, label));
  button.addEventListener("click", () => {
    const bar = button.parentElement;
    if (bar.hasAttribute("aria-busy")) return;
    bar.setAttribute("aria-busy", "true");
    onclick();
  });
  return button;
}

function reasonForm(context, name, send) {
  const { texts } = context;
  const choice = ([value, label]) =>
    el("label", { class: "reason" }, el("input", { type: "radio", name, value }), el("span", {}, label));
  const comment = el("textarea", { rows: "2", "aria-label": texts.comment, placeholder: texts.comment, maxlength: "1000" });
  const form = el(
    "form",
    { class: "reasons", tabindex: "-1" },
    el("fieldset", {}, el("legend", {}, texts.why), el("div", { class: "reason-row" }, Object.entries(texts.reasons).map(choice))),
    comment,
    el("button", { type: "submit", class: "solid-button" }, texts.submit),
  );
  let sent = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (sent) return;
    sent = true;
    send(new FormData(form).get(name), comment.value.trim() || null);
  });
  return form;
}
