// The codebook: a tree that a search narrows, with the definition of the code one is on.

class Codebook {
  /** `given()` tells the codes of the passage; `toggle(code)` and `leave()` are the coder's. */
  constructor(codes, words, language, { given, toggle, leave }) {
    Object.assign(this, { words, language, given, toggle, leave });
    this.byId = new Map(codes.map((code) => [code.code_id, code]));
    this.rows = tree(codes, words, language);
    this.closed = new Set();
    this.at = null;
    this.input = el("input", { type: "text", class: "evc-search", role: "combobox", "aria-expanded": "true", "aria-controls": "evc-tree", "aria-autocomplete": "list", "aria-label": words.search_codes, placeholder: words.search_codes, autocomplete: "off", spellcheck: "false", on: { input: () => this._searched(), keydown: (event) => this._key(event, false), focus: () => this.paint(), blur: () => this.paint() } });
    this.tree = el("div", { id: "evc-tree", class: "evc-tree", role: "tree", tabindex: "0", "aria-label": words.codebook, "aria-multiselectable": "true", on: { keydown: (event) => this._key(event, true), focus: () => this.paint(), blur: () => this.paint() } });
    this.definition = el("div", { class: "evc-definition", id: "evc-definition", role: "region", tabindex: "0", "aria-label": words.definition });
    this.node = el("section", { class: "evc-codebook", "aria-label": words.codebook }, el("h2", { class: "evc-label", text: words.codebook }), this.input, this.tree, this.definition);
    this.tree.addEventListener("mousedown", (event) => event.preventDefault());
    this.tree.addEventListener("click", (event) => this._clicked(event));
    this.paint();
  }

  label(id) {
    const code = this.byId.get(id);
    return code ? code[`label_${this.language}`] || code.label_en || id : id;
  }

  kind(id) {
    return this.byId.get(id)?.kind || "";
  }

  /** Goes to the search field with everything in view. */
  search(text = "") {
    this.input.value = text;
    this._searched();
    this.input.focus({ preventScroll: true });
  }

  paint() {
    const given = new Set(this.given());
    const shown = this._shown();
    if (!shown.some((row) => row.id === this.at)) this.at = null;
    const active = document.activeElement === this.input || document.activeElement === this.tree;
    this.tree.replaceChildren(...shown.map((row) => this._row(row, given, active)));
    const at = active && this.at ? `evc-row-${this.at}` : null;
    for (const node of [this.input, this.tree]) {
      if (at && node === document.activeElement) node.setAttribute("aria-activedescendant", at);
      else node.removeAttribute("aria-activedescendant");
    }
    this._define();
    const here = this.tree.querySelector(".evc-at");
    if (here) reveal(this.tree, here, 0.05);
  }

  _row(row, given, active) {
    const expanded = row.group ? !this.closed.has(row.id) || Boolean(this.input.value.trim()) : null;
    const classes = `evc-row evc-level-${row.level}${row.group ? " evc-group" : ""}${row.id === this.at && active ? " evc-at" : ""}`;
    return el("div", { id: `evc-row-${row.id}`, class: classes, role: "treeitem", "aria-level": row.level, "aria-expanded": expanded === null ? null : String(expanded), "aria-selected": row.codable ? String(given.has(row.id)) : null, "data-id": row.id }, el("span", { class: `evc-dot k-${row.kind}`, "aria-hidden": "true" }), el("span", { text: row.label }), given.has(row.id) ? el("span", { class: "evc-given", "aria-hidden": "true", text: "✓" }) : null);
  }

  _define() {
    const code = this.byId.get(this.at);
    const parts = code ? ["definition", "include", "exclude"].map((name) => [name, code[name]]) : [];
    const told = parts.filter(([, text]) => text).map(([name, text]) => el("p", {}, el("b", { text: this.words[name] }), ` ${text}`));
    this.definition.replaceChildren(...(code ? [el("p", { class: "evc-defined", text: this.label(this.at) }), ...told] : [el("p", { class: "evc-quiet", text: this.words[this.tree.childElementCount ? "definition_none" : "no_hits"] })]));
    this.definition.scrollTop = 0;
  }

