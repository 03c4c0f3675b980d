"use strict";
// Tabs: without this script the panels stand one below the other under their headings.
document.querySelectorAll(".tabset").forEach(function (set) {
  var panels = Array.prototype.slice.call(set.children);
  var list = document.createElement("div");
  list.className = "tab-list";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", set.dataset.label);
  var tabs = panels.map(function (panel) {
    var title = panel.querySelector(".tab-title");
    var tab = document.createElement("button");
    tab.type = "button";
    tab.id = panel.id + "-tab";
    tab.textContent = title.textContent;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    title.hidden = true;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = 0;
    list.appendChild(tab);
    return tab;
  });
  function show(index, focus) {
    tabs.forEach(function (tab, place) {
      var chosen = place === index;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      panels[place].classList.toggle("closed", !chosen);
      if (chosen && focus) { tab.focus(); }
    });
  }
  tabs.forEach(function (tab, index) {
    tab.addEventListener("click", function () { show(index, false); });
    tab.addEventListener("keydown", function (event) {
      var last = tabs.length - 1;
      var next = { ArrowRight: index < last ? index + 1 : 0, ArrowLeft: index > 0 ? index - 1 : last,
        Home: 0, End: last }[event.key];
      if (next !== undefined) { event.preventDefault(); show(next, true); }
    });
  });
  set.insertBefore(list, set.firstChild);
  set.classList.add("ready");
  show(0, false);
  // A link into a hidden panel opens it.
  function follow() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    panels.forEach(function (panel, index) {
      if (target && panel.contains(target)) { show(index, false); target.scrollIntoView(); }
    });
  }
  window.addEventListener("hashchange", follow);
  follow();
});
// What does not scroll need not be a stop for the keyboard.
function stops() {
  document.querySelectorAll(".table-scroll, .formula, pre[tabindex]").forEach(function (box) {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
  });
}
stops();
window.addEventListener("resize", stops);
window.addEventListener("load", stops);
if (document.fonts) { document.fonts.ready.then(stops); }
// What is to be cited can be taken along.
(function () {
  var line = document.getElementById("cite");
  if (!line) { return; }
  var button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = line.dataset.copy;
  var told = document.createElement("span");
  told.setAttribute("role", "status");
  line.append(" ", button, " ", told);
  button.addEventListener("click", function () {
    var text = line.querySelector(".citation-text");
    // Where the browser does not let it copy, the text is marked for the reader to do it.
    var done = document.createRange();
    done.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(done);
    var copied = document.execCommand("copy");
    told.textContent = copied ? line.dataset.copied : "";
  });
}());
// Entries of the evidence: to a browser with scripts they are text, read when first asked for.
var evidence = (function () {
  var read = null;
  return function () {
    var data = document.querySelector(".evidence-entries > noscript");
    if (!read && data) { read = new DOMParser().parseFromString(data.textContent, "text/html"); }
    return read;
  };
}());
// Text as it is searched: one form for all that a number, a dash, a space or a quotation mark can be
// printed or typed as. Digits are in one piece, decimals behind a point.
var searching = (function () {
  var marks = /[\u00ad\u200b\u2060]+|\s+|[,'\u2018\u2019\u201c\u201d\u2010-\u2015\u2212]/g;
  // `at` is filled with the place in the text of each letter of what comes of it.
  function fold(text, language, at) {
    var english = /^en/.test(language || "");
    var made = "";
    var last = 0;
    function put(letters, from) {
      for (var n = 0; at && n < letters.length; n += 1) { at.push(from + n); }
      made += letters;
    }
    text.replace(marks, function (mark, place) {
      put(text.slice(last, place).toLowerCase(), last);
      last = place + mark.length;
      var after = text.slice(last, last + 4);
      var within = /\d/.test(text.charAt(place - 1)) && /^\d/.test(after);
      var thousands = within && /^\d{3}(?!\d)/.test(after) && mark.length === 1;
      if (/^[\u00ad\u200b\u2060]/.test(mark)) { return ""; }
      if (/^\s/.test(mark)) {
        if (!(thousands || /\d/.test(text.charAt(place - 1)) && /^[%\u2030\u20ac]/.test(after))) { put(" ", place); }
      } else if (mark === ",") {
        if (within) { put(thousands && english ? "" : ".", place); } else { put(",", place); }
      } else if (/['\u2018\u2019]/.test(mark)) {
        if (!thousands) { put("'", place); }
      } else {
        put(/[\u201c\u201d]/.test(mark) ? '"' : "-", place);
      }
      return "";
    });
    put(text.slice(last).toLowerCase(), last);
    return made;
  }
  // What was typed may be meant in the way of any language; a comma may part thousands not yet typed.
  function forms(typed) {
    var made = [fold(typed.trim(), "en"), fold(typed.trim(), "fi")].filter(function (form, n, all) { return all.indexOf(form) === n; });
    var begun = typed.trim().replace(/(\d),(\d{1,2})$/, "$1$2");
    return begun === typed.trim() ? made : made.concat(fold(begun, "en") + "\u2026");
  }
  // The best place: 2 where it stands by itself, 1 where a number goes on behind it; never within one.
  function find(folded, form) {
    var best = null;
    var open = form.slice(-1) === "\u2026";
    form = open ? form.slice(0, -1) : form;
    for (var place = folded.indexOf(form); form && place >= 0; place = folded.indexOf(form, place + 1)) {
      var before = folded.charAt(place - 1);
      var after = folded.slice(place + form.length, place + form.length + 2);
      if (/^\d/.test(form) && (/\d/.test(before) || before === "." && /\d/.test(folded.charAt(place - 2)))) { continue; }
      var goes = /\d$/.test(form) && /^\.?\d/.test(after) || form.charAt(0) === "-" && /\d/.test(before);
      if (open && !goes) { continue; }
      if (!best || !goes) { best = { place: place, long: form.length, rank: goes ? 1 : 2 }; }
      if (!goes) { break; }
    }
    return best;
  }
  return { fold: fold, forms: forms, find: find };
}());
