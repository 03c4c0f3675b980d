// The disagreement browser: one unit at a time, both readings beside the text, one key to settle.

class Settling extends Moving {
  constructor(model, root) {
    super(model, root);
    Object.assign(this, { texts: new Map(), asked: new Set(), at: 0, code: "", openOnly: false, editing: false, shown: null, passages: [] });
  }

  _receive(message) {
    if (message.kind === "study") this._met(message);
    else if (!this.study) return;
    else if (message.kind === "document") {
      this.texts.set(message.document_id, message);
      this._go();
    } else if (message.kind === "recorded") this._recorded(message);
    else if (message.kind === "unreadable") this._say(filled(this.words.unreadable, message));
  }

  _label(id) {
    const code = this.codes.get(id);
    return code ? code[`label_${this.study.language}`] || code.label_en || id : id;
  }

  _given() {
    return [];
  }

  _keep(act) {
    if (!this.saved.some((one) => one.id === act.id)) this.saved.push(act);
  }

  _unlocked() {
    this.saved = this.study.acts;
    this.paint();
  }

  _build() {
    const { study, words } = this;
    this.saved = study.acts;
    this.codes = new Map(study.codes.map((code) => [code.code_id, code]));
    this.titles = new Map(study.documents.map((row) => [row.id, row]));
    this.different = study.units.filter((unit) => unit.kind !== "agreed");
    const used = study.codes.filter((code) => this.different.some((unit) => unit.code_id === code.code_id));
    this.list = new DifferenceList(words, used.map((code) => ({ id: code.code_id, label: `${words[`kind_${code.kind}`]}: ${this._label(code.code_id)}` })), { choose: (index) => this._choose(index), filter: (code) => { this.code = code; this._choose(0); }, openOnly: () => this.run("open only") });
    this.reader = new Reader({ label: words.report, chosen: (span) => this.editing && this._select(span), clicked: () => this._toText() });
    this.card = new DifferenceCard(words, study.coders, (id) => this._label(id), { choose: (choice) => this._decide(choice), finish: () => this.run("finish"), go: (mark) => this._see(mark) });
    this.help = new Help(words, SETTLING_KEYS);
    this._tellers();
    this.title = el("h2", { class: "evc-open-title" });
    const bar = el("header", { class: "evc-head" }, el("div", { class: "evc-who" }, el("b", { text: study.coder.name }), el("span", { text: filled(words.round, { round: study.round }) })), this.title, el("div", { class: "evc-tools" }, this.status, button(words.undo, () => this.run("undo"), { key: "z" }), button(words.redo, () => this.run("redo"), { key: "y" }), button(words.full, () => this.run("full"), { key: "f" }), button(words.help, () => this.run("help"), { key: "?" })));
    const blind = study.blind.length ? el("p", { class: "evc-notice", text: `${words.blind} ${study.blind.map((one) => `${one.document_id} (${one.unfinished.join(", ")})`).join("; ")}.` }) : null;
    const before = study.settled_before ? el("p", { class: "evc-notice", text: filled(words.settled_before, { count: study.settled_before }) }) : null;
    this.root.replaceChildren(...present([bar, this.noticed, before, blind, el("div", { class: "evc-columns evc-wide" }, this.list.node, this.reader.node, this.card.node), this.told, this.live, this.help.node]));
    const first = this._units().findIndex((unit) => !this._decision(unit));
    this._choose(Math.max(0, first));
  }

  acts() {
    const known = new Set(this.saved.map((act) => act.id));
    return this.saved.concat(this.pending.list().filter((act) => !known.has(act.id)));
  }

  /** What is settled in a document. */
  _state(id) {
    return fold(this.acts().filter((act) => act.document_id === id), (code) => this.codes.get(code)?.kind || "");
  }

  _decision(unit) {
    return this._state(unit.document_id).decisions.get(unit.name);
  }

  _units() {
    return this.different.filter((unit) => (!this.code || unit.code_id === this.code) && (!this.openOnly || unit === this.unit || !this._decision(unit)));
  }

  _choose(index) {
    const units = this._units();
    this.at = Math.max(0, Math.min(units.length - 1, index));
    this.unit = units[this.at] || null;
    this.editing = false;
    this.selection = null;
    this._go();
    this._toText();
  }

