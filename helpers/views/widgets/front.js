// The front end of every widget. It computes nothing: it shows controls, and the pictures that
// Python drew of the states they stand at. A state is a text for each control, {name: text}.
//
// `live` asks a kernel and remembers what it answered. `flip` has no kernel: it turns the pages of
// a stored book. Both show them on a `Board`.

const BODY = `<style>${STYLE}</style><div class="controls"></div><div class="actions"></div>
<div class="status" role="status"></div><div class="alarm" role="alert" hidden></div>
<div class="picture" role="group"></div><div class="words" aria-live="polite"></div>`;
const INKS = { "#222222": "var(--ink)", "#5c5c5c": "var(--quiet)", "#e4e4e4": "var(--grid)" };
const TINT = /((?:fill|stroke)(?:="|: ))(#222222|#5c5c5c|#e4e4e4)/gi;
const SLOW = 300, SILENT = 2500, BEAT = 600; // milliseconds

const WIDTHS = { text: "wide", buttons: "wide", slider: "one" }; // columns of the grid

function make(tag, attributes = {}, ...inside) {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...inside);
  return node;
}

// A field has a node, `stand(text)`, and calls moved(text).
const FIELDS = {
  slider(control, moved) {
    const node = make("input", { type: "range", min: 0, step: 1 });
    node.oninput = () => moved(control.texts[node.value]);
    const stand = (text) => {
      node.max = control.texts.length - 1;
      node.value = control.texts.indexOf(text);
      node.ariaValueText = text;
    };
    return { node, stand };
  },
  list(control, moved) {
    const node = make("select", {}, ...control.texts.map((text) => make("option", {}, text)));
    node.onchange = () => moved(control.texts[node.selectedIndex]);
    return { node, stand: (text) => (node.selectedIndex = control.texts.indexOf(text)) };
  },
  buttons(control, moved) {
    const radio = (text) => ({ type: "radio", name: control.name, value: text });
    const one = (text) => make("label", {},
      make("input", { ...radio(text), onchange: () => moved(text) }), make("span", {}, text));
    const node = make("div", { className: "pills", role: "radiogroup" }, ...control.texts.map(one));
    const inputs = [...node.querySelectorAll("input")];
    return { node, stand: (text) => inputs.forEach((i) => (i.checked = i.value === text)) };
  },
  tick(control, moved) {
    const node = make("input", { type: "checkbox" });
    node.onchange = () => moved(control.texts[+node.checked]);
    return { node, stand: (text) => (node.checked = text === control.texts[1]) };
  },
  hidden: () => ({ node: make("input", { type: "hidden" }), stand() {} }), // touched in the picture
  text(control, moved) {
    const area = { rows: control.rows, spellcheck: false };
    const node = control.rows > 1 ? make("textarea", area) : make("input", { type: "text" });
    node.oninput = () => moved(node.value);
    return { node, stand: (text) => text !== node.value && (node.value = text) };
  },
};

// Ink, lines and paper of an SVG become the page's own: light or dark. In the book, where notebooks
// are chapters, its links lead to those.
function themed(html) {
  if (!html.startsWith("<svg")) return html;
  const kind = location.pathname.endsWith(".html") ? ".html" : ".ipynb";
  return html.replace(/<[^>]+>/g, (tag) => tag // what a reader has typed stands between two tags
    .replace(/^(<a href="\w+)\.ipynb/, "$1" + kind)
    .replace(TINT, (_, where, tint) => where + INKS[tint.toLowerCase()])
    .replace(/^(<(?:rect|circle|path).*) fill="white"/s, '$1 fill="var(--paper)"'));
}

class Board {
  constructor(host, moved, clicked) {
    host.setAttribute("data-lm-suppress-shortcuts", "true"); // JupyterLab's own keys
    this.root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.held = this.root.activeElement?.closest("[data-name]")?.dataset.name;
    this.root.innerHTML = BODY; // another board may have stood here, with the focus in a field
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    for (const name of ["controls", "actions", "status", "alarm", "picture", "words"])
      this[name] = this.root.querySelector(`.${name}`);
    Object.assign(this, { moved, clicked, fields: {}, at: {}, tallest: 0 });
    this.picture.onclick = (event) => this.touch(event.target.closest("[data-set]"));
    this.picture.onkeydown = (event) => this.walk(event);
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width === this.width) return;
      this.width = contentRect.width;
      this.picture.style.minHeight = 0;
      this.grow(0);
    }).observe(host);
  }

  // Bring the controls to what they now are; what stays the same keeps its focus.
  furnish(controls, actions) {
    this.controls.classList.toggle("many", controls.length > 4);
    const kept = {};
    for (const control of controls) {
      const { name, label, kind } = control, old = this.fields[name];
      const same = (part) => JSON.stringify(old?.control[part]) === JSON.stringify(control[part]);
      if (old && same("kind") && same("rows") && (kind === "slider" || same("texts"))) {
        Object.assign(old.control, control);
        kept[name] = old;
        continue;
      }
      const field = FIELDS[kind](control, (text) => this.moved({ [name]: text }));
      const said = make("span", { className: "said" });
      field.node.classList.add("field", WIDTHS[kind] ?? "two");
      field.node.ariaLabel = label;
      field.node.dataset.name = name;
      const head = make("span", { className: "name" }, label);
      const row = make("div", {}, head, field.node);
      row.hidden = kind === "hidden";
      if (kind === "slider") row.append(said);
      if (control.play) head.prepend(this.player(control, field.node));
      old ? old.row.replaceWith(row) : this.controls.append(row);
      kept[name] = { ...field, control, row, said };
    }
    this.fields = kept;
    if (this.actions.children.length !== actions.length)
      this.actions.replaceChildren(...actions.map(
        (label) => make("button", { onclick: () => this.clicked(label) }, label)));
  }

  stand(at) {
    this.at = at;
    for (const [name, { said, stand }] of Object.entries(this.fields)) {
      stand(at[name]);
      said.textContent = at[name];
    }
    const node = this.fields[this.held]?.node;
    (node?.querySelector("input:checked") ?? node)?.focus();
    this.held = undefined;
  }

  show({ html, alt, alarm }) {
    const focused = this.root.activeElement, place = this.targets().indexOf(focused);
    this.alarm.hidden = !alarm;
    this.alarm.textContent = alarm ?? "";
    this.picture.classList.toggle("old", Boolean(alarm));
    if (alarm) return; // the last picture stays, so that nothing jumps
    if (html !== this.html) this.picture.innerHTML = themed((this.html = html));
    this.picture.ariaLabel = alt;
    this.grow(this.tallest);
    const targets = this.targets();
    for (const target of targets) Object.assign(target, { tabIndex: -1, role: "button" });
    if (targets.length) targets[0].tabIndex = 0; // one stop of the Tab key; arrows go on from there
    const same = targets.find((target) => target.dataset.set === focused?.dataset.set);
    if (place >= 0) (same ?? targets[place])?.focus(); // a touched place may ask for something new
    clearTimeout(this.later);
    this.later = setTimeout(() => (this.words.textContent = alt), 500); // read out where one stays
  }

  // A lower picture leaves what stands below where it is.
  grow(from) {
    this.tallest = Math.max(from, this.picture.offsetHeight);
    this.picture.style.minHeight = `${this.tallest}px`;
  }

  say(text, old = false) {
    this.status.textContent = text;
    this.picture.classList.toggle("old", old);
  }

  // What stands in the picture can be touched: data-set holds {name: text}, where to move what.
  targets() {
    return [...this.picture.querySelectorAll("[data-set]")];
  }

  touch(target) {
    const asked = Object.entries(JSON.parse(target?.dataset.set ?? "{}"));
    const here = asked.filter(([name]) => this.fields[name]); // a picture may serve other widgets
    if (here.length) this.moved(Object.fromEntries(here));
  }

  walk(event) {
    const here = this.root.activeElement;
    if (here?.dataset.set && ["Enter", " "].includes(event.key)) {
      this.touch(here);
      event.preventDefault();
    }
    const way = WAYS[event.key];
    if (!here?.dataset.set || !way) return;
    const middle = (node) => {
      const { x, y, width, height } = node.getBoundingClientRect();
      return [x + width / 2, y + height / 2];
    };
    const [x, y] = middle(here);
    const far = (node) => {
      const [dx, dy] = [middle(node)[0] - x, middle(node)[1] - y];
      const along = dx * way[0] + dy * way[1];
      const aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      return along > 1 ? along + 3 * aside : Infinity;
    };
    const next = this.targets().reduce((a, b) => (far(b) < far(a) ? b : a), here);
    if (far(next) < Infinity) next.focus();
    event.preventDefault();
  }

  // A button that plays a slider to its end, or for readers without motion makes one step.
  player(control, slider) {
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    let beat;
    const go = (i) => this.moved({ [control.name]: control.texts[i] });
    const step = () => {
      const i = control.texts.indexOf(this.at[control.name]) + 1;
      if (i < control.texts.length && button.isConnected) go(i);
      else stop();
    };
    const stop = () => (clearInterval(beat), (beat = 0), (button.textContent = "▶"));
    const button = make("button", { className: "play", ariaLabel: `play ${control.label}` }, "▶");
    button.onclick = () => {
      if (still.matches) return step();
      if (beat) return stop();
      if (this.at[control.name] === control.texts.at(-1)) go(0);
      beat = setInterval(step, BEAT);
      button.textContent = "❚❚";
    };
    slider.addEventListener("pointerdown", stop);
    return button;
  }
}

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const key = (at) => JSON.stringify(Object.entries(at).sort());

