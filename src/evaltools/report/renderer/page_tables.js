"use strict";
// Tables can be sorted and taken along, and figures saved.
(function () {
  var main = document.getElementById("content");
  var words = main.dataset;
  // A file is called by the report and by what the caption calls the figure or table.
  function offer(figure, caption, kind, text, href) {
    var label = caption.querySelector(".caption-label");
    label = label ? label.textContent.replace(/[\s.:\u2013\u2014]+$/, "") : figure.id;
    var link = document.createElement("a");
    link.className = "save";
    link.textContent = text;
    link.href = href;
    link.download = [words.file].concat(label.toLowerCase().match(/[\p{L}\p{N}_]+/gu), words.example || []).join("-") + "." + kind;
    link.setAttribute("aria-label", text + ": " + label);
    caption.append(" ", link);
  }
  // What the cell holds, as the renderer read it from its print; else its text.
  function value(cell) {
    var own = cell.dataset.value;
    return own === undefined ? cell.textContent.replace(/[\u00ad\u200b]/g, "").replace(/\s+/g, " ").trim() : own;
  }
  function quoted(plain) {
    // A spreadsheet would take it for a formula.
    if (/^[=+\-@\t]/.test(plain) && isNaN(plain)) { plain = "'" + plain; }
    return /[",;\n]/.test(plain) ? '"' + plain.replace(/"/g, '""') + '"' : plain;
  }
  function csv(table) {
    var heads = table.tHead && table.tHead.rows.length === 1 ? table.tHead.rows[0].cells : [];
    return Array.prototype.map.call(table.rows, function (row) {
      var cells = [].concat.apply([], Array.prototype.map.call(row.cells, function (cell, column) {
        var head = heads[column];
        // An interval is a column for each of its ends.
        var names = head && head.dataset.parts ? head.dataset.parts.split("|") : [];
        if (cell === head && names.length) { return names.map(function (name) { return plainHead(head, ", " + name); }); }
        if (cell === head) { return plainHead(head, ""); }
        var text = cell.textContent.trim();
        if (cell.dataset.parts) { return cell.dataset.parts.split("|"); }
        // What only begins with a number is saved as it stands, and a dash is nothing.
        if (!/^\[\w\]$/.test(text)) {
          text = head && head.dataset.kind === "leading" ? text.replace(/\s+/g, " ") : value(cell);
          text = /^[-\u2013\u2014]$/.test(text) ? "" : text;
        }
        return names.length ? names.map(function () { return text; }) : text;
      }));
      if (words.notice) { cells.push(row.parentNode === table.tHead ? words.note : words.notice); }
      return cells.map(quoted).join(",");
    }).join("\r\n") + "\r\n";
  }
  function plainHead(head, part) {
    var unit = head.dataset.unit;
    return value(head) + part + (unit && value(head).indexOf(unit) < 0 ? " (" + unit + ")" : "");
  }
  // As cards the rows are no table to the eye; to readers' aids they stay one.
  function describe(table, body) {
    table.setAttribute("role", "table");
    [table.tHead, body, table.tFoot].forEach(function (part) { if (part) { part.setAttribute("role", "rowgroup"); } });
    var names = Array.prototype.map.call(table.tHead.rows[0].cells, function (cell) { return cell.textContent.trim(); });
    Array.prototype.forEach.call(table.rows, function (row) {
      row.setAttribute("role", "row");
      Array.prototype.forEach.call(row.cells, function (cell, column) {
        var head = cell.tagName === "TH";
        cell.setAttribute("role", head ? (row.parentNode === table.tHead ? "columnheader" : "rowheader") : "cell");
        if (row.parentNode !== table.tHead) { cell.dataset.column = names[column]; }
      });
    });
    // A long one stays a table that scrolls: a card a row would be a walk of its own.
    if (body.rows.length <= 30) { fitting.push(table); }
  }
  var fitting = [];
  var phone = window.matchMedia("(max-width: 40rem)");
  function fit() {
    fitting.forEach(function (table) {
      table.classList.remove("cards");
      table.classList.toggle("cards", phone.matches && table.scrollWidth > table.parentNode.clientWidth);
    });
    stops();
  }
  function filter(figure, body) {
    var label = document.createElement("label");
    label.className = "filter";
    var field = document.createElement("input");
    field.type = "search";
    field.autocomplete = "off";
    var told = document.createElement("span");
    told.setAttribute("role", "status");
    label.append(words.filterRows, field, told);
    figure.querySelector(".table-scroll").before(label);
    field.addEventListener("input", function () {
      var wanted = searching.forms(field.value);
      var rows = Array.prototype.slice.call(body.rows);
      var hits = rows.map(function (row) {
        return Array.prototype.some.call(row.cells, function (cell) {
          var text = searching.fold(cell.textContent, cell.closest("[lang]").lang);
          return wanted.some(function (form) { return !form || searching.find(text, form); });
        });
      });
      // The head of a group stays with any of its rows, and they with it. Totals are of all rows.
      var head = -1;
      var shown = hits.slice();
      rows.forEach(function (row, place) {
        if (row.dataset.row === "group") { head = place; } else if (head >= 0) {
          shown[head] = shown[head] || hits[place];
          shown[place] = hits[place] || hits[head];
        }
      });
      rows.forEach(function (row, place) { row.hidden = !shown[place]; });
      told.textContent = wanted[0] ? shown.filter(Boolean).length + " / " + rows.length : "";
    });
  }
  main.querySelectorAll("figure.table-figure[id]").forEach(function (figure) {
    var table = figure.querySelector("table");
    var body = table && table.tBodies[0];
    var caption = figure.querySelector("figcaption");
    if (!body || !caption || table.tBodies.length > 1 || table.querySelector("[colspan], [rowspan]")) { return; }
    offer(figure, caption, "csv", words.saveCsv, "data:text/csv;charset=utf-8," + encodeURIComponent("\ufeff" + csv(table)));
    if (!table.tHead || table.tHead.rows.length !== 1) { return; }
    describe(table, body);
    if (body.rows.length > 12) { filter(figure, body); }
    if (body.rows.length < 6) { return; }
    var collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
    var original = Array.prototype.slice.call(body.rows);
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
      // Numbers among words have no order, and facts under their names neither.
      if (!head.dataset.kind) { return; }
      var days = head.dataset.kind === "date";
      var numbers = head.dataset.kind !== "text" && !days;
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append.apply(button, Array.prototype.slice.call(head.childNodes));
      head.appendChild(button);
      button.addEventListener("click", function () {
        var next = { none: "descending", descending: "ascending", ascending: "none" }[head.getAttribute("aria-sort") || "none"];
        table.querySelectorAll("[aria-sort]").forEach(function (each) { each.removeAttribute("aria-sort"); });
        var rows = original.slice();
        if (next !== "none") {
          head.setAttribute("aria-sort", next);
          var sign = next === "ascending" ? 1 : -1;
          rows.sort(function (a, b) {
            var left = value(a.cells[column]);
            var right = value(b.cells[column]);
            // A total is of the rows above it.
            if (a.dataset.row || b.dataset.row) { return !!a.dataset.row - !!b.dataset.row; }
            // What is missing or withheld comes last, either way.
            if (!left || !right) { return !left - !right; }
            return sign * (numbers && left - right || collator.compare(days ? left : a.cells[column].textContent, days ? right : b.cells[column].textContent));
          });
        }
        body.append.apply(body, rows);
      });
    });
  });
  phone.addEventListener("change", fit);
  window.addEventListener("load", fit);
  if (phone.matches) { window.addEventListener("resize", fit); fit(); }
  main.querySelectorAll("figure[id]").forEach(function (figure) {
    var image = figure.querySelector(":scope > img, :scope > p > img");
    var caption = figure.querySelector("figcaption");
    if (!image || !caption || !figure.id.startsWith("fig-")) { return; }
    var kind = /^data:image\/(svg|png)/.exec(image.src);
    if (!kind) { return; }
    offer(figure, caption, kind[1], words.saveFigure + " (" + kind[1].toUpperCase() + ")", image.src);
  });
}());
