// The keys, as an overlay.

class Help {
  constructor(words, groups) {
    this.words = words;
    this.close = button(words.close, () => this.hide(), { key: "Esc" });
    const lists = groups.map(([name, rows]) => el("section", {}, el("h3", { text: words[name] }), el("dl", {}, rows.map(([keys, word]) => [el("dt", {}, keys.map((key) => el("kbd", { text: key }))), el("dd", { text: words[word] })]).flat())));
    this.node = el("div", { class: "evc-veil", hidden: true, on: { click: (event) => event.target === this.node && this.hide() } }, el("div", { class: "evc-help", role: "dialog", "aria-modal": "true", "aria-labelledby": "evc-help-title", tabindex: "-1" }, el("header", {}, el("h2", { id: "evc-help-title", text: words.help }), this.close), el("div", { class: "evc-help-keys", tabindex: "0", role: "region", "aria-label": words.keys }, lists, el("p", { class: "evc-help-note", text: words.help_note }))));
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" || event.key === "?") this.hide();
      else if (event.key === "Tab") {
        const stops = [this.close, this.node.querySelector(".evc-help-keys")];
        stops[(stops.indexOf(document.activeElement) + 1) % stops.length].focus();
      } else if (!["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Enter", " "].includes(event.key)) return;
      else {
        event.stopPropagation();
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    });
  }

  show() {
    this.before = document.activeElement;
    this.node.hidden = false;
    this.close.focus({ preventScroll: true });
  }

  hide() {
    this.node.hidden = true;
    this.before?.focus?.({ preventScroll: true });
  }
}
