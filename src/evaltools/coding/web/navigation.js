// Moving through the report, by sentences, words, headings, marks and suggestions.

class Moving extends Connection {
  /** Selects a span and says it to those who listen. */
  _select(span, anchor = null) {
    this.anchor = anchor || span;
    this.selection = { s: span.s, e: span.e };
    this.paint();
    this.reader.reveal();
    const codes = this._given().map((id) => this._label(id));
    this._say([this.reader.text.slice(span.s, span.e), ...codes].join(". "), false);
  }

  go(span) {
    if (span) this._select(span);
    else this.paint();
  }

  _click(position) {
    const marked = this.passages.filter((one) => one.s <= position && position < one.e).sort((a, b) => a.e - a.s - (b.e - b.s))[0];
    const { sentences } = this.reader;
    this._select(marked || sentences[Math.max(0, firstAfter(sentences, position) - 1)]);
    this._toText();
  }

  /** To the next or previous of some spans, from where one is. */
  _step(spans, step, wrapped = null) {
    if (!spans.length) return this._say(wrapped || this.words.nothing_there);
    const { s, e } = this.selection || { s: -1, e: -1 };
    const sorted = [...spans].sort((a, b) => a.s - b.s || a.e - b.e);
    const found = step > 0 ? sorted.find((one) => one.s > s || (one.s === s && one.e > e)) : sorted.reverse().find((one) => one.s < s || (one.s === s && one.e < e));
    return found ? this._select(found) : this._say(this.words.no_more);
  }

  _sentence(step) {
    const { sentences } = this.reader;
    const { s } = this.selection;
    const index = firstAfter(sentences, s);
    const current = index - 1;
    // From within a sentence the way up leads to its own beginning.
    const back = current >= 0 && sentences[current].s < s ? current : current - 1;
    const found = sentences[step > 0 ? index : back];
    if (found) this._select(found);
  }

  _word(step) {
    const { words } = this.reader;
    const { s, e } = this.selection;
    const inside = words.filter((word) => word.s >= s && word.e <= e);
    const found = step > 0 ? (inside.length > 1 ? inside[0] : words[firstAfter(words, s)]) : words[firstAfter(words, s - 1) - 1];
    if (found) this._select(found);
  }

  /** Moves the end that is not anchored, by sentences or words, as in a text editor. */
  _extend(step, spans) {
    const { anchor } = this;
    const { s, e } = this.selection;
    let next = null;
    if (step > 0 && s === anchor.s) next = { s, e: spans.find((one) => one.e > e)?.e ?? e };
    else if (step > 0) next = { s: Math.min(spans.find((one) => one.s > s)?.s ?? s, anchor.s), e };
    else if (e > anchor.e) next = { s, e: Math.max(spans.findLast((one) => one.e < e)?.e ?? e, anchor.e) };
    else next = { s: spans.findLast((one) => one.s < s)?.s ?? s, e };
    this._select(next, anchor);
  }
}