// With a kernel: every move is told to it; a state that was seen before is shown at once.
function live(model, el) {
  const host = make("div"), seen = new Map();
  let at = {}, asked = 0, open = {}, epoch, slow, silent, answered = false;
  el.replaceChildren(host);
  let board = new Board(host, move, click);

  function move(moved) {
    at = { ...at, ...moved };
    asked += 1;
    for (const [name, text] of Object.entries(moved)) open[name] = { seq: asked, text };
    board.stand(at);
    if (seen.has(key(at))) board.show(seen.get(key(at)));
    model.set("wish", { seq: asked, moves: unanswered() });
    model.save_changes();
    wait();
  }
  function click(label) { // a message may overtake a wish: it takes along what is not answered
    model.send({ click: label, seq: ++asked, moves: unanswered() });
    wait();
  }
  function unanswered() {
    return Object.fromEntries(Object.entries(open).map(([name, { text }]) => [name, text]));
  }
  function wait() {
    clearTimeout(slow), clearTimeout(silent);
    slow = setTimeout(() => board?.say("waiting for the kernel …", !seen.has(key(at))), SLOW);
    silent = setTimeout(() => {
      if (answered) return; // then it is busy
      board.say("No kernel answers: run this cell, and then move again.", !seen.has(key(at)));
      if (model.get("book")) flip(host, model.get("book"), at), (board = null);
    }, SILENT);
  }
  function heard() {
    const scene = model.get("scene");
    for (const [name, { seq }] of Object.entries(open)) if (seq <= scene.seq) delete open[name];
    if (scene.epoch !== epoch) seen.clear(); // a button may change what is drawn
    epoch = scene.epoch;
    if (!scene.alarm) {
      if (seen.size > 400) seen.delete(seen.keys().next().value);
      seen.set(key(scene.at), scene);
    }
    if (scene.seq < asked && board) return seen.has(key(at)) || board.show(scene); // of an earlier
    clearTimeout(slow), clearTimeout(silent);
    asked = scene.seq;
    board ??= new Board(host, move, click); // a kernel answers after all
    board.furnish(model.get("board"), model.get("actions"));
    board.stand((at = scene.at));
    board.say("");
    board.show(scene);
  }
  model.on("change:scene", () => {
    answered = true;
    heard();
  });
  heard();
}