  /** Rows that the search leaves, with the groups above them; all, but for closed groups, without. */
  _shown() {
    const asked = plain(this.input.value).split(/\s+/).filter(Boolean);
    if (!asked.length) return this.rows.filter((row) => !row.above.some((id) => this.closed.has(id)));
    const kept = new Set();
    for (const row of this.rows) {
      row.score = row.codable ? score(row, asked) : 0;
      if (row.score) [row.id, ...row.above].forEach((id) => kept.add(id));
    }
    return this.rows.filter((row) => kept.has(row.id));
  }

  _searched() {
    const best = this._shown().filter((row) => row.codable);
    if (this.input.value.trim()) best.sort((a, b) => b.score - a.score);
    this.at = best.length ? best[0].id : null;
    this.paint();
  }

  _clicked(event) {
    const id = event.target.closest("[data-id]")?.dataset.id;
    const row = this.rows.find((one) => one.id === id);
    if (!row) return;
    this.at = id;
    if (row.codable) this.toggle(id);
    else this._open(row, this.closed.has(id));
    this.paint();
  }

  _open(row, open) {
    if (open) this.closed.delete(row.id);
    else this.closed.add(row.id);
  }

  _key(event, inTree) {
    const shown = this._shown();
    const rows = inTree ? shown : shown.filter((row) => row.codable);
    const index = rows.findIndex((row) => row.id === this.at);
    const row = rows[index];
    const go = (to) => { this.at = rows[Math.max(0, Math.min(rows.length - 1, to))]?.id ?? null; };
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) go(index + steps[event.key]);
    else if (event.key === "Enter" || (inTree && event.key === " ")) {
      if (row?.codable) this.toggle(row.id, event);
      else if (row) this._open(row, this.closed.has(row.id));
      if (!inTree && row?.codable) this.input.select();
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.leave();
    }
    else if (inTree && event.key === "ArrowRight" && row?.group) this._open(row, true);
    else if (inTree && event.key === "ArrowLeft") {
      if (row?.group && !this.closed.has(row.id)) this._open(row, false);
      else if (row?.above.length) this.at = row.above[row.above.length - 1];
    } else if (inTree && event.key === "Home") go(0);
    else if (inTree && event.key === "End") go(rows.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.paint();
  }
}

/** Kinds, groups and codes as rows in the order of the tree, each knowing what is above it. */
function tree(codes, words, language) {
  const below = new Map();
  for (const code of codes) {
    const above = code.parent_id || `kind:${code.kind}`;
    below.set(above, [...(below.get(above) || []), code]);
  }
  const rows = [];
  const add = (code, above) => {
    const label = code[`label_${language}`] || code.label_en || code.code_id;
    const names = [code.code_id, code.label_fi, code.label_sv, code.label_en].map(plain);
    rows.push({ id: code.code_id, kind: code.kind, label, level: above.length + 1, above, codable: code.codable, group: below.has(code.code_id), own: plain(label), names: names.join(" "), about: plain(`${code.definition} ${code.include}`), kindName: plain(words[`kind_${code.kind}`] || code.kind) });
    (below.get(code.code_id) || []).forEach((child) => add(child, [...above, code.code_id]));
  };
  for (const kind of [...new Set(codes.map((code) => code.kind))]) {
    const id = `kind:${kind}`;
    rows.push({ id, kind, label: words[`kind_${kind}`] || kind, level: 1, above: [], codable: false, group: true });
    (below.get(id) || []).forEach((code) => add(code, [id]));
  }
  return rows;
}

/** How well a code answers what was typed: by its own label before its other names before its definition. */
function score(row, asked) {
  let sum = 0;
  for (const word of asked) {
    if (row.own.startsWith(word)) sum += 8;
    else if (row.own.split(/[\s(-]+/).some((part) => part.startsWith(word))) sum += 6;
    else if (row.own.includes(word)) sum += 4;
    else if (row.names.includes(word) || row.kindName.startsWith(word)) sum += 2;
    else if (row.about.includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

/** Small letters without accents on them; å, ä and ö stay letters of their own. */
function plain(text) {
  return (text || "").normalize("NFC").toLocaleLowerCase().trim();
}
