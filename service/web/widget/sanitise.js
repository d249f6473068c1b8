/* The service sends safe HTML. This is the second lock: an allow-list over an inert document, whose nodes are then moved. */

const ALLOWED_TAGS = new Set(
  ("a abbr b blockquote br caption code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre " +
    "s samp small span strong sub summary sup table tbody td tfoot th thead tr tt u ul var").split(" "),
);
const DROPPED_WHOLE = new Set(
  "script style template iframe object embed noscript svg math form select textarea button title head link meta".split(" "),
);
const ALLOWED_ATTRIBUTES = {
  a: ["href", "title"],
  img: ["src", "alt", "title"],
  ol: ["start"],
  td: ["colspan", "rowspan"],
  th: ["colspan", "rowspan", "scope"],
};
/* Classes of Pygments are short; every class of this interface is longer, so no document can borrow one. */
const CODE_CLASS = /^(highlight|codehilite|language-[\w+#.-]+|[a-z]{1,2}\d?)$/;

function safeUrl(address, base, schemes = ["http:", "https:", "mailto:"]) {
  try {
    const url = new URL(address, base);
    return schemes.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/* Pages that demand Trusted Types get a policy; what it lets through only ever reaches an inert document. */
const HTML_POLICY = (() => {
  const same = { createHTML: (text) => text };
  try {
    return globalThis.trustedTypes ? globalThis.trustedTypes.createPolicy("expert-answers", same) : same;
  } catch {
    return same;
  }
})();

function parseInert(html) {
  try {
    return new DOMParser().parseFromString(HTML_POLICY.createHTML(html), "text/html").body;
  } catch {
    const body = document.implementation.createHTMLDocument("").body;
    body.textContent = html.replace(/<[^>]*>/g, "");
    return body;
  }
}

function safeFragment(html, base) {
  const fragment = document.createDocumentFragment();
  for (const node of parseInert(html || "").childNodes) appendSafe(fragment, node, base);
  return fragment;
}

function appendSafe(parent, node, base) {
  if (node.nodeType === Node.TEXT_NODE) {
    parent.append(node.data);
    return;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  const tag = node.localName;
  if (DROPPED_WHOLE.has(tag)) return;
  const copy = ALLOWED_TAGS.has(tag) ? safeElement(node, tag, base) : parent;
  for (const child of node.childNodes) appendSafe(copy, child, base);
  if (copy !== parent) parent.append(copy);
}

function safeElement(node, tag, base) {
  const copy = document.createElement(headingBelowTitle(tag));
  for (const name of ALLOWED_ATTRIBUTES[tag] || []) {
    if (node.hasAttribute(name)) copy.setAttribute(name, node.getAttribute(name));
  }
  const classes = [...node.classList].filter((name) => CODE_CLASS.test(name));
  if (classes.length) copy.className = classes.join(" ");
  if (tag === "a") makeLinkSafe(copy, base);
  if (tag === "img") makeImageSafe(copy, base);
  return copy;
}

/* An answer's title is a third-level heading here; nothing inside it may stand above that. */
function headingBelowTitle(tag) {
  return { h1: "h4", h2: "h4", h3: "h4", h4: "h5", h5: "h6" }[tag] || tag;
}

function makeLinkSafe(link, base) {
  const url = safeUrl(link.getAttribute("href") || "", base);
  link.removeAttribute("href");
  if (!url) return;
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}

function makeImageSafe(image, base) {
  const url = safeUrl(image.getAttribute("src") || "", base, ["http:", "https:"]);
  image.removeAttribute("src");
  image.loading = "lazy";
  image.referrerPolicy = "no-referrer";
  if (!image.hasAttribute("alt")) image.alt = "";
  if (url) image.src = url;
}
