// Keys of the disagreement browser; those of the text hold while a passage is being edited.

const SETTLING_KEYS = [
  ["keys_differences", [
    [["↓", "↑"], "key_unit", { ArrowDown: "next", ArrowUp: "previous" }],
    [["n", "p"], "key_unit_document", { n: "next document", p: "previous document" }],
    [["k"], "key_filter", { k: "filter" }],
    [["o"], "key_open_only", { o: "open only" }],
  ]],
  ["keys_settling", [
    [["1", "2", "…"], "key_as_coder", Object.fromEntries("123456789".split("").map((digit) => [digit, `coder ${digit}`]))],
    [["+"], "key_all", { "+": "all", "Shift++": "all" }],
    [["0"], "key_neither", { 0: "neither" }],
    [["e"], "key_edit", { e: "edit" }],
    [["w"], "key_finish", { w: "finish" }],
    [["z", "y"], "key_undo", { z: "undo", "Ctrl+z": "undo", y: "redo", "Ctrl+y": "redo", "Shift+Z": "redo" }],
  ]],
  ["keys_documents", [
    [["f"], "key_full", { f: "full" }],
    [["?"], "key_help", { "?": "help", "Shift+?": "help" }],
  ]],
];

const EDITING = { ArrowDown: "next sentence", ArrowUp: "previous sentence", ArrowRight: "next word", ArrowLeft: "previous word", "Shift+ArrowDown": "extend sentence", "Shift+ArrowUp": "shrink sentence", "Shift+ArrowRight": "extend word", "Shift+ArrowLeft": "shrink word", Enter: "take passage", Escape: "give up" };

const SETTLING = Object.assign({}, ...SETTLING_KEYS.flatMap(([, rows]) => rows.map(([, , keys]) => keys)));
