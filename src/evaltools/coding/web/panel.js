// The panel: puts the parts together, turns keys into commands and commands into acts.

class Panel extends Doing {
  constructor(model, root) {
    super(model, root);
    Object.assign(this, { saved: new Map(), texts: new Map(), hinted: new Map(), id: null });
  }

  _receive(message) {
    if (message.kind === "study") this._met(message);
    else if (!this.study) return;
    else if (message.kind === "document") this._got(message);
    else if (message.kind === "suggestions") this._hinted(message);
    else if (message.kind === "recorded") this._recorded(message);
    else if (message.kind === "unreadable") this._say(filled(this.words.unreadable, message), true);
  }

  _got({ document_id: id, text, text_sha256: sha256, sections, acts }) {
    this.texts.set(id, { text, sha256, sections });
    this.saved.set(id, acts);
    if (id === this.id) this._show();
  }

  _hinted({ document_id: id, suggestions, problems }) {
    this.hinted.set(id, suggestions);
    this.broken = problems;
    this._notices();
    if (id === this.id && this.reader.at) {
      this.hints.set(suggestions, this.reader.at);
      this.paint();
    }
  }

  _label(id) {
    return this.codebook.label(id);
  }

  /** An act that the kernel has on its disk. */
  _keep(act) {
    const saved = this.saved.get(act.document_id);
    if (saved && !saved.some((one) => one.id === act.id)) saved.push(act);
  }

  /** Another panel held the journal and has let it go: what it did is read anew. */
  _unlocked() {
    this.saved.clear();
    this.texts.clear();
    this.study.documents.forEach((row) => this.documents.mark(row.id, row.state));
    this._open(this.id);
  }

  // The page.

  _build() {
    const { words, study } = this;
    this.codebook = new Codebook(study.codes, words, study.language, { given: () => this._given(), toggle: (id) => this._toggle(id), leave: () => this._toText() });
    this.documents = new Documents(study.documents, words, { open: (id) => this._open(id), leave: () => this._toText() });
    this.hints = new Suggestions(this.codebook);
    this.reader = new Reader({ label: words.report, chosen: (span) => this._select(span), clicked: (position) => this._click(position) });
    this.reader.node.setAttribute("aria-describedby", "evc-live");
    this.card = new PassageCard(words, this.codebook, {
      polarity: (row, value) => this._give(row, { polarity: value }),
      certainty: (row) => this._give(row, { certainty: row.certainty === "unsure" ? "sure" : "unsure" }),
      remove: (row) => this._remove(row),
      go: (row) => { this._select({ s: row.s, e: row.e }); this._toText(); },
      unrelate: (row) => this._do({ document_id: this.id, act: "unrelate", source: row.source, target: row.target, kind: row.kind }),
      take: (hint) => this._take(hint),
    });
    this.help = new Help(words, KEYS);
    this._tellers();
    this.title = el("h2", { class: "evc-open-title" });
    this.complete = button(words.mark_complete, () => this.run("complete"), { key: "w", pressed: false });
    const bar = el("header", { class: "evc-head" }, el("div", { class: "evc-who" }, el("b", { text: study.coder.name }), el("span", { text: filled(words.round, { round: study.round }) })), this.title, el("div", { class: "evc-tools" }, this.status, button(words.undo, () => this.run("undo"), { key: "z" }), button(words.redo, () => this.run("redo"), { key: "y" }), this.complete, button(words.full, () => this.run("full"), { key: "f" }), button(words.help, () => this.run("help"), { key: "?" })));
    const side = el("aside", { class: "evc-side", "aria-label": words.coding }, this.card.node, this.codebook.node);
    this.root.replaceChildren(bar, this.noticed, el("div", { class: "evc-columns" }, this.documents.node, this.reader.node, side), this.told, this.live, this.help.node);
    this.documents.paint();
    if (study.first) this._open(study.first);
  }

  _toText() {
    this.reader.node.focus({ preventScroll: true });
  }

  // The document that is open.

  _open(id) {
    this.id = id;
    this.from = null;
    this.documents.opened(id);
    this.title.textContent = this.documents.row(id)?.title || id;
    if (this.texts.has(id)) this._show();
    else this._send({ kind: "open", document_id: id });
  }

