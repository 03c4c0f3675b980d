// The text: how characters are counted, and where blocks, sentences and words begin and end.
// The browser counts UTF-16 units, the study counts code points; what leaves this file for the
// kernel has been converted.

/** Conversion between UTF-16 units and code points of a text. */
function positions(text) {
  const pairs = [];
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      pairs.push(i);
      i += 1;
    }
  }
  const before = (unit) => {
    let low = 0;
    let high = pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[middle] < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const toPoint = (unit) => unit - before(unit);
  const toUnit = (point) => {
    let low = 0;
    let high = pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[middle] - middle < point) low = middle + 1;
      else high = middle;
    }
    return point + low;
  };
  return { toPoint, toUnit };
}

// A full stop after these does not end a sentence.
const ABBREVIATED = /(?:^|[\s(])(?:esim|mm|ym|yms|jne|ks|vrt|n|noin|s|ss|v|vs|kpl|milj|mrd|tms|ns|ent|nro|puh|eur|alv|os|klo|t\.ex|bl\.a|m\.m|o\.s\.v|osv|dvs|d\.v\.s|ca|c|jfr|st|mn|nr|kl|resp|e\.g|i\.e|etc|approx|\p{L})\.\s*$/iu;

function sentencesOf(line, start, language) {
  const cutter = new Intl.Segmenter(language || "fi", { granularity: "sentence" });
  const parts = [];
  for (const { segment, index } of cutter.segment(line)) {
    const last = parts[parts.length - 1];
    const goesOn = last && (ABBREVIATED.test(last.text) || /^[\p{Ll})]/u.test(segment));
    if (goesOn) last.text += segment;
    else parts.push({ text: segment, s: start + index });
  }
  return parts.map(({ text, s }) => trimmed(text, s)).filter(Boolean);
}

function trimmed(text, start) {
  const left = text.length - text.trimStart().length;
  const right = text.trimEnd().length;
  return right > left ? { s: start + left, e: start + right } : null;
}

/** Blocks, sentences and words of a text, in UTF-16 units; `starts` are those of the headings. */
function readable(text, starts, language) {
  const blocks = [];
  const sentences = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const e = at + line.length;
    if (line.trim()) {
      let kind = "paragraph";
      if (starts.has(at)) kind = /^\s*\d+\.\d/.test(line) ? "subheading" : "heading";
      else if (at === 0 && line.length < 200) kind = "title";
      else if (line.includes("\t")) kind = "row";
      const own = kind === "paragraph" ? sentencesOf(line, at, language) : [trimmed(line, at)];
      own.forEach((sentence) => sentences.push({ ...sentence, block: blocks.length }));
      blocks.push({ s: at, e, kind });
    }
    at = e + 1;
  }
  return { blocks, sentences, words: wordsOf(text, language) };
}

function wordsOf(text, language) {
  const cutter = new Intl.Segmenter(language || "fi", { granularity: "word" });
  const words = [];
  for (const { segment, index, isWordLike } of cutter.segment(text)) {
    // An emoji is no word, and yet someone may want to mark it.
    if (isWordLike || /\p{Extended_Pictographic}/u.test(segment)) words.push({ s: index, e: index + segment.length });
  }
  return words;
}

/** The span widened so that it cuts no character as a person sees it, without blanks around. */
function wholeCharacters(text, s, e) {
  const from = Math.max(0, s - 64);
  const cutter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let start = s;
  let end = e;
  for (const { segment, index } of cutter.segment(text.slice(from, e + 64))) {
    const left = from + index;
    const right = left + segment.length;
    if (left < s && s < right) start = left;
    if (left < e && e < right) end = right;
  }
  return trimmed(text.slice(start, end), start);
}

/** Index of the first span that starts after a position, or the length. */
function firstAfter(spans, position) {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle].s <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
