/* One document as a card: what an expert would say first, then causes, steps, the whole text, and where to read on. */

function answerCard(context, turn, answer, note = null) {
  const { texts } = context;
  const full = answer.html;
  const structured = answer.steps.length > 0 || answer.causes.length > 0;
  /* Whoever asks about a step has read what stands before the steps. */
  const known = Boolean(askedStep(turn, answer));
  return el(
    "article",
    { class: "answer", lang: languageOf(answer.title + answer.summary) },
    note,
    el("h3", { class: "answer-title" }, answer.title),
    answerFacts(context, answer),
    !known && (structured || !repeats(full, answer.summary)) && summaryLine(answer),
    !known && answer.causes.length > 0 && causesSection(context, answer.causes),
    answer.steps.length > 0 && stepsSection(context, turn, answer),
    structured
      ? folded(texts.whole, "whole", () => prose(context, full), answer.steps.length === 0)
      : prose(context, full),
    answer.references.length > 0 && referencesSection(context, turn, answer.references),
  );
}

/* Of an answer that was asked for once more because of one of its steps: that step. */
function askedStep(turn, answer) {
  return answer === turn.reply.answer ? answer.steps[turn.reply.step - 1] : undefined;
}

function summaryLine(answer) {
  return el("p", { class: `answer-summary${answer.steps.length ? " answer-brief" : ""}` }, answer.summary);
}

function answerFacts(context, answer) {
  return el(
    "p",
    { class: "answer-facts" },
    answer.product && el("span", { class: "product-mark" }, answer.product),
    answer.date && el("time", { datetime: answer.date }, answer.date),
  );
}

function letters(text) {
  return text.replace(/[^\p{L}\p{N}]/gu, "");
}

/* A summary is often the answer's own first sentence: saying it twice helps nobody. */
function repeats(html, summary) {
  const start = letters(summary).slice(0, 40);
  return start !== "" && letters(parseInert(html).textContent).startsWith(start);
}

function prose(context, html) {
  const box = el("div", { class: "prose" }, safeFragment(html, context.settings.base));
  for (const block of box.querySelectorAll("pre")) addCopyButton(context, block);
  for (const table of box.querySelectorAll("table")) {
    const frame = el("div", { class: "wide-table", tabindex: "0" });
    table.replaceWith(frame);
    frame.append(table);
  }
  return box;
}

function addCopyButton(context, block) {
  const { texts } = context;
  block.tabIndex = 0;
  const frame = el("div", { class: "code-frame" });
  block.replaceWith(frame);
  frame.append(block, copyButton(context, texts.copy, () => block.textContent.trimEnd(), { bare: true }));
}

/* What is folded away is built when it is first unfolded: long conversations stay light. */
function folded(caption, kind, build, open = false) {
  const details = el("details", { class: `fold fold-${kind}` }, el("summary", {}, caption));
  const fill = () => {
    if (details.childElementCount === 1) details.append(build());
  };
  details.addEventListener("toggle", fill);
  if (open) {
    fill();
    details.open = true;
  }
  return details;
}

function causesSection(context, causes) {
  const item = (cause) =>
    el("li", {}, el("p", { class: "part-title" }, cause.title), bodyOf(context, cause));
  return folded(context.texts.causes(causes.length), "causes", () => el("ol", { class: "causes" }, causes.map(item)));
}

/* The body of a step or cause, unless it only says its title again. */
function bodyOf(context, part) {
  const body = prose(context, part.html);
  const bare = (text) => text.replace(/[\s:：。.]/g, "");
  return bare(body.textContent) === bare(part.title) || body.childNodes.length === 0 ? null : body;
}

function stepsSection(context, turn, answer) {
  const { texts } = context;
  const ticks = new Set((turn.ticks[answer.document_id] ??= []));
  const progress = el("span", { class: "steps-progress" });
  const count = () => (progress.textContent = texts.progress(ticks.size, answer.steps.length));
  const tick = (index, done) => {
    if (done) ticks.add(index);
    else ticks.delete(index);
    turn.ticks[answer.document_id] = [...ticks];
    count();
    context.save();
  };
  count();
  const section = el("section", { class: "steps" }, el("div", { class: "steps-head" }, el("h4", {}, texts.steps), progress));
  const asked = askedStep(turn, answer);
  let group = null;
  let list = null;
  answer.steps.forEach((step, index) => {
    if (list === null || step.group !== group) {
      group = step.group;
      list = el("ol", { class: "step-list" });
      section.append(...[group && el("h5", { class: "step-group" }, group), list].filter(Boolean));
    }
    const item = stepItem(context, step, ticks.has(index), (done) => tick(index, done));
    if (step === asked) markAsked(context, item);
    list.append(item);
  });
  return section;
}

function stepItem(context, step, done, tick) {
  const box = el("input", { type: "checkbox" });
  box.checked = done;
  const title = el("span", { class: "step-title" }, step.title);
  const label = el("label", { class: "step-head" }, box, el("span", { class: "step-number" }, `${step.number}.`), title);
  const item = el("li", { class: done ? "step step-done" : "step" }, label, bodyOf(context, step));
  box.addEventListener("change", () => {
    item.classList.toggle("step-done", box.checked);
    tick(box.checked);
  });
  return item;
}

function markAsked(context, item) {
  item.classList.add("step-asked");
  item.prepend(el("p", { class: "step-asked-mark", lang: context.language }, context.texts.askedStep));
}

function referencesSection(context, turn, references) {
  const { texts } = context;
  return el(
    "section",
    { class: "references" },
    el("h4", {}, texts.references),
    el("ul", {}, references.map((reference) => el("li", {}, referenceLink(context, turn, reference)))),
  );
}

function referenceLink(context, turn, reference) {
  if (reference.document_id) return documentLink(context, turn, reference.document_id, reference.title);
  const url = reference.url && safeUrl(reference.url, context.settings.base);
  return url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, reference.title) : reference.title;
}

/* A plain click shows the document here; opening it elsewhere stays possible, as with any link. */
function documentLink(context, turn, id, ...content) {
  const onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openDocument(context, turn, id);
  };
  return el("a", { href: context.client.page(id), target: "_blank", rel: "noopener", onclick }, ...content);
}

function answerTools(context, answer) {
  const { texts, client, settings } = context;
  const page = safeUrl(answer.url || client.page(answer.document_id), settings.base) || client.page(answer.document_id);
  return el(
    "div",
    { class: "answer-tools" },
    copyButton(context, texts.copyMarkdown, () => asMarkdown(texts, answer, page)),
    el("a", { class: "plain-button", href: page, target: "_blank", rel: "noopener" }, icon("page"), el("span", {}, texts.page)),
  );
}

function asMarkdown(texts, answer, page) {
  const links = answer.references.map((item) => (item.url ? `- [${item.title}](${item.url})` : `- ${item.title}`));
  const references = links.length ? `\n\n## ${texts.references}\n\n${links.join("\n")}` : "";
  return `# ${answer.title}\n\n${answer.markdown.trim()}${references}\n\n${texts.source}: ${page}\n`;
}
