// The form: a field for each parameter that the study declares, with its help, limits and error.

class Form {
  constructor(fields, moved) {
    Object.assign(this, { fields, moved, rows: new Map(), node: el("form", { class: "evx-form", on: { submit: (event) => event.preventDefault() } }) });
  }

  /** Writes the fields anew in a language; what stands in them stays. */
  write(language, words, values, changed) {
    Object.assign(this, { language, words });
    this.rows.clear();
    this.node.replaceChildren(...this.fields.map((field) => this._row(field)));
    this.show(values, changed);
  }

  /** Values that hold, and which of them differ from the default. */
  show(values, changed) {
    Object.assign(this, { values, changed });
    for (const field of this.fields) {
      const row = this.rows.get(field.name);
      if (!row.node.contains(document.activeElement) || !row.typing?.()) row.set(values[field.name]);
      row.node.classList.toggle("evx-changed", field.name in changed);
      row.back.hidden = !(field.name in changed);
    }
    this.problems([]);
  }

  /** Leads a field back to its default; the keyboard goes on there. */
  reset(name) {
    this.rows.get(name).inputs[0].focus({ preventScroll: true });
    this.moved(name, null);
  }

  problems(problems) {
    for (const row of this.rows.values()) this._say(row, "");
    const elsewhere = problems.filter(({ field, text }) => {
      const row = this.rows.get(field);
      if (row) this._say(row, text);
      if (row) row.back.hidden = false;
      return !row;
    });
    return elsewhere.map((one) => one.text);
  }

  _say(row, text) {
    row.error.textContent = text;
    row.error.hidden = !text;
    for (const input of row.inputs) {
      if (text) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  _row(field) {
    const id = `evx-${newId()}`;
    const name = field.label[this.language];
    const described = { "aria-describedby": `${id}-help ${id}-error` };
    const made = field.type === "choices" ? this._choices(field, described) : field.type === "choice" ? this._choice(field, id, described) : this._typed(field, id, described);
    const back = el("button", { type: "button", class: "evx-back", title: filled(this.words.back_to_default, { label: name }), "aria-label": filled(this.words.back_to_default, { label: name }), on: { click: () => this.reset(field.name) } }, "↺");
    const error = el("p", { id: `${id}-error`, class: "evx-error", role: "alert", hidden: true });
    const by = field.derived && this.fields.find((one) => one.name === field.derived);
    const help = field.help[this.language] + (by ? ` (${filled(this.words.follows, { by: by.label[this.language] })})` : "");
    const label = field.type === "choices" ? el("span", { class: "evx-label", id: `${id}-label`, text: name }) : el("label", { class: "evx-label", for: id, text: name });
    if (field.type === "choices") made.node.setAttribute("aria-labelledby", `${id}-label`);
    const node = el("div", { class: "evx-field", "data-name": field.name }, el("div", { class: "evx-head" }, label, back), made.node, el("p", { id: `${id}-help`, class: "evx-help", text: help }), error);
    this.rows.set(field.name, { ...made, node, back, error });
    return node;
  }

  _choice(field, id, described) {
    const options = field.choices.map((one) => el("option", { value: one.value, text: this._label(one) }));
    const input = el("select", { id, ...described, on: { change: () => this.moved(field.name, input.value) } }, options);
    return { node: input, inputs: [input], set: (value) => { input.value = value; } };
  }

  _choices(field, described) {
    const inputs = field.choices.map((one) => el("input", { type: "checkbox", value: one.value, on: { change: () => this.moved(field.name, inputs.filter((each) => each.checked).map((each) => each.value)) } }));
    const node = el("div", { role: "group", class: "evx-choices", ...described }, field.choices.map((one, place) => el("label", {}, inputs[place], el("span", { text: this._label(one) }))));
    return { node, inputs, set: (value) => inputs.forEach((each) => { each.checked = value.includes(each.value); }) };
  }

  _typed(field, id, described) {
    const whole = field.type === "integer";
    const date = field.type === "date";
    // What a person is typing is not taken away by an answer to an earlier move.
    let typing = false;
    const input = el("input", { id, type: date ? "date" : "number", min: field.minimum, max: field.maximum, step: date ? null : whole ? 1 : "any", ...described, on: { input: () => { typing = true; }, blur: () => { typing = false; }, change: () => { typing = false; this.moved(field.name, input.value); } } });
    const made = { inputs: [input], typing: () => typing };
    const slide = !date && field.minimum !== null && field.maximum !== null;
    if (!slide) return { ...made, node: input, set: (value) => { input.value = value; } };
    const range = el("input", { type: "range", min: field.minimum, max: field.maximum, step: whole ? 1 : (field.maximum - field.minimum) / 1000, tabindex: -1, "aria-hidden": "true", on: { input: () => { input.value = whole ? range.value : Number(range.value).toFixed(2); }, change: () => this.moved(field.name, input.value) } });
    return { node: el("div", { class: "evx-range" }, range, input), ...made, set: (value) => { input.value = value; range.value = value; } };
  }

  _label(choice) {
    const label = choice.label[this.language];
    return label === choice.value ? label : `${label} (${choice.value})`;
  }
}
