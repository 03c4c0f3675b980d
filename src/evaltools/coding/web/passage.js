// The passage one is at: its words, its codes with what can be said of each, its ties, and what
// has been suggested for it.

class PassageCard {
  constructor(words, codebook, commands) {
    Object.assign(this, { words, codebook, commands });
    this.body = el("div", { class: "evc-card-body" });
    this.node = el("section", { class: "evc-card", "aria-label": words.passage }, el("h2", { class: "evc-label", text: words.passage }), this.body);
  }

  /** rows: codings here, the exact ones first; focused: index of the one that keys act on. */
  show({ quote, rows, focused, relations, hints, from }) {
    const { words } = this;
    const held = document.activeElement && this.body.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    this.body.replaceChildren(...present([
      el("blockquote", { class: "evc-quote", text: quote || words.no_passage }),
      from ? el("p", { class: "evc-note evc-from", text: words.relation_from }) : null,
      rows.length ? el("ul", { class: "evc-codings" }, rows.map((row, index) => this._coding(row, index, index === focused))) : el("p", { class: "evc-quiet", text: words.no_codes }),
      relations.length ? el("ul", { class: "evc-relations" }, relations.map((row) => this._relation(row))) : null,
      hints.length ? el("div", { class: "evc-hints" }, el("h3", { class: "evc-label", text: words.suggested }), el("ul", {}, hints.map((hint, index) => this._hint(hint, index)))) : null,
    ]));
    if (held) this.body.querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }

  _coding(row, index, focused) {
    const { words, commands } = this;
    const name = this.codebook.label(row.code_id);
    const choice = (value, key) => {
      const node = button(words[value], () => commands.polarity(row, value), { pressed: row.polarity === value, kind: "evc-small" });
      node.dataset.focus = `${row.key}-${value}`;
      node.title = `${words[`${value}_long`]} (${key})`;
      return node;
    };
    const unsure = button(words.unsure, () => commands.certainty(row), { pressed: row.certainty === "unsure", kind: "evc-small" });
    unsure.dataset.focus = `${row.key}-unsure`;
    unsure.title = `${words.unsure_long} (u)`;
    const remove = el("button", { type: "button", class: "evc-button evc-small evc-remove", "aria-label": filled(words.remove_code, { code: name }), title: `${filled(words.remove_code, { code: name })} (x)`, on: { click: () => commands.remove(row) } }, "×");
    return el("li", { class: `evc-coding k-${row.kind}${focused ? " evc-focused" : ""}`, "aria-current": focused ? "true" : null },
      el("div", { class: "evc-coding-name" }, el("span", { text: name }), row.suggestion ? el("span", { class: "evc-taken", text: words.taken }) : null, remove),
      row.exact ? null : el("button", { type: "button", class: "evc-elsewhere", on: { click: () => commands.go(row) } }, `“${row.quote}”`),
      el("div", { class: "evc-choices", role: "group", "aria-label": filled(words.about_code, { code: name }) }, choice("affirm", "a"), choice("deny", "d"), choice("mixed", "b"), unsure));
  }

  _relation(row) {
    const { words, commands } = this;
    return el("li", { class: "evc-relation" }, el("span", { text: words[row.outgoing ? "answers" : "answered_by"] }), " ", el("button", { type: "button", class: "evc-elsewhere", on: { click: () => commands.go(row) } }, `“${row.quote}”`), el("button", { type: "button", class: "evc-button evc-small evc-remove", "aria-label": words.unrelate, title: words.unrelate, on: { click: () => commands.unrelate(row) } }, "×"));
  }

  _hint(hint, index) {
    const { words, commands } = this;
    const why = filled(hint.lemma && plain(hint.lemma) !== plain(hint.matched) ? words.because_lemma : words.because, hint);
    return el("li", { class: `evc-suggestion k-${hint.kind}` }, el("div", { class: "evc-coding-name" }, el("span", { text: this.codebook.label(hint.code_id) }), button(words.take, () => commands.take(hint), { key: index ? "" : "t", kind: "evc-small", title: words.take_long })), el("p", { class: "evc-quiet", text: why }));
  }
}
