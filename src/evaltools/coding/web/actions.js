// Doing: commands become acts, which are kept, shown and sent.

class Doing extends Moving {
  _give(coding, changes = {}) {
    const { text, at } = this.reader;
    const start = at.toPoint(coding.s);
    const end = at.toPoint(coding.e);
    const { polarity = "affirm", certainty = null, suggestion = null } = { ...coding, ...changes };
    this.coding = `${start}-${end}-${coding.code_id}`;
    const done = this._do({ document_id: this.id, act: "code", passage: { start, end, quote: text.slice(coding.s, coding.e) }, code_id: coding.code_id, polarity, certainty, suggestion, text_sha256: this.texts.get(this.id).sha256, day: today() });
    if (done) this._say([this.codebook.label(coding.code_id), this.words[polarity], certainty === "unsure" ? this.words.unsure : ""].filter(Boolean).join(", "));
  }

  _toggle(id) {
    const { selection } = this;
    if (!selection) return;
    const given = this.codings.find((one) => one.code_id === id && one.s === selection.s && one.e === selection.e);
    if (given) this._remove(given);
    else this._give({ ...selection, code_id: id });
  }

  _remove(row) {
    if (this._do({ document_id: this.id, act: "uncode", place: [row.start, row.end], code_id: row.code_id })) this._say(filled(this.words.removed, { code: this.codebook.label(row.code_id) }));
  }

  /** Takes a suggestion for the passage that is selected, or for its sentence where none holds it. */
  _take(hint) {
    const { selection } = this;
    const { sentences } = this.reader;
    const holds = selection && selection.s <= hint.s && selection.e >= hint.e;
    const span = holds ? selection : sentences.find((one) => one.s <= hint.s && one.e >= hint.e) || hint;
    const { start, end, matched, pattern, lemma } = hint;
    this._give({ s: span.s, e: span.e, code_id: hint.code_id, suggestion: { start, end, matched, pattern, lemma } });
  }

  _relate() {
    const rows = this._here();
    const kinds = (passage) => new Set(this.codings.filter((one) => one.s === passage.s && one.e === passage.e).map((one) => one.kind));
    const ends = rows.filter((row) => ["response", "challenge"].includes(row.kind));
    if (!ends.length) return this._say(this.words.relation_needs);
    const chosen = ends.find((row) => row.key === this.coding) || ends[0];
    const here = { s: chosen.s, e: chosen.e };
    if (!this.from || (this.from.s === here.s && this.from.e === here.e)) {
      this.from = this.from ? null : here;
      this.paint();
      return this._say(this.from ? this.words.relation_from : this.words.relation_off);
    }
    const pairs = [[this.from, here], [here, this.from]].filter(([source, target]) => kinds(source).has("response") && kinds(target).has("challenge"));
    if (!pairs.length) return this._say(this.words.relation_needs);
    const [source, target] = pairs[0].map((one) => [this.reader.at.toPoint(one.s), this.reader.at.toPoint(one.e)]);
    const tied = this.state.relations.some((one) => String(one.source) === String(source) && String(one.target) === String(target));
    this.from = null;
    if (this._do({ document_id: this.id, act: tied ? "unrelate" : "relate", source, target, kind: "answers" })) this._say(this.words[tied ? "untied" : "tied"]);
    return undefined;
  }

  _undo() {
    const act = undoable(this.acts());
    if (!act) return this._say(this.words.nothing_to_undo);
    if (this._do({ document_id: this.id, act: "undo", of: act.id })) this._say(this.words.undone);
    return undefined;
  }

  _redo() {
    const act = redoable(this.acts());
    if (!act) return this._say(this.words.nothing_to_redo);
    if (this._do({ document_id: this.id, act: "undo", of: act.id })) this._say(this.words.redone);
    return undefined;
  }

  _beside(step) {
    const id = this.documents.beside(this.id, step);
    if (id) this._open(id);
    else this._say(this.words.no_more);
  }

  run(command) {
    if (!this.reader?.at && !["help", "documents", "full"].includes(command)) return;
    const { sentences, words, blocks } = this.reader;
    const rows = this.codings ? this._here() : [];
    const row = rows[this._focused(rows)];
    const onRow = (act) => (row ? act() : this._say(this.words.no_codes));
    const headings = () => blocks.filter((block) => block.kind !== "paragraph" && block.kind !== "row");
    const hinted = () => this.hints.open(this.codings).map((hint) => sentences.find((one) => one.s <= hint.s && one.e >= hint.e) || hint);
    const commands = {
      "next sentence": () => this._sentence(1), "previous sentence": () => this._sentence(-1),
      "next word": () => this._word(1), "previous word": () => this._word(-1),
      "extend sentence": () => this._extend(1, sentences), "shrink sentence": () => this._extend(-1, sentences),
      "extend word": () => this._extend(1, words), "shrink word": () => this._extend(-1, words),
      "next heading": () => this._step(headings(), 1), "previous heading": () => this._step(headings(), -1),
      "first sentence": () => this._select(sentences[0]), "last sentence": () => this._select(sentences[sentences.length - 1]),
      "next mark": () => this._step(this.passages, 1, this.words.no_marks), "previous mark": () => this._step(this.passages, -1, this.words.no_marks),
      "next hint": () => this._step(hinted(), 1, this.words.no_suggestions), "previous hint": () => this._step(hinted(), -1, this.words.no_suggestions),
      code: () => this.codebook.search(), take: () => this._takeHere(),
      affirm: () => onRow(() => this._give(row, { polarity: "affirm" })), deny: () => onRow(() => this._give(row, { polarity: "deny" })), mixed: () => onRow(() => this._give(row, { polarity: "mixed" })),
      certainty: () => onRow(() => this._give(row, { certainty: row.certainty === "unsure" ? "sure" : "unsure" })),
      "next coding": () => onRow(() => { this.coding = rows[(this._focused(rows) + 1) % rows.length].key; this.paint(); this._say(this.codebook.label(this.coding.split("-").slice(2).join("-"))); }),
      remove: () => onRow(() => this._remove(row)), relate: () => this._relate(), undo: () => this._undo(), redo: () => this._redo(),
      "next document": () => this._beside(1), "previous document": () => this._beside(-1), documents: () => this.documents.focus(),
      complete: () => { const whole = this.state.complete !== true; if (this._do({ document_id: this.id, act: "read", complete: whole })) this._say(this.words[whole ? "completed" : "not_complete"]); },
      hints: () => { this.hints.shown = !this.hints.shown; this.paint(); this._say(this.words[this.hints.shown ? "hints_on" : "hints_off"]); },
      full: () => (document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen?.().catch(() => {})),
      escape: () => { this.from = null; this.paint(); }, help: () => this.help.show(),
    };
    commands[command]();
  }

  _takeHere() {
    const { selection } = this;
    const hint = this.hints.open(this.codings).find((one) => selection && one.s < selection.e && selection.s < one.e);
    if (hint) this._take(hint);
    else this._say(this.words.no_suggestions);
  }
}
