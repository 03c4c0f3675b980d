// The parts of the disagreement browser: the list of units, and one unit as each coder has it.

class DifferenceList {
  constructor(words, codes, { choose, filter, openOnly }) {
    Object.assign(this, { words, choose });
    this.progress = el("p", { class: "evc-progress" });
    this.bar = el("div", { class: "evc-bar", "aria-hidden": "true" }, el("div"));
    this.filter = el("select", { class: "evc-search evc-filter", "aria-label": words.filter_code, on: { change: () => filter(this.filter.value) } }, el("option", { value: "", text: words.all_codes }), codes.map(({ id, label }) => el("option", { value: id, text: label })));
    this.only = button(words.open_only, openOnly, { key: "o", pressed: false, kind: "evc-small evc-only" });
    this.list = el("div", { id: "evc-units", class: "evc-list", role: "listbox", tabindex: "0", "aria-label": words.disagreements });
    this.node = el("nav", { class: "evc-documents", "aria-label": words.disagreements }, el("h2", { class: "evc-label", text: words.disagreements }), this.progress, this.bar, this.filter, this.only, this.list);
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-at]");
      if (row) this.choose(Number(row.dataset.at));
    });
  }

  /** rows: {label, kind, decided, document, title, finished}, in order; at: index of the chosen one. */
  show(rows, at, { done, all }) {
    this.progress.textContent = filled(this.words.settled_progress, { done, all });
    this.bar.firstChild.style.width = `${(100 * done) / Math.max(1, all)}%`;
    const groups = [];
    rows.forEach((row, index) => {
      if (!groups.length || groups[groups.length - 1].document !== row.document) groups.push({ document: row.document, title: row.title, finished: row.finished, rows: [] });
      groups[groups.length - 1].rows.push({ ...row, index });
    });
    this.list.replaceChildren(...groups.map((group) => el("div", { role: "group", "aria-label": group.title, class: "evc-unit-group" }, el("div", { class: "evc-unit-document", role: "presentation" }, el("span", { text: group.title }), group.finished ? el("span", { class: "evc-given", text: " ✓" }) : null), group.rows.map((row) => this._row(row, at)))));
    const here = this.list.querySelector("[aria-selected=true]");
    if (here) {
      this.list.setAttribute("aria-activedescendant", here.id);
      reveal(this.list, here);
    } else this.list.removeAttribute("aria-activedescendant");
  }

  _row(row, at) {
    const state = row.decided ? "complete" : "unread";
    const told = this.words[row.decided ? "state_settled" : "state_open"];
    return el("div", { id: `evc-unit-${row.index}`, class: `evc-document evc-${state}`, role: "option", "aria-selected": String(row.index === at), "data-at": row.index }, el("span", { class: "evc-state", role: "img", "aria-label": told, title: told }), el("span", { class: "evc-title", text: row.label }), el("span", { class: "evc-id", text: this.words[`differ_${row.kind}`] }));
  }
}

class DifferenceCard {
  constructor(words, coders, label, { choose, finish, go }) {
    Object.assign(this, { words, coders, label, choose, finish, go });
    this.node = el("aside", { class: "evc-side evc-unit", "aria-label": words.reading_side_by_side });
  }

  show({ unit, code, decision, left, finished, editing }) {
    const { words } = this;
    if (!unit) {
      this.node.replaceChildren(el("p", { class: "evc-quiet evc-pad", text: words.no_disagreements }));
      return;
    }
    const name = (id) => this.coders.find((coder) => coder.id === id)?.name || id;
    const choices = [
      ...unit.said.map((one, index) => [one.coder_id, filled(words.as_coder, { coder: name(one.coder_id) }), String(index + 1)]),
      ["all", words.all_of_them, "+"], ["neither", words.neither, "0"], ["edited", words.edit_passage, "e"],
    ];
    this.node.replaceChildren(...present([
      el("div", { class: "evc-unit-head" }, el("h2", { class: `evc-unit-code k-${code.kind}`, text: this.label(unit.code_id) }), el("p", { class: "evc-quiet", text: words[`differ_${unit.kind}_long`] }), code.definition ? el("p", { class: "evc-unit-definition", text: code.definition }) : null),
      editing ? el("p", { class: "evc-note evc-from", text: words.editing }) : null,
      el("div", { class: "evc-said-all", tabindex: "0", role: "region", "aria-label": words.reading_side_by_side }, unit.said.map((one, index) => this._said(one, index, name(one.coder_id)))),
      el("div", { class: "evc-decide", role: "group", "aria-label": words.consensus }, el("h3", { class: "evc-label", text: words.consensus }), choices.map(([choice, text, key]) => button(text, () => this.choose(choice), { key, pressed: decision?.choice === choice }))),
      el("div", { class: "evc-finish" }, el("p", { class: "evc-quiet", text: finished ? words.document_finished : filled(words.document_left, { left }) }), button(words.finish_document, this.finish, { key: "w", pressed: finished })),
    ]));
  }

  _said(one, index, name) {
    const { words } = this;
    const marks = one.marks.map((mark) => el("li", {}, el("button", { type: "button", class: "evc-mark-quote", on: { click: () => this.go(mark) } }, `“${mark.quote}”`), el("span", { class: "evc-quiet", text: [words[mark.polarity], mark.certainty === "unsure" ? words.unsure : ""].filter(Boolean).join(", ") })));
    return el("section", { class: `evc-said k-coder${Math.min(index, 3)}` }, el("h3", { text: name }), marks.length ? el("ul", {}, marks) : el("p", { class: "evc-quiet", text: words.not_given }), one.beside.length ? el("p", { class: "evc-quiet", text: filled(words.gave_instead, { codes: one.beside.map((id) => this.label(id)).join(", ") }) }) : null);
  }
}
