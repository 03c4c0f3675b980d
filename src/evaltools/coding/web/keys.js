// Which key does what: the one table that the keyboard and the help overlay both follow.

const KEYS = [
  ["keys_moving", [
    [["↓", "↑"], "key_sentence", { ArrowDown: "next sentence", ArrowUp: "previous sentence" }],
    [["→", "←"], "key_word", { ArrowRight: "next word", ArrowLeft: "previous word" }],
    [["Shift", "↓ ↑ → ←"], "key_extend", { "Shift+ArrowDown": "extend sentence", "Shift+ArrowUp": "shrink sentence", "Shift+ArrowRight": "extend word", "Shift+ArrowLeft": "shrink word" }],
    [["PgDn", "PgUp"], "key_heading", { PageDown: "next heading", PageUp: "previous heading" }],
    [["Home", "End"], "key_ends", { Home: "first sentence", End: "last sentence" }],
    [["m", "M"], "key_mark", { m: "next mark", "Shift+M": "previous mark" }],
    [["s", "S"], "key_hint", { s: "next hint", "Shift+S": "previous hint" }],
  ]],
  ["keys_coding", [
    [["c", "Enter"], "key_code", { c: "code", Enter: "code", "/": "code" }],
    [["t"], "key_take", { t: "take" }],
    [["a", "d", "b"], "key_polarity", { a: "affirm", d: "deny", b: "mixed" }],
    [["u"], "key_certainty", { u: "certainty" }],
    [["v"], "key_focus", { v: "next coding" }],
    [["x", "Delete"], "key_remove", { x: "remove", Delete: "remove", Backspace: "remove" }],
    [["r"], "key_relate", { r: "relate" }],
    [["z", "y"], "key_undo", { z: "undo", "Ctrl+z": "undo", y: "redo", "Ctrl+y": "redo", "Ctrl+Shift+Z": "redo", "Shift+Z": "redo" }],
  ]],
  ["keys_documents", [
    [["n", "p"], "key_document", { n: "next document", p: "previous document" }],
    [["g"], "key_list", { g: "documents" }],
    [["w"], "key_complete", { w: "complete" }],
    [["h"], "key_hints", { h: "hints" }],
    [["f"], "key_full", { f: "full" }],
    [["Esc"], "key_escape", { Escape: "escape" }],
    [["?"], "key_help", { "?": "help", "Shift+?": "help" }],
  ]],
];

const COMMANDS = Object.assign({}, ...KEYS.flatMap(([, rows]) => rows.map(([, , keys]) => keys)));

/** The command of a key press, or undefined. */
function commandOf(event) {
  if (event.altKey || event.isComposing) return undefined;
  const control = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
  // Caps Lock is no wish for another command.
  const letter = event.key.length > 1 ? event.key : event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
  return COMMANDS[`${control}${event.shiftKey ? "Shift+" : ""}${letter}`];
}
