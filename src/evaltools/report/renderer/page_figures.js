"use strict";
// Figures can be enlarged, and saved as PNG; the rest of their tools needs no script.
(function () {
  function faces() {
    var found = [];
    Array.prototype.forEach.call(document.styleSheets, function (sheet) {
      Array.prototype.forEach.call(sheet.cssRules, function (rule) {
        if (rule.type === CSSRule.FONT_FACE_RULE) { found.push(rule.cssText); }
      });
    });
    return found.join("\n");
  }
  function button(text, figure, action) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", text + ": " + figure.id);
    made.addEventListener("click", action);
    return made;
  }
  function savePng(figure, link) {
    var picture = new Image();
    var xml = new TextDecoder().decode(Uint8Array.from(atob(link.href.split(",")[1]), function (letter) { return letter.charCodeAt(0); }));
    var style = "<style>" + faces().replace(/&/g, "&amp;").replace(/</g, "&lt;") + "</style>";
    picture.onload = function () {
      var canvas = document.createElement("canvas");
      var scale = 2000 / picture.naturalWidth;
      canvas.width = 2000;
      canvas.height = Math.round(picture.naturalHeight * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      var saved = document.createElement("a");
      saved.download = figure.id + ".png";
      saved.href = canvas.toDataURL("image/png");
      saved.click();
    };
    picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(xml.replace("<desc>", style + "<desc>"));
  }
  function enlarge(figure, tools) {
    var dialog = document.createElement("dialog");
    var chart = figure.querySelector(".chart-wide, .chart-scroll");
    var place = document.createComment("");
    var close = button(tools.dataset.close, figure, function () { dialog.close(); });
    dialog.className = "figure-dialog";
    dialog.setAttribute("aria-label", chart.querySelector("svg").getAttribute("aria-label"));
    chart.replaceWith(place);
    dialog.append(close, chart);
    document.body.append(dialog);
    dialog.addEventListener("close", function () {
      place.replaceWith(chart);
      dialog.remove();
    });
    dialog.showModal();
  }
  document.querySelectorAll("figure.chart-figure").forEach(function (figure) {
    var tools = figure.querySelector(".figure-tools");
    var link = tools.querySelector('a[download$=".svg"]');
    link.after(button(tools.dataset.savePng, figure, function () { savePng(figure, link); }));
    if (window.HTMLDialogElement) {
      tools.prepend(button(tools.dataset.enlarge, figure, function () { enlarge(figure, tools); }));
    }
  });
}());
