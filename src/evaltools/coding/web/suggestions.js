// Suggestions: where the words of a code stand. They show where to look and code nothing.

class Suggestions {
  constructor(codebook) {
    this.codebook = codebook;
    this.shown = true;
    this.all = [];
  }

  /** Suggestions of a document, from code points into units of its text. */
  set(found, at) {
    this.all = found.map((one) => ({ ...one, s: at.toUnit(one.start), e: at.toUnit(one.end), kind: this.codebook.kind(one.code_id) }));
  }

  /** Those that are shown: of codes that no overlapping passage has got from this coder. */
  open(codings) {
    if (!this.shown) return [];
    return this.all.filter((one) => !codings.some((coding) => coding.code_id === one.code_id && coding.s < one.e && one.s < coding.e));
  }
}
