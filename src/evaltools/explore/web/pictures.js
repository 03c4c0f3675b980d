// Figures and tables of a chapter: each is drawn when it is opened, and follows while it is open.

class Pictures {
  constructor(parts) {
    Object.assign(this, { parts, opened: new Set(), node: el("section", { class: "evx-pictures" }) });
  }

  write(words, cells) {
    this.words = words;
    this.boxes = new Map(cells.map((cell) => [cell.label, this._box(cell)]));
    const boxes = [...this.boxes.values()].map((box) => box.node);
    this.node.replaceChildren(...present([boxes.length ? el("h3", { text: words.pictures }) : null, ...boxes]));
  }

  /** Those that are open, to be drawn anew. */
  wanted() {
    return [...this.boxes].filter(([label]) => this.opened.has(label)).map(([label]) => label);
  }

  _box({ label, heading }) {
    const content = el("div", { class: "evx-picture" });
    const node = el("details", { open: this.opened.has(label), "data-label": label, on: { toggle: () => this._toggled(label, node) } }, el("summary", {}, heading || label, el("code", { text: label })), content);
    return { node, content };
  }

  _toggled(label, node) {
    const known = this.opened.has(label);
    if (node.open && !known) {
      this.opened.add(label);
      this.boxes.get(label).content.replaceChildren(el("p", { class: "evx-quiet", text: this.words.drawing }));
      this.parts.draw(label);
    } else if (!node.open) this.opened.delete(label);
  }

  show(message) {
    const box = this.boxes.get(message.label);
    if (!box) return;
    const caption = message.caption ? el("p", { class: "evx-caption", text: message.caption }) : null;
    let shown = null;
    if (message.problem) shown = el("p", { class: "evx-error", text: message.problem });
    else if (message.picture) shown = el("img", { src: message.picture, alt: message.alt });
    else if (message.columns) {
      const side = (place) => (message.columns[place].right ? "evx-right" : null);
      const head = message.columns.map((one, place) => el("th", { scope: "col", class: side(place), text: one.label }));
      const rows = message.rows.map((row) => el("tr", {}, row.map((text, place) => el(place ? "td" : "th", { scope: place ? null : "row", class: side(place), text }))));
      shown = scrolled(message.caption || message.label, el("table", { class: "evx-table" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)));
    }
    box.content.replaceChildren(...present([shown, caption]));
  }
}

/** A box that scrolls, by keyboard as well, and says what is in it. */
function scrolled(label, node) {
  return el("div", { class: "evx-scroll", role: "region", tabindex: 0, "aria-label": label }, node);
}
