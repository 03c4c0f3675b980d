"use strict";
// The contents follow the reader, find words in the text, and are a drawer on small screens.
(function () {
  var nav = document.getElementById("contents");
  if (!nav) { return; }
  var drawer = nav.querySelector("details");
  // The way to other languages stays in sight, so that it can be taken from any section.
  var languages = document.querySelector(".languages");
  if (languages) { nav.prepend(languages); }
  var narrow = window.matchMedia("(max-width: 70rem)");
  drawer.open = !narrow.matches;
  // What the publication is takes no room of the first view on a phone, and is there on paper.
  var about = document.querySelector(".about");
  var phone = window.matchMedia("screen and (max-width: 40rem)");
  function unfold() { if (about) { about.open = !phone.matches; } }
  phone.addEventListener("change", unfold);
  unfold();
  narrow.addEventListener("change", function () { drawer.open = !narrow.matches; });
  // Open on a small screen it lies over the text.
  var over = false;
  function shut(gone) {
    over = false;
    if (narrow.matches) { drawer.open = false; }
    if (!gone) { overlays.leave(); }
  }
  function enter() {
    over = true;
    overlays.enter("contents", shut);
  }
  drawer.querySelector("summary").addEventListener("click", function () {
    if (narrow.matches && !drawer.open) { enter(); }
  });
  // However else it is opened or closed, of which the browser tells a little later.
  drawer.addEventListener("toggle", function () {
    if (narrow.matches && drawer.open) { if (!over) { enter(); } } else if (over) { shut(); }
  });
  drawer.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='#']");
    if (!narrow.matches || !link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    over = false;
    drawer.open = false;
    overlays.follow(link.hash);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && narrow.matches && drawer.open) {
      shut();
      drawer.querySelector("summary").focus();
    }
  });

  // Where the reader is: beside the text, of other chapters than theirs no sections are listed.
  nav.classList.add("following");
  var links = Array.prototype.slice.call(drawer.querySelectorAll("ul a[href^='#']"));
  var sections = links.map(function (link) {
    return document.getElementById(decodeURIComponent(link.hash.slice(1)));
  });
  var current = null;
  var waiting = false;
  function follow() {
    waiting = false;
    var place = -1;
    sections.forEach(function (section, index) {
      if (section && section.getBoundingClientRect().top < 120) { place = index; }
    });
    var link = links[place] || null;
    if (link === current) { return; }
    if (current) { current.removeAttribute("aria-current"); }
    current = link;
    // Another language opens at the same section, whose identifier is the same in all of them.
    var same = link && sections[place].closest("section[id^='sec-']:not([lang])");
    document.querySelectorAll(".languages a").forEach(function (other) {
      other.hash = same ? same.id : "";
    });
    if (!link) { return; }
    link.setAttribute("aria-current", "true");
    var box = nav.getBoundingClientRect();
    var own = link.getBoundingClientRect();
    if (!narrow.matches && (own.top < box.top + 60 || own.bottom > box.bottom - 60)) {
      nav.scrollTop += own.top - box.top - box.height / 3;
    }
  }
  window.addEventListener("scroll", function () {
    if (!waiting) { waiting = true; window.requestAnimationFrame(follow); }
  }, { passive: true });
  follow();

  // A link to every section, for whoever wants to send it.
  document.querySelectorAll("main section[id]").forEach(function (section) {
    var heading = section.firstElementChild;
    if (!heading || !/^H[2-5]$/.test(heading.tagName)) { return; }
    var link = document.createElement("a");
    link.className = "section-link";
    link.href = "#" + section.id;
    link.setAttribute("aria-label", nav.dataset.sectionLink + ": " + heading.textContent.trim());
    heading.appendChild(link);
  });

  // Words are found wherever they stand, whatever their case and marks.
  var label = document.createElement("label");
  label.className = "find";
  var name = document.createElement("span");
  name.textContent = nav.dataset.find;
  var field = document.createElement("input");
  field.type = "search";
  field.autocomplete = "off";
  label.append(name, field);
  var found = document.createElement("div");
  found.className = "found";
  found.setAttribute("role", "status");
  var list = document.createElement("ul");
  found.appendChild(list);
  // One box, which on a small screen lies over the text and does not move it.
  var box = document.createElement("div");
  box.className = "contents-box";
  box.append(label, found, ...drawer.querySelectorAll(":scope > :not(summary)"));
  drawer.appendChild(box);
  var texts = null;
  function plain(text) { return text.replace(/\u00ad/g, "").replace(/\s+/g, " ").trim(); }
  // Where something stands: its figure or table, and its section unless that is what was found.
  function placed(to, section) {
    var label = to.closest("figure") && to.closest("figure").querySelector(".caption-label");
    var heading = section.firstElementChild;
    var parts = [label ? plain(label.textContent).replace(/[.:]$/, "") : ""];
    if (heading !== to && /^H[2-5]$/.test(heading.tagName)) { parts.push(plain(heading.textContent)); }
    return parts.filter(Boolean).join(" · ");
  }
  function hold(text, from, to, section, where) {
    var language = from.closest("[lang]").getAttribute("lang");
    texts.push({ text: text, language: language, low: searching.fold(text, language), to: to, section: section, where: where });
  }
  function collect() {
    texts = [];
    var seen = new Set();
    var evidenceName = (document.querySelector(".evidence-entries") || nav).dataset.panel;
    // A figure is drawn for two widths with the same words.
    function keep(each, to) {
      var section = each.closest("section[id]");
      var text = plain(each.textContent);
      var key = (each.closest("figure, p, li") || each).id + "/" + text;
      if (to.tagName === "FIGURE" && seen.has(key)) { return; }
      seen.add(key);
      hold(text, each, to, section, placed(to, section));
    }
    document.querySelectorAll("main :is(p, li, dt, dd, figcaption, td, th, h2, h3, h4, h5)").forEach(function (each) {
      if (each.closest("section[id]") && !each.querySelector("p, li")) { keep(each, each); }
    });
    // Numbers and labels drawn in figures are found as well, and the evidence behind numbers.
    document.querySelectorAll("main figure svg text").forEach(function (each) {
      keep(each, each.closest("figure"));
    });
    var entries = evidence();
    if (entries) {
      entries.querySelectorAll(".evidence").forEach(function (each) {
        hold(plain(each.textContent), document.documentElement, null, each, evidenceName);
      });
    }
  }
  field.addEventListener("input", function () {
    var forms = searching.forms(field.value);
    list.replaceChildren();
    if (forms[0].length < (/\d/.test(forms[0]) ? 2 : 3)) { return; }
    if (!texts) { collect(); }
    var hits = [];
    texts.forEach(function (each) {
      forms.some(function (form) {
        var found = searching.find(each.low, form);
        if (found) { hits.push(Object.assign({ found: found }, each)); }
        return found;
      });
    });
    hits.sort(function (a, b) { return b.found.rank - a.found.rank; });
    if (!hits.length) {
      var none = document.createElement("li");
      none.textContent = nav.dataset.findNone;
      list.appendChild(none);
    }
    hits.slice(0, 30).forEach(function (hit) {
      var item = document.createElement("li");
      var link = document.createElement("a");
      link.href = "#" + ((hit.to && hit.to.closest("[id]")) || hit.section).id;
      var places = [];
      searching.fold(hit.text, hit.language, places);
      var at = places[hit.found.place];
      var end = places[hit.found.place + hit.found.long - 1] + 1;
      var from = Math.max(0, at - 30);
      var strong = document.createElement("strong");
      strong.textContent = hit.text.slice(at, end);
      link.append((from ? "…" : "") + hit.text.slice(from, at), strong, hit.text.slice(end, end + 50));
      if (hit.where) {
        var where = document.createElement("span");
        where.className = "where";
        where.textContent = hit.where;
        link.append(where);
      }
      if (hit.to) { link.addEventListener("click", function () {
        window.setTimeout(function () { hit.to.scrollIntoView({ block: "center" }); }, 0);
        document.querySelectorAll("main .hit").forEach(function (each) { each.classList.remove("hit"); });
        hit.to.classList.add("hit");
      }); }
      item.appendChild(link);
      list.appendChild(item);
    });
  });
}());