// Without a kernel: the pages of a book. A move goes to the page that agrees in most controls.
async function flip(host, packed, from) {
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const { board: controls, states, pages, lines } = await new Response(stream).json();
  const places = states.map(({ at }) =>
    Object.fromEntries(controls.map(({ name, texts }, i) => [name, texts[at[i]]])));
  const same = (i, wanted) =>
    controls.filter(({ name }) => places[i][name] === wanted[name]).length;
  const nearest = (among, wanted) =>
    among.reduce((a, b) => (same(b, wanted) > same(a, wanted) ? b : a));
  let now = 0; // the state that the widget was stored in
  const board = new Board(host, move, () => {});

  function move(moved) {
    const wanted = { ...places[now], ...moved };
    const fits = [...places.keys()].filter((i) =>
      Object.entries(moved).every(([name, text]) => places[i][name] === text));
    if (!fits.length) return board.say("This place is not stored: run the cell.");
    turn(nearest(fits, wanted), wanted);
  }
  function turn(i, wanted) {
    now = i;
    const { alt, cut } = pages[states[i].page];
    const back = controls.filter(({ name }) => places[i][name] !== wanted[name]);
    const said = back.map(({ name, label }) => `${label} is at ${places[i][name]}`).join(", ");
    board.stand(places[i]);
    board.show({ alt, html: cut.map((line) => lines[line]).join("") });
    board.say(`${states.length} places are stored here; run the cell for all.`
      + (back.length ? ` With this move, ${said}.` : ""));
  }
  board.furnish(controls, []);
  const alone = controls.filter(({ texts }) => texts.length < 2);
  for (const { name } of alone)
    for (const node of board.fields[name].row.querySelectorAll("input, select, textarea"))
      Object.assign(node, { disabled: true, title: "needs a kernel" });
  const first = from ? nearest([...places.keys()], from) : 0;
  turn(first, places[first]);
}

export default { render: ({ model, el }) => live(model, el) };
