// What has been done: acts that the kernel has, acts that only this browser has, and what both
// together amount to. The rules of `fold` are those of state.py; a test holds them together.

/** The acts that no later act in force takes back, in their order. */
function inForce(acts) {
  const takenBack = new Set();
  const standing = [];
  for (let i = acts.length - 1; i >= 0; i -= 1) {
    if (takenBack.has(acts[i].id)) continue;
    standing.push(acts[i]);
    if (acts[i].act === "undo") takenBack.add(acts[i].of);
  }
  return standing.reverse();
}

/** What the acts of one document amount to; kindOf tells the kind of a code. */
function fold(acts, kindOf) {
  const codings = new Map();
  const ties = new Map();
  const decisions = new Map();
  let complete = null;
  const tie = (act) => `${act.source}>${act.target}>${act.kind || "answers"}`;
  for (const act of inForce(acts)) {
    if (act.act === "code") {
      const { start, end } = act.passage;
      codings.set(`${start}-${end}-${act.code_id}`, { start, end, quote: act.passage.quote, code_id: act.code_id, polarity: act.polarity, certainty: act.certainty || null, suggestion: act.suggestion || null });
    } else if (act.act === "uncode") codings.delete(`${act.place[0]}-${act.place[1]}-${act.code_id}`);
    else if (act.act === "read") complete = act.complete;
    else if (act.act === "relate") ties.set(tie(act), { source: act.source, target: act.target, kind: act.kind || "answers" });
    else if (act.act === "unrelate") ties.delete(tie(act));
    else if (act.act === "decide") decisions.set(act.unit, act);
  }
  for (const decision of decisions.values()) {
    for (const item of decision.codings) {
      const { start, end, quote } = item.passage;
      codings.set(`${start}-${end}-${item.code_id}`, { start, end, quote, code_id: item.code_id, polarity: item.polarity, certainty: item.certainty || null, suggestion: null });
    }
  }
  const has = (place, kind) => [...codings.values()].some((one) => one.start === place[0] && one.end === place[1] && kindOf(one.code_id) === kind);
  const relations = [...ties.values()].filter((one) => has(one.source, "response") && has(one.target, "challenge"));
  if (complete === null && codings.size) complete = false;
  const order = (a, b) => a.start - b.start || a.end - b.end || (a.code_id < b.code_id ? -1 : 1);
  return { codings: [...codings.values()].sort(order), relations, complete, decisions };
}

/** The act that undoing takes back next, or null. */
function undoable(acts) {
  const standing = inForce(acts).filter((act) => act.act !== "undo");
  return standing.length ? standing[standing.length - 1] : null;
}

/** The undoing that is to be taken back next, or null; none after something new was done. */
function redoable(acts) {
  const byId = new Map(acts.map((act) => [act.id, act]));
  const standing = new Set(inForce(acts).map((act) => act.id));
  for (let i = acts.length - 1; i >= 0; i -= 1) {
    const act = acts[i];
    if (act.act !== "undo") return null;
    if (byId.get(act.of)?.act !== "undo" && standing.has(act.id)) return act;
  }
  return null;
}

/** Acts kept in the browser until the kernel says that they are on its disk. */
class Pending {
  constructor(prefix) {
    this.prefix = `evaltools-coding/${prefix}/`;
    this.memory = new Map();
    this.kept = true;
    this.count = 0;
  }

  _names(group) {
    try {
      const names = [];
      for (let i = 0; i < localStorage.length; i += 1) {
        const name = localStorage.key(i);
        if (name.startsWith(this.prefix + group)) names.push(name);
      }
      return names.sort();
    } catch {
      return [];
    }
  }

  _read(group) {
    const found = this._names(group).map((name) => JSON.parse(localStorage.getItem(name)));
    return found.concat([...this.memory.entries()].filter(([name]) => name.startsWith(group)).map(([, value]) => value));
  }

  /** Acts in the order in which they were done. */
  list() {
    return this._read("act/");
  }

  add(act) {
    this.count += 1;
    const order = `${String(Date.now()).padStart(15, "0")}-${String(this.count).padStart(6, "0")}`;
    this._put(`act/${order}/${act.id}`, act);
  }

  saved(id) {
    this._remove("act/", id);
  }

  /** Acts that the kernel will not take, with its reason: shown until someone puts them away. */
  refused() {
    return this._read("refused/");
  }

  refuse(act, reason, detail) {
    this.saved(act.id);
    this._put(`refused/${act.id}`, { act, reason, detail });
  }

  putAway(id) {
    this._remove("refused/", id);
  }

  _put(name, value) {
    try {
      localStorage.setItem(this.prefix + name, JSON.stringify(value));
    } catch {
      this.kept = false;
      this.memory.set(name, value);
    }
  }

  _remove(group, id) {
    for (const name of this._names(group)) if (name.endsWith(`/${id}`)) localStorage.removeItem(name);
    for (const name of [...this.memory.keys()]) if (name.startsWith(group) && name.endsWith(`/${id}`)) this.memory.delete(name);
  }
}
