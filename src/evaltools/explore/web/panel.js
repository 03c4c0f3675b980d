// The panel: what a person chooses goes to the kernel, one question at a time, the newest first.

class Explorer {
  constructor(model, root) {
    Object.assign(this, { model, root, given: {}, state: 0, busy: false, asked: [], stepping: false, tab: "" });
    root.className = "evx";
    root.setAttribute("data-lm-suppress-shortcuts", "true");
    root.append(el("p", { class: "evx-quiet", role: "status", text: "…" }));
    this.heard = (message) => this._receive(message);
    model.on("msg:custom", this.heard);
    this.lost = () => this._warn(this.words.no_answer);
    model.on("comm_live_update", this.lost);
    // JupyterLab's own keys are not for those who type into a field.
    for (const name of ["keydown", "keypress", "keyup", "paste", "copy", "cut"]) root.addEventListener(name, (event) => event.stopPropagation());
    this._send({ kind: "hello" });
    this.timer = setInterval(() => this._look(), 2000);
  }

  close() {
    clearInterval(this.timer);
    this.model.off("msg:custom", this.heard);
    this.model.off("comm_live_update", this.lost);
  }

  /** Asks again who has not been met, and tells when a kernel that was asked has been still for long. */
  _look() {
    if (!this.study) this._send({ kind: "hello" });
    else if (this.busy && performance.now() - this.since > 20000) this.lost();
  }

  _warn(text) {
    this.notice.textContent = text;
    this.notice.hidden = false;
  }

  _send(message) {
    try {
      this.model.send({ language: this.language, chapter: this.chapter, ...message });
    } catch (error) {
      console.warn("evaltools: the kernel does not answer", error);
      if (this.study) this.lost();
    }
  }

  // What is asked: values that were chosen before anything else, and what remains to be computed last.

  _pump() {
    if (this.busy) return;
    const idle = this.ahead ? { kind: "ahead", state: this.state, name: this.ahead } : null;
    const next = this.asked.shift() || (this.stepping ? { kind: "step", state: this.state } : idle);
    if (!next) return;
    this.busy = true;
    this.since = performance.now();
    this._send(next);
  }

  _ask(message) {
    this.asked.push(message);
    this._pump();
  }

  /** Has the numbers of the chosen values told; of several that wait only the last is asked. */
  _apply() {
    this.state += 1;
    this.stale = null;
    this.begun ??= performance.now();
    this.asked = this.asked.filter((one) => !["set", "draw"].includes(one.kind));
    this.asked.unshift({ kind: "set", state: this.state, values: this.given, whole: this.numbers.whole });
    this.stepping = false;
    this.ahead = "";
    this.root.setAttribute("aria-busy", "true");
    this._pump();
  }

  /** Does what is to be done with the values chosen once they are answered; refused ones are told. */
  _withAnswer(run) {
    if (this.root.hasAttribute("aria-busy")) this.waiting = run;
    else if (Number(this.root.dataset.refused) === this.state) this._say(this.words.correct_first);
    else run();
  }

  _answered() {
    this.root.removeAttribute("aria-busy");
    const run = this.waiting;
    this.waiting = null;
    if (run) this._withAnswer(run);
  }

  _moved(name, value) {
    this.given = { ...this.given };
    if (value === null) delete this.given[name];
    else this.given[name] = value;
    this._apply();
    this.ahead = name;
  }

  _receive(message) {
    if (message.kind === "study") return this._met(message);
    if (!this.study) return undefined;
    if (message.kind !== "findings") this.busy = false;
    const run = { numbers: "_numbers", refused: "_refused", progress: "_progress", ready: "_ready", failed: "_failed", findings: "_found", behind: "_behind", drawn: "_drawn", saved: "_saved" }[message.kind];
    if (run) this[run](message);
    return this._pump();
  }

  _met(study) {
    if (this.study) return;
    Object.assign(this, { study, language: study.language, given: {} });
    this.chapter = study.chapters.length ? study.chapters[0].module : "";
    this.tab = this.chapter || "findings";
    this.last = { values: study.values, changed: {} };
    this.form = new Form(study.form, (name, value) => this._moved(name, value));
    this.numbers = new Numbers({ open: (row) => this._open(row), whole: () => this._apply() });
    this.findings = new Findings({ open: (row) => this._open(row) });
    this.pictures = new Pictures({ draw: (label) => this._ask({ kind: "draw", label }) });
    this.behind = new Behind({ closed: (row) => this._focus(`[data-key="${CSS.escape(row.key)}"] .evx-open`) });
    this._build();
    const linked = linkedState();
    this.given = linked === null ? study.values : Object.fromEntries(new URLSearchParams(linked));
    this._apply();
  }