  /** Shows the unit's document, asking for its text the first time, and goes to its first passage. */
  _go() {
    const id = this.unit?.document_id;
    if (id && !this.texts.has(id)) {
      if (!this.asked.has(id)) this._send({ kind: "open", document_id: id });
      this.asked.add(id);
      return;
    }
    if (id && this.shown !== id) {
      const { text, sections } = this.texts.get(id);
      this.reader.open(text, sections, this.titles.get(id)?.language);
      this.title.textContent = this.titles.get(id)?.title || id;
      this.shown = id;
    }
    this.paint();
    if (this.unit) this._see(this.unit.together[0]);
  }

  _see(mark) {
    const { at } = this.reader;
    const node = [...this.reader.body.querySelectorAll(".evc-atom")].findLast((atom) => Number(atom.dataset.s) <= at.toUnit(mark.start));
    if (node) reveal(this.reader.node, node);
  }

  paint() {
    const { unit, words } = this;
    const units = this._units();
    const states = new Map([...this.titles.keys()].map((id) => [id, this._state(id)]));
    const decided = (one) => states.get(one.document_id)?.decisions.get(one.name);
    this.list.only.setAttribute("aria-pressed", String(this.openOnly));
    this.list.show(units.map((one) => ({ label: this._label(one.code_id), kind: one.kind, decided: Boolean(decided(one)), document: one.document_id, title: this.titles.get(one.document_id)?.title || one.document_id, finished: states.get(one.document_id)?.complete === true })), this.at, { done: this.different.filter(decided).length, all: this.different.length });
    if (unit && this.shown === unit.document_id) {
      const { at, text } = this.reader;
      const span = (mark) => ({ s: at.toUnit(mark.start), e: at.toUnit(mark.end) });
      const quoted = (mark) => ({ ...mark, quote: text.slice(span(mark).s, span(mark).e) });
      const marks = unit.said.flatMap((one, index) => one.marks.map((mark) => ({ ...span(mark), codings: [{ kind: `coder${Math.min(index, 3)}`, polarity: mark.polarity, label: this.study.coders.find((coder) => coder.id === one.coder_id)?.name || one.coder_id }] })));
      this.reader.show({ marks, selection: this.selection });
      const left = this.different.filter((one) => one.document_id === unit.document_id && !decided(one)).length;
      const said = unit.said.map((one) => ({ ...one, marks: one.marks.map(quoted) }));
      this.card.show({ unit: { ...unit, said }, code: this.codes.get(unit.code_id) || { kind: "" }, decision: decided(unit), left, finished: states.get(unit.document_id)?.complete === true, editing: this.editing });
    } else if (!unit) {
      this.title.textContent = words.disagreements;
      this.card.show({ unit: null });
    }
    this._status();
  }

  _toText() {
    this.reader.node.focus({ preventScroll: true });
  }

  _settled(unit, mark) {
    const { at, text } = this.reader;
    return { passage: { start: mark.start, end: mark.end, quote: text.slice(at.toUnit(mark.start), at.toUnit(mark.end)) }, code_id: unit.code_id, polarity: mark.polarity, certainty: mark.certainty, consensus_of: mark.consensus_of };
  }

  _put(unit, choice, marks) {
    return this._do({ document_id: unit.document_id, act: "decide", unit: unit.name, choice, codings: marks.map((mark) => this._settled(unit, mark)), text_sha256: this.texts.get(unit.document_id).text_sha256, day: today() });
  }

  /** Settles the unit one way, and goes to the next that is open. */
  _decide(choice) {
    const { unit } = this;
    if (!unit || this.shown !== unit.document_id) return;
    if (choice === "edited") {
      const first = unit.together[0];
      this.editing = true;
      this._select({ s: this.reader.at.toUnit(first.start), e: this.reader.at.toUnit(first.end) });
      this._toText();
      return;
    }
    const own = unit.said.find((one) => one.coder_id === choice);
    const marks = own ? own.marks : choice === "all" ? unit.together : [];
    if (this._put(unit, choice, marks)) this._onwards();
  }

  _takePassage() {
    const { unit, selection } = this;
    const { at } = this.reader;
    const polarities = new Set(unit.together.map((mark) => mark.polarity));
    const mark = { start: at.toPoint(selection.s), end: at.toPoint(selection.e), polarity: polarities.size === 1 ? [...polarities][0] : "mixed", certainty: null, consensus_of: unit.together.map((one) => one.consensus_of).join(" ") };
    this.editing = false;
    this.selection = null;
    if (this._put(unit, "edited", [mark])) this._onwards();
  }

