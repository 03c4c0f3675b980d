// The tie to the kernel: what is sent, sent again until it is acknowledged, and told to the coder.

class Connection {
  constructor(model, root) {
    Object.assign(this, { model, root, inFlight: new Map() });
    root.className = "evc";
    root.setAttribute("data-lm-suppress-shortcuts", "true");
    root.append(el("p", { class: "evc-wait", role: "status", text: "…" }));
    this.heard = (message) => this._receive(message);
    model.on("msg:custom", this.heard);
    this._send({ kind: "hello" });
    this.timer = setInterval(() => this._tick(), 1500);
    // JupyterLab's own shortcuts look at the element; other listeners look at the event.
    root.addEventListener("keydown", (event) => this._key(event));
    for (const name of ["keypress", "keyup", "paste", "copy", "cut"]) root.addEventListener(name, (event) => event.stopPropagation());
  }

  close() {
    clearInterval(this.timer);
    this.model.off("msg:custom", this.heard);
  }

  _send(message) {
    try {
      this.model.send(message);
    } catch (error) {
      // A kernel that has gone cannot be told anything; acts wait in the browser.
      console.warn("evaltools: the kernel does not answer", error);
    }
  }

  _tick() {
    if (!this.study || this.study.locked_by === "other") this._send({ kind: "hello" });
    else this._flush();
  }

  _flush() {
    const now = Date.now();
    const waiting = this.pending.list();
    const overdue = waiting.some((act) => now - (this.inFlight.get(act.id) ?? 0) > 4000);
    if (waiting.length && overdue && !this.study.locked_by) {
      waiting.forEach((act) => this.inFlight.set(act.id, now));
      this._send({ kind: "acts", acts: waiting });
    }
    this._status();
  }

  /** The kernel has answered, at the start or after it had to be asked again. */
  _met(study) {
    const before = this.study;
    this.study = study;
    this.words = study.words;
    if (!before) {
      this.pending = new Pending(`${study.key}/${study.coder.id}/${study.round}`);
      this._build();
      // In a notebook the panel stands below its cell, and a screen high.
      setTimeout(() => this.root.scrollIntoView({ block: "nearest" }), 300);
    } else if (before.locked_by && !study.locked_by) this._unlocked();
    this._notices();
    this._flush();
  }

  _recorded({ saved, refused, locked_by: lockedBy }) {
    const waiting = new Map(this.pending.list().map((act) => [act.id, act]));
    this.study.locked_by = lockedBy;
    for (const id of saved) {
      const act = waiting.get(id);
      if (act) this._keep(act);
      this.pending.saved(id);
      this.inFlight.delete(id);
      waiting.delete(id);
    }
    for (const { id, reason, detail } of refused) {
      const act = waiting.get(id);
      // What may yet succeed stays where it is: the disk may get room, the act before may arrive.
      const first = [...waiting.keys()][0] === id;
      if (!act || ["locked", "disk"].includes(reason) || (["undo", "relation"].includes(reason) && !first)) continue;
      this.pending.refuse(act, reason, detail);
      waiting.delete(id);
    }
    this._notices();
    this.paint();
  }

  _notices() {
    const { words, study } = this;
    const notices = [];
    if (study.locked_by) notices.push(el("p", { class: "evc-notice evc-warn", role: "alert", text: words[`locked_${study.locked_by}`] || words.locked_other }));
    if (study.set_aside) notices.push(el("p", { class: "evc-notice", text: filled(words.set_aside, { file: study.set_aside }) }));
    if (this.broken?.length) notices.push(el("p", { class: "evc-notice", text: `${words.broken_keywords} ${this.broken.join(" ")}` }));
    if (!this.pending.kept) notices.push(el("p", { class: "evc-notice evc-warn", role: "alert", text: words.not_kept }));
    for (const { act, reason, detail } of this.pending.refused()) {
      const what = act.passage ? `${this._label(act.code_id)}: “${act.passage.quote.slice(0, 80)}”` : act.act;
      const why = filled(words[`refused_${reason}`] || words.refused_form, { detail });
      notices.push(el("p", { class: "evc-notice evc-warn", role: "alert" }, el("b", { text: words.refused }), ` ${act.document_id}, ${what}. ${why} `, button(words.put_away, () => { this.pending.putAway(act.id); this._notices(); }, { kind: "evc-small" })));
    }
    this.noticed.replaceChildren(...notices);
    this._status();
  }

  _status() {
    const count = this.pending.list().length;
    const text = count ? filled(this.words[count === 1 ? "unsaved_one" : "unsaved"], { count }) : this.words.saved;
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.classList.toggle("evc-unsaved", count > 0);
  }

  _say(text, shown = true) {
    this.live.textContent = text;
    if (shown) {
      this.told.textContent = text;
      clearTimeout(this.silence);
      this.silence = setTimeout(() => { this.told.textContent = ""; }, 6000);
    }
  }

  /** Makes an act: kept in the browser, shown, sent; the kernel's answer comes when it comes. */
  _do(act) {
    if (this.study.locked_by) {
      this._say(this.words.read_only);
      return false;
    }
    this.pending.add({ id: newId(), ...act });
    this.paint();
    this._flush();
    return true;
  }

  /** The live region, what was just told, and whether all is saved: parts of every panel. */
  _tellers() {
    this.live = el("p", { id: "evc-live", class: "evc-hidden", "aria-live": "polite" });
    this.told = el("p", { class: "evc-told", role: "status" });
    this.status = el("span", { class: "evc-saved", role: "status" });
    this.noticed = el("div", { class: "evc-notices" });
  }
}