  _numbers(message) {
    if (message.state !== this.state) return;
    const { values, changed } = message;
    this.last = message;
    this.given = { ...changed };
    this.form.show(values, changed);
    this.numbers.show(message.rows);
    this._summary();
    this.notice.hidden = true;
    if (this.stale) this._warn(this.stale);
    this.stepping = true;
    this.pictures.wanted().forEach((label) => this.asked.push({ kind: "draw", label }));
    if (this.behind.row) this.asked.push({ kind: "behind", key: this.behind.row.key, dimensions: this.behind.row.dimensions });
    const milliseconds = Math.round(performance.now() - this.begun);
    this.begun = null;
    Object.assign(this.root.dataset, { answered: message.state, milliseconds });
    this._progress({ left: 1 });
    this._answered();
  }

  _refused(message) {
    if (message.state !== this.state) return;
    if (!this.last.counts) return this._leaveLink(message);
    const elsewhere = this.form.problems(message.problems);
    this._warn([...elsewhere, this.words.shown_before].join(" "));
    this.begun = null;
    this.root.dataset.refused = message.state;
    this._answered();
    return undefined;
  }

  /** A link whose values are not, or no longer, allowed: the panel starts as its cell has it. */
  _leaveLink({ problems }) {
    const label = (name) => this.study.form.find((one) => one.name === name)?.label[this.language];
    const told = problems.map(({ field, text }) => [label(field), text].filter(Boolean).join(": "));
    this.given = this.study.values;
    this._apply();
    this.stale = filled(this.words.link_refused, { text: told.join("; ") });
  }

  _progress({ left }) {
    const time = (Number(this.root.dataset.milliseconds) / 1000).toLocaleString(this.language, { maximumFractionDigits: 2 });
    this.status.textContent = left ? filled(this.words.computing, { left }) : filled(this.words.answered, { time });
    this.stepping = left > 0;
  }

  _ready({ left }) {
    if (!left) this.ahead = "";
  }

  _failed({ state, text }) {
    if (state !== this.state) return;
    this.stepping = false;
    this.ahead = "";
    this.begun = null;
    this.waiting = null;
    this.root.removeAttribute("aria-busy");
    this._warn(filled(this.words.failed, { text }));
  }

  _found(message) {
    if (message.state !== this.state) return;
    this.judged = message;
    this.findings.show(message.findings);
    this._summary();
    this._tabs();
    this.root.dataset.judged = message.state;
  }

  _behind(message) {
    if (this.behind.row) this.behind.show(message);
  }

  _drawn(message) {
    if (message.state === this.state) this.pictures.show(message);
  }

  _open(row) {
    this.behind.open(row);
    this._ask({ kind: "behind", key: row.key, dimensions: row.dimensions });
  }

  // The page.

  get words() {
    return this.study.words[this.language];
  }

