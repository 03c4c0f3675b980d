// The report on the page: headings, paragraphs, tables; passages marked, one above another where
// they overlap; and the place where the reader is.

class Reader {
  /** `chosen(span)` is called when a span was chosen with the mouse, `clicked(position)` at a click. */
  constructor({ label, chosen, clicked }) {
    this.body = el("div", { class: "evc-body" });
    this.node = el("div", { class: "evc-text", role: "region", tabindex: "0", "aria-label": label }, this.body);
    this.marks = [];
    this.hints = [];
    this.extra = [];
    this.selection = null;
    this.node.addEventListener("pointerup", () => setTimeout(() => this._taken(chosen, clicked)));
  }

  /** Shows a document: its text, and the headings (code points) of its sections. */
  open(text, sections, language) {
    this.text = text;
    this.at = positions(text);
    const starts = new Set(sections.map((section) => this.at.toUnit(section.start)));
    Object.assign(this, readable(text, starts, language));
    this.body.replaceChildren();
    this.body.setAttribute("lang", language || "fi");
    const names = { title: "h2", heading: "h3", subheading: "h4", row: "div", paragraph: "p" };
    this.painted = this.blocks.map(() => null);
    this.nodes = this.blocks.map((block) => {
      const words = el(names[block.kind], { class: `evc-words evc-${block.kind}` });
      const margin = el("div", { class: "evc-margin" });
      const node = el("div", { class: `evc-block evc-block-${block.kind}` }, words, margin);
      this.body.append(node);
      return { node, words, margin };
    });
    this.selection = null;
    this.node.scrollTop = 0;
  }

  /** Passages {s, e, codings: [{kind, label, polarity, certainty}]}; spans in UTF-16 units. */
  show({ marks, hints = [], extra = [], selection, current = null }) {
    this.marks = withLanes(marks);
    this.hints = hints;
    this.extra = extra;
    this.selection = selection;
    this.current = current;
    this.blocks.forEach((block, index) => this._paint(block, index));
  }

  /** Scrolls to the start of the selection. */
  reveal() {
    const node = this.body.querySelector(".evc-chosen");
    if (node) reveal(this.node, node);
  }

  _paint(block, index) {
    const touches = (span) => span.s < block.e && span.e > block.s;
    const marks = this.marks.filter(touches);
    const hints = this.hints.filter(touches);
    const extra = this.extra.filter(touches);
    const selection = this.selection && touches(this.selection) ? this.selection : null;
    const isCurrent = (mark) => Boolean(this.current && mark.s === this.current.s && mark.e === this.current.e);
    const sign = JSON.stringify([marks, hints, extra, selection, marks.map(isCurrent)]);
    if (this.painted[index] === sign) return;
    this.painted[index] = sign;
    const { node, words, margin } = this.nodes[index];
    const cuts = new Set([block.s, block.e]);
    const cut = (span) => [span.s, span.e].forEach((place) => place > block.s && place < block.e && cuts.add(place));
    [...marks, ...hints, ...extra].forEach(cut);
    if (selection) cut(selection);
    if (block.kind === "row") for (let i = block.s; i < block.e; i += 1) if (this.text[i] === "\t") cuts.add(i).add(i + 1);
    const places = [...cuts].sort((a, b) => a - b);
    const atoms = [];
    for (let i = 0; i + 1 < places.length; i += 1) {
      const [s, e] = [places[i], places[i + 1]];
      const covers = (span) => span.s <= s && span.e >= e;
      atoms.push(this._atom(s, e, marks.filter(covers), hints.filter(covers), extra.filter(covers), selection && covers(selection), isCurrent));
    }
    words.replaceChildren(...(block.kind === "row" ? cells(atoms) : atoms));
    node.classList.toggle("evc-here", Boolean(selection));
    margin.replaceChildren(...marks.filter((mark) => mark.s >= block.s).flatMap((mark) => mark.codings.map((one) => el("span", { class: `evc-chip k-${one.kind} p-${one.polarity}`, "data-at": mark.s, "data-to": mark.e, text: one.label, title: one.title || one.label }))));
  }

  _atom(s, e, marks, hints, extra, chosen, isCurrent) {
    const classes = ["evc-atom"];
    if (chosen) classes.push("evc-chosen");
    if (hints.length) classes.push("evc-hint", `k-${hints[0].kind}`);
    extra.forEach((span) => classes.push(span.class));
    const node = el("span", { class: classes.join(" "), "data-s": s, text: this.text.slice(s, e) });
    if (marks.length) {
      const layers = [];
      for (const mark of marks) {
        const { kind, polarity } = mark.codings[0];
        const color = `var(--evc-${kind})`;
        const thick = isCurrent(mark) ? 3.5 : 2;
        const line = { affirm: `linear-gradient(${color},${color})`, deny: `repeating-linear-gradient(90deg,${color} 0 7px,transparent 7px 11px)`, mixed: `repeating-linear-gradient(90deg,${color} 0 2px,transparent 2px 5px)` }[polarity];
        layers.push(`${line} 0 calc(100% - ${mark.lane * 4}px)/100% ${thick}px no-repeat`);
      }
      // Tints laid over one another turn to mud: the shortest passage gives its own.
      const shortest = [...marks].sort((a, b) => a.e - a.s - (b.e - b.s))[0];
      const tint = `var(--evc-${shortest.codings[0].kind}-tint)`;
      if (!chosen) layers.push(`linear-gradient(${tint},${tint})`);
      node.style.background = layers.join(",");
      if (chosen) node.style.backgroundColor = "var(--evc-chosen)";
      node.style.paddingBottom = `${Math.min(4, Math.max(...marks.map((mark) => mark.lane))) * 4 + 3}px`;
      node.classList.add("evc-marked");
    }
    return node;
  }

  _taken(chosen, clicked) {
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    if (!range || !this.body.contains(range.startContainer)) return;
    const s = this._position(range.startContainer, range.startOffset);
    const e = this._position(range.endContainer, range.endOffset);
    if (s === null) return;
    if (e === null || s === e) clicked(s);
    else {
      const span = wholeCharacters(this.text, s, e);
      getSelection().removeAllRanges();
      if (span) chosen(span);
    }
  }

  _position(container, offset) {
    const holder = container.nodeType === Node.TEXT_NODE ? container.parentElement : container;
    const atom = holder.closest?.(".evc-atom");
    if (atom) return Number(atom.dataset.s) + (container.nodeType === Node.TEXT_NODE ? offset : 0);
    const chip = holder.closest?.(".evc-chip");
    if (chip) return Number(chip.dataset.at);
    const next = (holder.childNodes[offset] || holder).querySelector?.(".evc-atom");
    if (next) return Number(next.dataset.s);
    const block = holder.closest?.(".evc-block");
    const index = block ? [...this.body.children].indexOf(block) : -1;
    return index < 0 ? null : this.blocks[index].e;
  }
}

/** Each passage on a lane of its own among those it overlaps, the same lane from end to end. */
function withLanes(marks) {
  const ends = [];
  return [...marks].sort((a, b) => a.s - b.s || b.e - a.e).map((mark) => {
    let lane = ends.findIndex((end) => end <= mark.s);
    if (lane < 0) lane = ends.length;
    ends[lane] = mark.e;
    return { ...mark, lane };
  });
}

/** The atoms of a table's row, parted into cells where the tabs are. */
function cells(atoms) {
  const row = [el("span", { class: "evc-cell" })];
  for (const atom of atoms) {
    row[row.length - 1].append(atom);
    if (atom.textContent === "\t") row.push(el("span", { class: "evc-cell" }));
  }
  return row;
}