  _onwards() {
    const units = this._units();
    const here = units.indexOf(this.unit);
    const next = units.findIndex((unit, index) => index > here && !this._decision(unit));
    if (next >= 0) this._choose(next);
    else this.paint();
    this._say(this.words[next >= 0 ? "settled" : "settled_last"]);
  }

  /** Takes over what was agreed on, drops decisions on what is no longer there, and marks it done. */
  _finish() {
    const { unit } = this;
    if (!unit || this.shown !== unit.document_id) return;
    const id = unit.document_id;
    const own = this.study.units.filter((one) => one.document_id === id);
    const state = this._state(id);
    const open = own.filter((one) => one.kind !== "agreed" && !state.decisions.has(one.name));
    if (open.length) {
      this._say(filled(this.words.document_left, { left: open.length }));
      return;
    }
    for (const [name, act] of state.decisions) if (!own.some((one) => one.name === name)) this._do({ document_id: id, act: "undo", of: act.id });
    for (const one of own) if (one.kind === "agreed" && !state.decisions.has(one.name)) this._put(one, "agreed", one.together);
    if (state.complete !== true) this._do({ document_id: id, act: "read", complete: true });
    this._say(this.words.document_finished);
  }

  _back(act, none, done) {
    if (!act) this._say(none);
    else if (this._do({ document_id: act.document_id, act: "undo", of: act.id })) this._say(done);
  }

  _document(step) {
    const units = this._units();
    const ids = [...new Set(units.map((unit) => unit.document_id))];
    const id = ids[ids.indexOf(this.unit?.document_id) + step];
    if (id) this._choose(units.findIndex((unit) => unit.document_id === id));
    else this._say(this.words.no_more);
  }

  run(command) {
    const { words, unit } = this;
    const [name, digit] = command.split(" ");
    if (name === "coder") {
      const said = unit?.said[Number(digit) - 1];
      if (said) this._decide(said.coder_id);
      return;
    }
    const own = () => this.acts().filter((act) => act.document_id === unit?.document_id);
    const commands = {
      next: () => this._choose(this.at + 1), previous: () => this._choose(this.at - 1), "next document": () => this._document(1), "previous document": () => this._document(-1),
      filter: () => this.list.filter.focus(), "open only": () => { this.openOnly = !this.openOnly; this._choose(Math.max(0, this._units().indexOf(unit))); },
      all: () => this._decide("all"), neither: () => this._decide("neither"), edit: () => this._decide("edited"), finish: () => this._finish(),
      undo: () => this._back(undoable(own()), words.nothing_to_undo, words.undone), redo: () => this._back(redoable(own()), words.nothing_to_redo, words.redone),
      full: () => (document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen?.().catch(() => {})), help: () => this.help.show(),
      "next sentence": () => this._sentence(1), "previous sentence": () => this._sentence(-1), "next word": () => this._word(1), "previous word": () => this._word(-1),
      "extend sentence": () => this._extend(1, this.reader.sentences), "shrink sentence": () => this._extend(-1, this.reader.sentences), "extend word": () => this._extend(1, this.reader.words), "shrink word": () => this._extend(-1, this.reader.words),
      "take passage": () => this._takePassage(), "give up": () => { this.editing = false; this.selection = null; this.paint(); },
    };
    commands[command]();
  }

  _key(event) {
    event.stopPropagation();
    if (!this.study || event.altKey || event.isComposing) return;
    const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
    const letter = event.key.length > 1 ? event.key : event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
    const key = `${control}${event.shiftKey ? "Shift+" : ""}${letter}`;
    const command = this.editing && EDITING[key] ? EDITING[key] : SETTLING[key];
    const inList = event.target.matches("select");
    if (event.key === "Escape" && (inList || !this.editing)) this._toText();
    else if (!command || inList || (event.target.matches("button") && ["Enter", " "].includes(event.key))) return;
    else this.run(command);
    event.preventDefault();
  }
}

function render({ model, el: root }) {
  const panel = new Settling(model, root);
  return () => panel.close();
}

export default { render };
