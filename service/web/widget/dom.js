/* Building nodes without markup, so that no text can turn into an element and no policy is asked for. */

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  chat: "M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12.5h5",
  close: "M6 6l12 12M18 6 6 18",
  expand: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  clear: "M12 5v14M5 12h14",
  page: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  list: "M4 6h16M4 12h16M4 18h16",
  send: "M5 12h14M13 6l6 6-6 6",
  done: "M5 13l4.5 4.5L19 7.5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  up: "M7 11v9H4v-9zM7 11l4-8c1.8 0 2.7 1.3 2.3 3l-.8 3H18a2 2 0 0 1 2 2.4l-1.4 7a2 2 0 0 1-2 1.6H7",
  down: "M17 13V4h3v9zM17 13l-4 8c-1.8 0-2.7-1.3-2.3-3l.8-3H6a2 2 0 0 1-2-2.4l1.4-7A2 2 0 0 1 7.4 4H17",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function iconButton(name, label, onclick, extra = {}) {
  return el("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...extra }, icon(name));
}

/* Elements of `root` that Tab stops at, in order. */
function focusable(root) {
  const selector = "a[href], button, textarea, input, select, summary, [tabindex='0']";
  return [...root.querySelectorAll(selector)].filter((node) => !node.disabled && node.getClientRects().length > 0);
}

/* Tab goes round inside `root` instead of leaving it. */
function keepFocus(event, root, from) {
  const stops = focusable(root);
  const [first, last] = [stops[0], stops[stops.length - 1]];
  if (from !== (event.shiftKey ? first : last)) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}

async function copyText(text, root) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text, root);
  }
}

/* The clipboard interface is missing on plain-http pages and may be forbidden in frames. */
function copyBySelection(text, root) {
  const before = root.activeElement;
  const area = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
  area.value = text;
  root.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus();
  return copied;
}

/* A button that copies, and says so on itself for two seconds; `bare` shows its icon only. */
function copyButton(context, label, text, { bare = false } = {}) {
  const { texts } = context;
  const caption = el("span", { class: bare ? "visually-hidden" : null }, label);
  const button = el("button", { type: "button", class: bare ? "icon-button code-copy" : "plain-button", title: bare ? label : null });
  const show = (name, words) => {
    caption.textContent = words;
    button.replaceChildren(icon(name), caption);
  };
  button.addEventListener("click", async () => {
    const copied = await copyText(text(), context.root);
    show(copied ? "done" : "close", copied ? texts.copied : texts.uncopied);
    context.announce(caption.textContent);
    setTimeout(() => show("copy", label), 2000);
  });
  show("copy", label);
  return button;
}
