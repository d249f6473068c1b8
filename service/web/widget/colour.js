/* An accent colour chosen by a site must stay readable on our surfaces, whatever it is. */

function parseColour(text, probe) {
  probe.style.color = "";
  probe.style.color = text;
  const parts = /^rgba?\((\d+), (\d+), (\d+)/.exec(probe.style.color ? getComputedStyle(probe).color : "");
  probe.style.color = "";
  return parts ? parts.slice(1, 4).map(Number) : null;
}

function luminance(colour) {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/* `colour`, moved towards `target` only as far as text on `surface` needs (WCAG AA, 4.5 to 1). */
function readableOn(colour, surface, target) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((value, index) => Math.round(value + (target[index] - value) * share));
    if (contrast(mixed, surface) >= 4.5) return mixed;
  }
  return target;
}

function applyAccent(root, accent, dark) {
  const colour = accent && parseColour(accent, root);
  if (!colour) return;
  const [black, white] = [[17, 20, 24], [255, 255, 255]];
  /* The tinted surfaces are a little darker or lighter than the panel, so the panel's far neighbour is the measure. */
  const text = dark ? readableOn(colour, [38, 43, 51], white) : readableOn(colour, [238, 241, 245], black);
  const onFill = contrast(colour, white) >= contrast(colour, black) ? white : black;
  const css = (parts) => `rgb(${parts.join(" ")})`;
  root.style.setProperty("--fill", css(colour));
  root.style.setProperty("--on-fill", css(onFill));
  root.style.setProperty("--link", css(text));
}

const DARK = matchMedia("(prefers-color-scheme: dark)");

/* The theme that the page or else its reader wants. */
function dress(surface, { theme, accent }) {
  const dark = theme === "dark" || (theme !== "light" && DARK.matches);
  surface.dataset.theme = dark ? "dark" : "light";
  applyAccent(surface, accent, dark);
}
