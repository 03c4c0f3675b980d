"use strict";
// Tables can be sorted and taken along, and figures saved.
(function () {
  var main = document.getElementById("content");
  var words = main.dataset;
  function save(text, link, href) {
    link.className = "save";
    link.textContent = text;
    link.href = href;
    return link;
  }
  function number(text) {
    var plain = text.replace(/[\s\u00a0\u202f]/g, "").replace("\u2212", "-").replace(",", ".");
    var match = /^[-+]?\d+(\.\d+)?/.exec(plain);
    return match ? Number(match[0]) : null;
  }
  function quoted(text) {
    var plain = text.replace(/[\u00ad\u200b]/g, "").trim();
    // A spreadsheet would take it for a formula.
    if (/^[=+\-@\t]/.test(plain) && number(plain) === null) { plain = "'" + plain; }
    return /[",;\n]/.test(plain) ? '"' + plain.replace(/"/g, '""') + '"' : plain;
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
      var wanted = field.value.trim().toLowerCase();
      var left = 0;
      Array.prototype.forEach.call(body.rows, function (row) {
        row.hidden = row.textContent.replace(/\u00ad/g, "").toLowerCase().indexOf(wanted) < 0;
        if (!row.hidden) { left += 1; }
      });
      told.textContent = wanted ? left + " / " + body.rows.length : "";
    });
  }
  main.querySelectorAll("figure.table-figure[id]").forEach(function (figure) {
    var table = figure.querySelector("table");
    var body = table && table.tBodies[0];
    var caption = figure.querySelector("figcaption");
    if (!body || !caption || table.tBodies.length > 1 || table.querySelector("[colspan], [rowspan]")) { return; }
    var lines = Array.prototype.map.call(table.rows, function (row) {
      return Array.prototype.map.call(row.cells, function (cell) { return quoted(cell.textContent); }).join(",");
    });
    var link = save(words.saveCsv, document.createElement("a"), "data:text/csv;charset=utf-8," + encodeURIComponent("\ufeff" + lines.join("\r\n") + "\r\n"));
    link.download = figure.id + ".csv";
    link.setAttribute("aria-label", words.saveCsv + ": " + figure.id);
    caption.append(" ", link);
    if (!table.tHead || table.tHead.rows.length !== 1) { return; }
    describe(table, body);
    if (body.rows.length > 12) { filter(figure, body); }
    if (body.rows.length < 6) { return; }
    var original = Array.prototype.slice.call(body.rows);
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
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
            var left = a.cells[column].textContent.trim();
            var right = b.cells[column].textContent.trim();
            var x = number(left);
            var y = number(right);
            if (x === null && y === null) { return sign * left.localeCompare(right, document.documentElement.lang); }
            if (x === null || y === null) { return x === null ? 1 : -1; }
            return sign * (x - y);
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
    var link = save(words.saveFigure + " (" + kind[1].toUpperCase() + ")", document.createElement("a"), image.src);
    link.download = figure.id + "." + kind[1];
    link.setAttribute("aria-label", link.textContent + ": " + figure.id);
    caption.append(" ", link);
  });
}());
