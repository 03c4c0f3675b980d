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
