// What is behind a number: its readings, the projects it counts and the passages for and against.

class Behind {
  constructor(parts) {
    this.parts = parts;
    this.title = el("h3");
    this.content = el("div", { class: "evx-behind-body" });
    this.closer = el("button", { type: "button", class: "evx-button", on: { click: () => this.close() } });
    this.node = el("section", { class: "evx-behind", hidden: true, tabindex: -1, on: { keydown: (event) => { if (event.key === "Escape") this.close(); } } }, el("header", {}, this.title, this.closer), this.content);
  }

  write(words) {
    this.words = words;
    this.closer.textContent = words.close;
    this.node.setAttribute("aria-label", words.behind);
  }

  open(row) {
    this.from = document.activeElement;
    Object.assign(this, { row });
    this.title.textContent = row.label || row.key;
    this.content.replaceChildren(el("p", { class: "evx-quiet", text: "…" }));
    this.node.hidden = false;
    this.node.focus({ preventScroll: true });
  }

  close() {
    const { row } = this;
    this.node.hidden = true;
    this.row = null;
    if (this.from && this.from.isConnected) this.from.focus();
    else this.parts.closed(row);
  }

  show(message) {
    const { words } = this;
    const { number, projects } = message;
    this.title.textContent = message.label;
    const readings = el("table", { class: "evx-table" }, el("tbody", {}, number.readings.map((one) => el("tr", {}, el("th", { scope: "row", text: one.of }), el("td", { class: "evx-value", text: one.value }), el("td", { text: one.x === null || one.n === null ? "" : `${one.x}/${one.n}` }), el("td", { text: one.interval }), el("td", { class: "evx-quiet", text: [one.method, one.level && one.interval ? one.level : ""].filter(Boolean).join(" ") })))));
    const part = (title, node, count) => el("details", { open: true }, el("summary", {}, title, count === undefined ? null : el("span", { class: "evx-count", text: ` ${count}` })), node);
    const passages = (side) => {
      const { all, passages: shown } = message[side];
      if (!all) return el("p", { class: "evx-quiet", text: words.no_passages });
      return el("ul", { class: "evx-passages" }, shown.map((one) => el("li", { lang: one.lang || null }, el("small", { text: `${[one.project, one.place, one.section].filter(Boolean).join(" ")} ` }), one.withheld ? el("em", { text: one.withheld }) : [one.before ? el("span", { class: "evx-quiet", text: `${one.before} ` }) : null, el("span", { class: "evx-quote", text: one.quote }), one.after ? el("span", { class: "evx-quiet", text: ` ${one.after}` }) : null])));
    };
    const counted = (side) => filled(words.shown_of, { shown: message[side].passages.length, all: message[side].all });
    this.content.replaceChildren(...present([
      number.definition ? el("p", { class: "evx-definition", text: number.definition }) : null,
      number.note ? el("p", { class: "evx-quiet", text: number.note }) : null,
      part(words.readings, readings),
      projects.length ? part(words.projects, this._projects(projects), filled(words.shown_of, { shown: projects.length, all: message.all_projects })) : null,
      part(words.passages_for, passages("for"), counted("for")),
      part(words.passages_against, passages("against"), counted("against")),
      el("p", { class: "evx-quiet evx-source" }, el("code", { text: number.key }), number.source ? ` · ${number.source}` : ""),
    ]));
  }

  _projects(projects) {
    const { words } = this;
    const states = projects.some((one) => one.state);
    const body = el("tbody");
    let by = "";
    let up = true;
    const fill = (wanted) => {
      const rows = projects.filter((one) => !wanted || Object.values(one).join(" ").toLowerCase().includes(wanted));
      if (by) rows.sort((a, b) => (up ? 1 : -1) * a[by].localeCompare(b[by]));
      body.replaceChildren(...rows.map((one) => el("tr", {}, el("th", { scope: "row", text: one.project }), el("td", { text: one.title }), el("td", { text: one.lead }), states ? el("td", { text: one.state ? words[`state_${one.state}`] : "" }) : null)));
    };
    const find = el("input", { type: "search", class: "evx-find", placeholder: words.filter, "aria-label": words.filter, on: { input: () => fill(find.value.trim().toLowerCase()) } });
    const columns = [["project", words.project], ["title", words.project_title], ["lead", words.lead], ...(states ? [["state", words.state]] : [])];
    const head = columns.map(([name, label]) => el("th", { scope: "col" }, el("button", { type: "button", class: "evx-sort", text: label, on: { click: () => { up = by === name ? !up : true; by = name; fill(find.value.trim().toLowerCase()); } } })));
    fill("");
    return el("div", {}, find, scrolled(words.projects, el("table", { class: "evx-table" }, el("thead", {}, el("tr", {}, head)), body)));
  }
}
