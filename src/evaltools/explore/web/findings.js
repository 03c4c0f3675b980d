// Findings: the sentence that is true of these values, and what it is by default where it turned.

class Findings {
  constructor(parts) {
    Object.assign(this, { parts, rows: null, only: false, node: el("div", { class: "evx-findings" }) });
  }

  write(words) {
    this.words = words;
    this._fill();
  }

  show(rows) {
    this.rows = rows;
    this._fill();
  }

  _fill() {
    const { words, rows } = this;
    if (!rows) return this.node.replaceChildren(el("p", { class: "evx-quiet", text: "…" }));
    if (!rows.length) return this.node.replaceChildren(el("p", { class: "evx-quiet", text: words.no_findings }));
    const shown = rows.filter((row) => row.turned || !this.only);
    const only = tick(words.only_turned, this.only, (on) => { this.only = on; this._fill(); });
    this.node.replaceChildren(el("div", { class: "evx-tools" }, only), el("ol", {}, shown.map((row) => this._row(row))));
    if (!shown.length) this.node.append(el("p", { class: "evx-quiet", text: words.none_turned }));
  }

  _row(row) {
    const mark = { holds: "✓", does_not_hold: "✗", cannot_be_told: "?" };
    const outcome = (one) => el("span", { class: `evx-outcome evx-${one.outcome}` }, el("span", { "aria-hidden": "true", text: `${mark[one.outcome]} ` }), one.told);
    const keys = row.keys.map((key) => el("button", { type: "button", class: "evx-key", text: key, on: { click: () => this.parts.open({ key, dimensions: {} }) } }));
    const was = row.turned && row.was ? el("p", { class: "evx-before" }, el("b", { text: `${this.words.was}: ` }), outcome(row.was), ` ${row.was.text}`) : null;
    return el("li", { class: row.turned ? "evx-turned" : null, "data-finding": row.id }, el("p", { class: "evx-sentence" }, outcome(row.now), ` ${row.now.text}`, row.asserted ? null : el("small", { text: ` (${this.words.statement_of_others})` })), was, el("details", {}, el("summary", { text: row.id }), el("p", { text: row.now.why }), el("p", { class: "evx-keys" }, keys)));
  }
}
