"use strict";
// Evidence opens beside the text; without this script its links lead to the appendix. On wide
// screens the panel takes the place of the contents and the text stays where it is and in use;
// on small ones it lies over the text and keeps the focus until it is closed. What is shown is part
// of the address: Back closes it, and a link with the name of an entry opens it.
(function () {
  var chapter = document.querySelector(".evidence-entries");
  if (!chapter || !chapter.querySelector("noscript") || !window.HTMLDialogElement) { return; }
  var entryOf = function (hash) {
    var name = hash.length > 1 ? decodeURIComponent(hash.slice(1)) : "";
    var there = name.startsWith("ev-") && (document.getElementById(name) || evidence().getElementById(name));
    return there && there.classList.contains("evidence") ? there : null;
  };
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
  chapter.id = chapter.id || "evidence-entries";
  whole.href = "#" + chapter.id;
  var current = "";
  document.body.insertBefore(panel, document.getElementById("content"));
  var opener = null;
  // The entries are shown one by one; the list of all is written when it is asked for.
  var list = document.createElement("div");
  list.className = "evidence-list";
  list.hidden = true;
  var unfold = make("button", "evidence-unfold", chapter);
  unfold.type = "button";
  unfold.textContent = chapter.dataset.all;
  chapter.appendChild(list);
  var fold = function (folded) {
    unfold.setAttribute("aria-expanded", String(!folded));
    list.hidden = folded;
    if (!folded) { fill(); }
  };
  var fill = function () {
    if (!list.firstChild) { list.append.apply(list, document.importNode(evidence().body, true).childNodes); }
  };
  unfold.addEventListener("click", function () { fold(!list.hidden); });
  fold(true);
  var mark = function (open) {
    if (opener) { opener.setAttribute("aria-expanded", String(open)); }
    document.body.classList.toggle("with-evidence", open);
  };
  var show = function (link, entry) {
    if (!panel.contains(link)) { mark(false); opener = link; }
    var copy = document.importNode(entry, true);
    copy.removeAttribute("id");
    copy.querySelectorAll("[id]").forEach(function (each) { each.removeAttribute("id"); });
    shown.replaceChildren(copy);
    var term = entry.querySelector(".evidence-term");
    title.textContent = chapter.dataset.panel + (term && term.textContent.length < 40 ? ": " + term.textContent : "");
    current = "#" + entry.id;
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
    var entry = entryOf(link.hash);
    var inside = panel.contains(link);
    if (link !== whole && entry && (inside || link.classList.contains("evidence-link"))) {
      event.preventDefault();
      overlays.enter("evidence", shut, "#" + entry.id, inside);
      show(link, entry);
    } else if (link === whole) {
      event.preventDefault();
      leave();
      fold(false);
      entry = entryOf(current);
      entry.tabIndex = -1;
      entry.scrollIntoView();
      entry.focus({ preventScroll: true });
    } else if (inside) {
      // It leads away: the focus goes there and not back.
      event.preventDefault();
      mark(false);
      opener = null;
      panel.close();
      overlays.follow(link.hash, true);
    }
  });
  // Done at once and not when the browser tells of it: the next panel may be open by then.
  var leave = function () {
    var back = opener;
    mark(false);
    opener = null;
    overlays.leave();
    if (panel.open) { panel.close(); }
    if (back) { back.focus({ preventScroll: true }); }
  };
  // What came of going back is for `arrive` to see to, which knows the address.
  var shut = function (gone) { if (!gone) { leave(); } };
  var arrive = function (event) {
    var entry = entryOf(location.hash);
    if (!entry) {
      if (panel.open) { leave(); }
      return;
    }
    var link = document.querySelector("main a.evidence-link[href='#" + CSS.escape(entry.id) + "']");
    if (!link) { fold(false); entryOf(location.hash).scrollIntoView(); return; }
    fold(true);
    link.scrollIntoView({ block: "center", behavior: "instant" });
    overlays.adopt("evidence", shut, !event);
    show(link, entry);
  };
  window.addEventListener("popstate", arrive);
  if (location.hash) { arrive(); }
  close.addEventListener("click", leave);
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && panel.open) { event.preventDefault(); leave(); }
  });
  panel.addEventListener("close", function () { if (!panel.open) { leave(); } });
  // From beside to over the text and back it cannot change while it is open.
  wide.addEventListener("change", function () { if (panel.open) { leave(); } });
}());
