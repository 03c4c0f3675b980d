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
  function button(text, tools, action) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", text + ": " + tools.dataset.label);
    made.addEventListener("click", action);
    return made;
  }
  function savePng(link) {
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
      saved.download = link.download.replace(/svg$/, "png");
      saved.href = canvas.toDataURL("image/png");
      saved.click();
    };
    picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(xml.replace("<desc>", style + "<desc>"));
  }
  // What the caption says, as text: its links lead to what the dialogue lies over.
  function copyCaption(figure) {
    var copy = document.createElement("div");
    var caption = figure.querySelector("figcaption");
    copy.className = "figure-caption";
    if (caption) { copy.append.apply(copy, caption.cloneNode(true).childNodes); }
    copy.querySelectorAll(".evidence-mark").forEach(function (mark) { mark.remove(); });
    copy.querySelectorAll("a").forEach(function (link) { link.replaceWith.apply(link, link.childNodes); });
    copy.querySelectorAll("[id]").forEach(function (each) { each.removeAttribute("id"); });
    return copy;
  }
  function enlarge(figure, tools) {
    var dialog = document.createElement("dialog");
    // The drawing that the page shows is the one whose words can be read at this width.
    var chart = Array.prototype.find.call(figure.querySelectorAll(".chart"), function (each) { return each.offsetWidth; });
    var opener = document.activeElement;
    var place = document.createComment("");
    var close = button(tools.dataset.close, tools, function () { dialog.close(); });
    var gone = false;
    dialog.className = "figure-dialog";
    var caption = copyCaption(figure);
    var headline = caption.querySelector(".figure-headline");
    dialog.setAttribute("aria-label", tools.dataset.label + (headline ? ": " + headline.textContent : ""));
    chart.replaceWith(place);
    dialog.append(close, caption, chart);
    document.body.append(dialog);
    dialog.addEventListener("close", function () {
      place.replaceWith(chart);
      scrolls(chart);
      dialog.remove();
      if (!gone) { overlays.leave(); }
      opener.focus({ preventScroll: true });
    });
    overlays.enter("figure", function (back) {
      gone = back === true;
      dialog.close();
    });
    dialog.showModal();
    scrolls(chart);
    // What is wider than the screen is reached by keyboard.
    function scrolls(box) {
      if (box.matches(".chart-scroll") || box.scrollWidth > box.clientWidth && dialog.open) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", tools.dataset.scrolls);
      } else { ["tabindex", "role", "aria-label"].forEach(function (name) { box.removeAttribute(name); }); }
    }
  }
  document.querySelectorAll("figure.chart-figure").forEach(function (figure) {
    var tools = figure.querySelector(".figure-tools");
    var link = tools.querySelector('a[download$=".svg"]');
    link.after(button(tools.dataset.savePng, tools, function () { savePng(link); }));
    if (window.HTMLDialogElement) {
      tools.prepend(button(tools.dataset.enlarge, tools, function () { enlarge(figure, tools); }));
    }
  });
}());