  _build() {
    const { study, words } = this;
    const tools = [
      this._scenarioChoice(),
      act(words.save, () => this._toggleSave()),
      act(words.copy_link, () => this._withAnswer(() => this._copy(this._link()))),
      act(words.copy_command, () => this._withAnswer(() => this._copy(this.last.command))),
    ];
    const languages = el("select", { class: "evx-language", "aria-label": words.language, on: { change: () => this._speak(languages.value) } }, study.languages.map((one) => el("option", { value: one, text: one, selected: one === this.language })));
    this.status = el("span", { class: "evx-status", role: "status" });
    this.saving = this._saveForm();
    this.notice = el("p", { class: "evx-notice", role: "alert", hidden: true });
    this.told = el("p", { class: "evx-told", role: "status", hidden: true });
    this.chips = el("div", { class: "evx-chips" });
    this.summary = el("div", { class: "evx-summary" });
    this.tablist = el("div", { class: "evx-tabs", role: "tablist", on: { keydown: (event) => this._arrow(event) } });
    this.page = el("div", { class: "evx-page", role: "tabpanel", tabindex: 0 });
    // What was refused stays in its field, beside what holds.
    this.form.write(this.language, words, { ...this.last.values, ...this.given }, { ...this.last.changed, ...this.given });
    this.numbers.write(words);
    this.findings.write(words);
    this.behind.write(words);
    const side = el("aside", { class: "evx-side", "aria-label": words.parameters }, el("div", { class: "evx-side-head" }, el("h3", { text: words.parameters }), act(words.reset, () => { this.given = {}; this._apply(); })), this.form.node);
    const main = el("div", { class: "evx-main" }, this.chips, this.notice, this.summary, this.tablist, this.page);
    this.root.lang = this.language;
    this.root.replaceChildren(el("div", { class: "evx-top" }, el("div", { class: "evx-title" }, el("small", { text: words.explore }), el("h2", { text: study.title[this.language] })), this.status, el("div", { class: "evx-buttons" }, tools, languages)), this.saving, this.told, el("div", { class: "evx-columns" }, side, main, this.behind.node));
    this._summary();
    this._tabs();
    this._show();
  }

  _speak(language) {
    this.language = language;
    this._build();
    this._focus(".evx-language");
    this._apply();
  }

  _summary() {
    const { words, last } = this;
    const differing = this.study.form.filter((field) => field.name in last.changed);
    const chip = (field) => el("button", { type: "button", class: "evx-chip", title: filled(words.back_to_default, { label: field.label[this.language] }), on: { click: () => this.form.reset(field.name) } }, el("b", { text: `${field.label[this.language]}: ` }), this._told(field, last.changed[field.name]), el("span", { "aria-hidden": "true", text: " ×" }));
    this.chips.replaceChildren(el("span", { class: "evx-quiet", text: differing.length ? `${words.differs}:` : words.nothing_differs }), ...differing.map(chip));
    if (!last.counts) return;
    const card = (count, label, before) => el("div", { class: "evx-card" }, el("b", { text: count }), el("span", { text: label }), before === undefined || before === count ? null : el("small", { text: filled(words.by_default, { count: before }) }));
    const { now, was } = last.counts;
    const cards = ["reports_read", "projects_due", "projects_funded"].map((name, place) => card(now[place], words[name], was[place]));
    const { judged } = this;
    const current = judged && judged.state === this.state;
    const moved = current ? Object.values(judged.moved).reduce((sum, one) => sum + one, 0) : "…";
    const turned = current ? judged.findings.filter((one) => one.turned).length : "…";
    cards.push(card(moved, words.moved), el("button", { type: "button", class: "evx-card", on: { click: () => this._choose("findings") } }, el("b", { text: turned }), el("span", { text: words.turned }), current ? el("small", { text: filled(words.of, { of: judged.findings.length }) }) : null));
    this.summary.replaceChildren(...cards);
  }

  _told(field, value) {
    const label = (one) => field.choices.find((choice) => choice.value === one)?.label[this.language] ?? String(one);
    return Array.isArray(value) ? value.map(label).join(", ") : label(value);
  }

  _tabs() {
    const current = this.judged && this.judged.state === this.state ? this.judged : null;
    const turned = current ? current.findings.filter((one) => one.turned).length : 0;
    const tabs = [...this.study.chapters.map((one) => [one.module, one.title[this.language], current ? current.moved[one.module] : 0]), ["findings", this.words.findings, turned]];
    const focused = this.tablist.contains(document.activeElement);
    this.tablist.replaceChildren(...tabs.map(([name, label, count]) => el("button", { type: "button", role: "tab", "data-tab": name, "aria-selected": String(name === this.tab), tabindex: name === this.tab ? 0 : -1, on: { click: () => this._choose(name) } }, label, count ? el("span", { class: "evx-count", text: count }) : null)));
    if (focused) this._focus('.evx-tabs [aria-selected="true"]');
  }

  /** Has the keyboard go on at an element, where what had it went away. */
  _focus(selector) {
    (this.root.querySelector(selector) ?? this.page).focus({ preventScroll: true });
  }

