// The table of a chapter's numbers, each beside what it is by default, with its interval drawn.

class Numbers {
  constructor(parts) {
    Object.assign(this, { parts, rows: [], search: "", only: false, whole: false });
    this.node = el("div", { class: "evx-numbers" });
  }

  write(words) {
    this.words = words;
    const find = el("input", { type: "search", class: "evx-find", placeholder: words.find, "aria-label": words.find, value: this.search, on: { input: () => { this.search = find.value; this._fill(); } } });
    const only = tick(words.only_moved, this.only, (on) => { this.only = on; this._fill(); });
    const whole = tick(words.all_numbers, this.whole, (on) => { this.whole = on; this.parts.whole(on); });
    this.body = el("tbody");
    const head = el("tr", {}, ["number", "now", "interval", "default_column"].map((name) => el("th", { scope: "col", class: `evx-${name}`, text: words[name] })));
    this.node.replaceChildren(el("div", { class: "evx-tools" }, find, only, whole), el("table", { class: "evx-table" }, el("thead", {}, head), this.body));
    this._fill();
  }

  show(rows) {
    this.rows = rows;
    this._fill();
  }

  _fill() {
    const wanted = this.search.trim().toLowerCase();
    const found = this.rows.filter((row) => (!this.only || row.moved) && (!wanted || `${row.label} ${row.by} ${row.key}`.toLowerCase().includes(wanted)));
    const shown = found.slice(0, 250);
    const rest = found.length - shown.length;
    this.body.replaceChildren(...shown.map((row) => this._row(row)));
    if (rest > 0) this.body.append(el("tr", {}, el("td", { colspan: 4, class: "evx-quiet", text: `+ ${rest}` })));
    if (!found.length) this.body.append(el("tr", {}, el("td", { colspan: 4, class: "evx-quiet", text: this.words.no_rows })));
  }

  _row(row) {
    const { now, was } = row;
    const open = el("button", { type: "button", class: "evx-open", title: `${row.label} ${row.by} (${row.key})`, on: { click: () => this.parts.open(row) } }, el("span", { class: "evx-clamp", text: row.label }), row.by ? el("span", { class: "evx-by", text: row.by }) : null);
    const change = row.moved ? row.change || (row.only_interval ? this.words.only_interval : this.words.changed) : "";
    // A share of fewer than ten is its counts already.
    const counts = (one) => (one && one.counts && one.counts !== one.value ? el("small", { text: one.counts }) : null);
    const cell = (name, one, ...more) => el("td", { class: name }, el("span", { text: one ? one.value : "–" }), counts(one), ...more);
    const limits = now && now.interval ? el("small", { text: now.interval }) : null;
    return el("tr", { class: row.moved ? "evx-moved" : null, "data-key": row.key }, el("th", { scope: "row" }, open), cell("evx-value", now), el("td", { class: "evx-interval" }, this._drawn(now, was), limits), cell("evx-was", was, change ? el("small", { class: "evx-change", text: change }) : null));
  }

  /** A share on a line from nothing to all: its interval, itself, and a tick where it is by default. */
  _drawn(now, was) {
    if (!now || now.share === null) return null;
    const line = el("span", { class: "evx-line", "aria-hidden": "true" });
    const [low, high] = now.limits || [null, null];
    const place = (name, left, width = null) => {
      const mark = el("i", { class: name });
      mark.style.left = `${left * 100}%`;
      if (width !== null) mark.style.width = `${width * 100}%`;
      line.append(mark);
    };
    if (low !== null && high !== null) place("evx-band", low, high - low);
    if (was && was.share !== null && was.share !== now.share) place("evx-then", was.share);
    place("evx-dot", now.share);
    return line;
  }
}

/** A box to tick, with its label. */
function tick(label, on, run) {
  const box = el("input", { type: "checkbox", on: { change: () => run(box.checked) } });
  box.checked = on;
  return el("label", { class: "evx-tick" }, box, el("span", { text: label }));
}