  _show() {
    const { text, sections } = this.texts.get(this.id);
    this.reader.open(text, sections, this.documents.row(this.id)?.language);
    this.hints.set(this.hinted.get(this.id) || [], this.reader.at);
    this.anchor = null;
    this.coding = null;
    this.go(this.reader.sentences[0]);
    this._toText();
  }

  /** Acts of the open document, those that the kernel has before those that it has not. */
  acts() {
    const saved = this.saved.get(this.id) || [];
    const known = new Set(saved.map((act) => act.id));
    return saved.concat(this.pending.list().filter((act) => act.document_id === this.id && !known.has(act.id)));
  }

  /** Works out what stands and shows it. */
  paint() {
    if (!this.reader.at) return;
    const { at, text } = this.reader;
    const state = fold(this.acts(), (id) => this.codebook.kind(id));
    this.state = state;
    this.codings = state.codings.map((one) => ({ ...one, s: at.toUnit(one.start), e: at.toUnit(one.end), kind: this.codebook.kind(one.code_id), key: `${one.start}-${one.end}-${one.code_id}` }));
    const passages = new Map();
    for (const one of this.codings) {
      const place = `${one.s}-${one.e}`;
      if (!passages.has(place)) passages.set(place, { s: one.s, e: one.e, codings: [] });
      passages.get(place).codings.push({ kind: one.kind, polarity: one.polarity, label: `${this.codebook.label(one.code_id)}${{ affirm: "", deny: " −", mixed: " ±" }[one.polarity]}${one.certainty === "unsure" ? " ?" : ""}` });
    }
    this.passages = [...passages.values()];
    const { selection } = this;
    const rows = this._here();
    const hints = this.hints.open(this.codings);
    const extra = this.from ? [{ ...this.from, class: "evc-tie" }] : [];
    this.reader.show({ marks: this.passages, hints, extra, selection, current: rows[this._focused(rows)] || null });
    const touching = (one) => selection && one.s < selection.e && selection.s < one.e;
    this.card.show({ quote: selection ? text.slice(selection.s, selection.e) : "", rows, focused: this._focused(rows), relations: this._relations(rows), hints: hints.filter(touching), from: this.from });
    this.codebook.paint();
    this.documents.mark(this.id, state.complete === null ? "unread" : state.complete ? "complete" : "begun");
    this.complete.setAttribute("aria-pressed", String(state.complete === true));
    this._status();
  }

  /** Codings here: those of exactly this passage first, then those that overlap it. */
  _here() {
    const { selection } = this;
    if (!selection) return [];
    return this.codings.filter((one) => one.s < selection.e && selection.s < one.e).map((one) => ({ ...one, exact: one.s === selection.s && one.e === selection.e })).sort((a, b) => b.exact - a.exact || a.s - b.s || a.e - b.e);
  }

  _focused(rows) {
    const index = rows.findIndex((row) => row.key === this.coding);
    return index < 0 ? 0 : index;
  }

  _given() {
    const { selection } = this;
    return (selection && this.codings ? this.codings : []).filter((one) => one.s === selection.s && one.e === selection.e).map((one) => one.code_id);
  }

  _relations(rows) {
    const here = new Set(rows.map((row) => `${row.start},${row.end}`));
    return this.state.relations.flatMap((one) => [[one.source, one.target, true], [one.target, one.source, false]].filter(([own]) => here.has(String(own))).map(([, other, outgoing]) => {
      const [s, e] = other.map((point) => this.reader.at.toUnit(point));
      return { ...one, outgoing, s, e, quote: this.reader.text.slice(s, e) };
    }));
  }

  _key(event) {
    event.stopPropagation();
    if (!this.study) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      this._say(this.words.saves_itself);
      return;
    }
    const inText = event.target === this.reader.node;
    const typing = event.target.matches("input, textarea, [role=tree], [role=listbox]");
    const pressing = event.target.matches("button") && ["Enter", " "].includes(event.key);
    const command = commandOf(event);
    if (!command || typing || pressing) return;
    if (event.key === "Escape" && !inText) this._toText();
    event.preventDefault();
    this.run(command);
  }
}

function render({ model, el: root }) {
  const panel = new Panel(model, root);
  return () => panel.close();
}

export default { render };