  _arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...this.tablist.children];
    const place = tabs.findIndex((one) => one.dataset.tab === this.tab);
    this._choose(tabs[(place + step + tabs.length) % tabs.length].dataset.tab);
    event.preventDefault();
  }

  _choose(name) {
    if (name === this.tab) return;
    this.tab = name;
    this._tabs();
    if (name !== "findings" && name !== this.chapter) {
      this.chapter = name;
      this.pictures.opened.clear();
      this.numbers.show([]);
      this._apply();
    }
    this._show();
  }

  _show() {
    const chapter = this.study.chapters.find((one) => one.module === this.tab);
    this.pictures.write(this.words, chapter ? chapter.cells : []);
    this.page.replaceChildren(...(chapter ? [this.numbers.node, this.pictures.node] : [this.findings.node]));
    this.page.setAttribute("aria-label", chapter ? chapter.title[this.language] : this.words.findings);
  }

  // Scenarios, links, commands.

  _scenarioChoice() {
    const { words, study } = this;
    const choice = el("select", { "aria-label": words.scenario, on: { change: () => {
      const found = study.scenarios.find((one) => one.name === choice.value);
      choice.value = "";
      if (!found) return;
      this.given = { ...found.values };
      this._apply();
    } } }, el("option", { value: "", text: words.open_scenario }), study.scenarios.map((one) => el("option", { value: one.name, text: one.name })));
    return choice;
  }

  _saveForm() {
    const { words } = this;
    const name = el("input", { name: "name", required: true, maxlength: 60, pattern: "[a-z0-9]([a-z0-9\\-]*[a-z0-9])?", title: words.scenario_allowed, placeholder: words.scenario_allowed });
    const title = el("input", { name: "title", maxlength: 200 });
    this.saveError = el("p", { class: "evx-error", role: "alert", hidden: true });
    const save = (replace) => this._withAnswer(() => this._ask({ kind: "save", name: name.value.trim(), title: title.value.trim(), replace }));
    this.replacing = el("button", { type: "button", class: "evx-button", hidden: true, on: { click: () => save(true) } }, words.replace);
    return el("form", { class: "evx-save", hidden: true, on: { submit: (event) => { event.preventDefault(); save(false); } } }, el("label", {}, `${words.scenario_name} `, name), el("label", {}, `${words.scenario_title} `, title), el("button", { type: "submit", class: "evx-button evx-main-button", text: words.save_now }), this.replacing, act(words.cancel, () => this._toggleSave()), this.saveError);
  }

  _toggleSave() {
    this.saving.hidden = !this.saving.hidden;
    this._focus(this.saving.hidden ? ".evx-buttons button" : ".evx-save input");
  }

  _saved(message) {
    const { words } = this;
    const text = { "scenario.taken": words.name_taken, "scenario.name": words.name_refused, disk: filled(words.disk, message) }[message.problem];
    this.replacing.hidden = message.problem !== "scenario.taken" || Boolean(message.declared);
    this.saveError.hidden = !message.problem;
    this.saveError.textContent = message.problem ? text || message.problem : "";
    if (message.problem) return;
    this.study.scenarios = message.scenarios;
    this._build();
    this._focus(".evx-buttons button");
    this._say(filled(words.saved, message));
  }

  /** This notebook's address with what differs from the default. */
  _link() {
    const config = document.getElementById("jupyter-config-data");
    const base = config ? JSON.parse(config.textContent).baseUrl : "/";
    const path = this.study.page ? `${base}lab/tree/${this.study.page.split("/").map(encodeURIComponent).join("/")}` : location.pathname;
    return `${location.origin}${path}?explore=${encodeURIComponent(this.last.link || "")}`;
  }

  async _copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Not over plain HTTP: the text is shown, to be copied by hand.
    }
    this._say(filled(this.words.copied, { text }));
  }

  _say(text) {
    this.told.textContent = text;
    this.told.hidden = false;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { this.told.hidden = true; }, 15000);
  }
}

/** The state in the address that was opened; JupyterLab takes it out of the address bar. */
function linkedState() {
  const [opened] = performance.getEntriesByType("navigation");
  return opened ? new URL(opened.name, location.href).searchParams.get("explore") : null;
}

/** A button with a name and what it does. */
function act(label, run) {
  return el("button", { type: "button", class: "evx-button", on: { click: run } }, label);
}

function render({ model, el: root }) {
  const explorer = new Explorer(model, root);
  return () => explorer.close();
}

export default { render };
