// The documents, and what this coder has made of each: not opened, begun, read whole.

class Documents {
  constructor(rows, words, { open, leave }) {
    Object.assign(this, { rows, words, open, leave });
    this.at = null;
    this.shown = null;
    this.input = el("input", { type: "text", class: "evc-search", role: "combobox", "aria-expanded": "true", "aria-controls": "evc-documents", "aria-autocomplete": "list", "aria-label": words.search_documents, placeholder: words.search_documents, autocomplete: "off", spellcheck: "false", on: { input: () => this._searched(), keydown: (event) => this._key(event), focus: () => this.paint(), blur: () => this.paint() } });
    this.list = el("div", { id: "evc-documents", class: "evc-list", role: "listbox", tabindex: "0", "aria-label": words.documents, on: { keydown: (event) => this._key(event), focus: () => this.paint(), blur: () => this.paint() } });
    this.progress = el("p", { class: "evc-progress" });
    this.bar = el("div", { class: "evc-bar", "aria-hidden": "true" }, el("div"));
    this.node = el("nav", { class: "evc-documents", "aria-label": words.documents }, el("h2", { class: "evc-label", text: words.documents }), this.progress, this.bar, this.input, this.list);
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const id = event.target.closest("[data-id]")?.dataset.id;
      if (id) this.open(id);
    });
  }

  row(id) {
    return this.rows.find((row) => row.id === id);
  }

  /** The document a number of places after another, or null past the ends. */
  beside(id, step) {
    return this.rows[this.rows.findIndex((row) => row.id === id) + step]?.id ?? null;
  }

  mark(id, state) {
    const row = this.row(id);
    if (!row || row.state === state) return;
    row.state = state;
    this.paint();
  }

  opened(id) {
    this.shown = id;
    this.at = id;
    this.paint();
    const here = this.list.querySelector("[aria-selected=true]");
    if (here) reveal(this.list, here);
  }

  focus() {
    this.at = this.shown;
    this.input.focus({ preventScroll: true });
  }

  paint() {
    const done = this.rows.filter((row) => row.state === "complete").length;
    this.progress.textContent = filled(this.words.progress, { done, all: this.rows.length });
    this.bar.firstChild.style.width = `${(100 * done) / Math.max(1, this.rows.length)}%`;
    const holder = [this.input, this.list].find((node) => node === document.activeElement);
    const rows = this._rows();
    this.list.replaceChildren(...rows.map((row) => el("div", { id: `evc-document-${row.id}`, class: `evc-document evc-${row.state}${holder && row.id === this.at ? " evc-at" : ""}`, role: "option", "aria-selected": String(row.id === this.shown), "data-id": row.id }, el("span", { class: "evc-state", role: "img", "aria-label": this.words[`state_${row.state}`], title: this.words[`state_${row.state}`] }), el("span", { class: "evc-title", text: row.title }), el("span", { class: "evc-id", text: `${row.project} · ${row.wave}` }))));
    for (const node of [this.input, this.list]) {
      if (node === holder && rows.some((row) => row.id === this.at)) node.setAttribute("aria-activedescendant", `evc-document-${this.at}`);
      else node.removeAttribute("aria-activedescendant");
    }
    const here = this.list.querySelector(".evc-at");
    if (here) reveal(this.list, here, 0.05);
  }

  _rows() {
    const asked = plain(this.input.value).split(/\s+/).filter(Boolean);
    return this.rows.filter((row) => asked.every((word) => plain(`${row.title} ${row.id} ${row.wave}`).includes(word)));
  }

  _searched() {
    this.at = this._rows()[0]?.id ?? null;
    this.paint();
  }

  _key(event) {
    const rows = this._rows();
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) {
      const index = rows.findIndex((row) => row.id === this.at) + steps[event.key];
      this.at = rows[Math.max(0, Math.min(rows.length - 1, index))]?.id ?? null;
      this.paint();
    } else if (event.key === "Enter") {
      if (this.at) this.open(this.at);
      this.leave();
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.leave();
      this.paint();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
