// Elements of the page. Text is set as text and never as markup: reports come from outside.

/** An element with its properties, listeners (on) and children; null and false are left out. */
function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
}

/** Children that are there, out of lists of lists. */
function present(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false);
}

/** Fills the places {name} of a sentence. */
function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** An identifier that nobody else makes; also where the page is not served over TLS. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Today by the coder's own calendar. */
function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** A button with a name, what it does and, where there is one, its key. */
function button(label, run, { key = "", title = "", pressed = null, kind = "" } = {}) {
  const tip = key ? `${title || label} (${key})` : title || null;
  return el("button", { type: "button", class: `evc-button ${kind}`.trim(), title: tip, "aria-pressed": pressed === null ? null : String(pressed), "aria-keyshortcuts": key || null, on: { click: run } }, label, key ? el("kbd", { "aria-hidden": "true", text: key }) : null);
}

/** Scrolls a box so that a place within it can be seen, and nothing around the box. */
function reveal(box, node, share = 0.22) {
  const outer = box.getBoundingClientRect();
  const inner = node.getBoundingClientRect();
  const margin = outer.height * share;
  if (inner.top < outer.top + margin) box.scrollTop -= outer.top + margin - inner.top;
  else if (inner.bottom > outer.bottom - margin) {
    box.scrollTop += Math.min(inner.bottom - outer.bottom + margin, inner.top - outer.top - margin);
  }
}
