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
// The table of contents is folded away on small screens.
var contents = document.querySelector("#contents details");
if (contents && window.matchMedia("(max-width: 70rem)").matches) { contents.open = false; }
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
// Evidence opens beside the text; without this script its links lead to the appendix. On wide
// screens the panel takes the place of the contents and the text stays where it is and in use;
// on small ones it lies over the text and keeps the focus until it is closed.
(function () {
  var chapter = document.querySelector(".evidence-entries");
  if (!chapter || !window.HTMLDialogElement) { return; }
  var wide = window.matchMedia("(min-width: 70.01rem)");
  var make = function (tag, name, parent) {
    var element = document.createElement(tag);
    if (name) { element.className = name; }
    parent.appendChild(element);
    return element;
  };
  var panel = document.createElement("dialog");
  panel.className = "evidence-panel";
  panel.id = "evidence-panel";
  panel.setAttribute("aria-labelledby", "evidence-panel-title");
  var head = make("div", "evidence-panel-head", panel);
  var title = make("h2", "", head);
  title.id = "evidence-panel-title";
  title.tabIndex = -1;
  var close = make("button", "", head);
  close.type = "button";
  close.textContent = chapter.dataset.close;
  var shown = make("div", "evidence-panel-body", panel);
  var whole = make("a", "", make("p", "evidence-whole", panel));
  whole.textContent = chapter.dataset.whole;
  document.body.insertBefore(panel, document.getElementById("content"));
  var opener = null;
  var mark = function (open) {
    if (opener) { opener.setAttribute("aria-expanded", String(open)); }
    document.body.classList.toggle("with-evidence", open);
  };
  var show = function (link, entry) {
    if (!panel.contains(link)) { mark(false); opener = link; }
    var copy = entry.cloneNode(true);
    copy.removeAttribute("id");
    copy.querySelectorAll("[id]").forEach(function (each) { each.removeAttribute("id"); });
    shown.replaceChildren(copy);
    var term = entry.querySelector(".evidence-term");
    title.textContent = chapter.dataset.panel + (term && term.textContent.length < 40 ? ": " + term.textContent : "");
    whole.href = "#" + entry.id;
    if (!panel.open) { if (wide.matches) { panel.show(); } else { panel.showModal(); } }
    mark(true);
    panel.scrollTop = 0;
    title.focus({ preventScroll: true });
    // What was asked about stays in sight above the panel.
    var hidden = wide.matches ? 0 : opener.getBoundingClientRect().bottom + 24 - panel.getBoundingClientRect().top;
    if (hidden > 0) { window.scrollBy({ top: hidden, behavior: "instant" }); }
  };
  document.querySelectorAll("a.evidence-link").forEach(function (link) {
    link.setAttribute("aria-haspopup", "dialog");
    link.setAttribute("aria-expanded", "false");
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='#']");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) { return; }
    var entry = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    var inside = panel.contains(link);
    if (link !== whole && entry && entry.classList.contains("evidence") && (inside || link.classList.contains("evidence-link"))) {
      event.preventDefault();
      show(link, entry);
    } else if (inside) {
      // It leads away: the focus goes there and not back.
      mark(false);
      opener = null;
      panel.close();
    }
  });
  // Done at once and not when the browser tells of it: the next panel may be open by then.
  var leave = function () {
    var back = opener;
    mark(false);
    opener = null;
    if (panel.open) { panel.close(); }
    if (back) { back.focus({ preventScroll: true }); }
  };
  close.addEventListener("click", leave);
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && panel.open) { event.preventDefault(); leave(); }
  });
  panel.addEventListener("close", function () { if (!panel.open) { leave(); } });
  // From beside to over the text and back it cannot change while it is open.
  wide.addEventListener("change", function () { if (panel.open) { leave(); } });
}());
