/* What the page asks for: data attributes of the element, else of the script that brought us. */

const SCRIPT =
  document.currentScript || [...document.scripts].find((script) => /\/widget\.js(\?|$)/.test(script.src)) || null;

function readSettings(element) {
  const read = (name, fallback = "") => element.dataset[name] ?? SCRIPT?.dataset[name] ?? fallback;
  const list = (name, separator) =>
    read(name)
      .split(separator)
      .map((part) => part.trim())
      .filter(Boolean);
  return {
    base: new URL(".", SCRIPT?.src || document.baseURI).href,
    wholePage: read("mode") === "page",
    product: read("product") || null,
    products: list("products", ","),
    language: chooseLanguage(read("language")),
    theme: read("theme", "auto"),
    title: read("title"),
    accent: read("accent"),
    position: read("position") === "left" ? "left" : "right",
    shortcut: parseShortcut(read("shortcut")),
    questions: list("questions", "|"),
    open: ["", "true"].includes(read("open", "false")),
    helpUrl: read("helpUrl") ? safeUrl(read("helpUrl"), document.baseURI) : null,
    helpText: read("helpText"),
    timeout: Number(read("timeout")) || 30,
  };
}

/* "ctrl+k", "alt+/"; "mod" is Command on a Mac and Control elsewhere. */
function parseShortcut(text) {
  const keys = text.toLowerCase().split("+").map((key) => key.trim());
  const key = keys.pop();
  if (!key) return null;
  const mac = /mac|iphone|ipad/i.test(navigator.platform);
  const holds = (name) => keys.includes(name) || (keys.includes("mod") && name === (mac ? "meta" : "ctrl"));
  return { key, ctrl: holds("ctrl"), alt: holds("alt"), shift: holds("shift"), meta: holds("meta") };
}

function matchesShortcut(event, shortcut) {
  return (
    shortcut !== null &&
    event.key.toLowerCase() === shortcut.key &&
    event.ctrlKey === shortcut.ctrl &&
    event.altKey === shortcut.alt &&
    event.metaKey === shortcut.meta &&
    (event.shiftKey === shortcut.shift || !/^[a-z]$/.test(shortcut.key))
  );
}
