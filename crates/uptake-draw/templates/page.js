// What scripts add to a page that is whole without them: values under the pointer, and filters that change it in place.
// Every word and number comes from the page itself.
"use strict";
(() => {
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const made = (name, className, text = "") => Object.assign(document.createElement(name), { className, textContent: text });

// Says what changed to those who do not see it.
const voice = made("p", "heard");
voice.setAttribute("role", "status");
document.body.append(voice);

// Values: a line through all that stands at one stop, and a card with the words.

const [cross, tip] = [made("div", "cross"), made("div", "tip")];
let shownAt = null; // the picture and its stop, or the mark, that the card tells of

// `data-along` is the plot's top and bottom and each stop, in the picture's own units.
function placesOf(picture) {
  const [top, bottom, ...xs] = picture.dataset.along.split(" ").map(Number);
  const svg = one("svg", picture);
  const [drawn, around] = [svg, picture].map(element => element.getBoundingClientRect());
  const scale = drawn.width / svg.viewBox.baseVal.width;
  const [left, above] = [drawn.left - around.left, drawn.top - around.top];
  return { left: around.left, xs: xs.map(x => left + x * scale), top: above + top * scale, bottom: above + bottom * scale };
}

// `data-reading` is a line of the series, each behind the word of its colour, then a line a stop.
function wordsAt(picture, stop) {
  const [head, ...lines] = picture.closest("[data-reading]").dataset.reading.split("\n").map(line => line.split("\t"));
  const [when, ...values] = lines[stop];
  const named = head.map(series => [series.slice(0, series.indexOf(" ")), series.slice(series.indexOf(" ") + 1)]);
  const rows = named.map(([colour, name], at) => ({ colour, name, value: values[at] }));
  return { when, rows: rows.filter(({ value }) => value) };
}

function tellStop(picture, stop, aloud) {
  if (shownAt?.picture === picture && shownAt.stop === stop) return;
  hide();
  const { xs, top, bottom } = placesOf(picture);
  const { when, rows } = wordsAt(picture, stop);
  cross.style.cssText = `left:${xs[stop]}px;top:${top}px;height:${bottom - top}px`;
  const list = made("dl", "");
  for (const { colour, name, value } of rows) {
    const [key, term] = [made("i", "key"), made("dt", "", name)];
    key.style.background = `var(--${colour})`;
    term.prepend(key);
    list.append(term, made("dd", "", value));
  }
  tip.replaceChildren(made("strong", "", when), list);
  picture.append(cross, tip);
  place(picture, xs[stop], top);
  shownAt = { picture, stop };
  if (aloud) voice.textContent = `${when}: ${rows.map(({ name, value }) => `${name} ${value}`.trim()).join(", ")}`;
}

// Beside the pointed place, to the side that has room; on a phone there may be none, and it stands above.
function place(picture, x, y) {
  const [room, wide, high] = [picture.clientWidth, tip.offsetWidth, tip.offsetHeight];
  const side = [x + 12, x - 12 - wide].find(left => left >= 0 && left + wide <= room);
  tip.style.left = `${side ?? Math.max(0, Math.min(x - wide / 2, room - wide))}px`;
  tip.style.top = `${side === undefined ? y - high - 4 : y}px`;
}

function tellMark(picture, mark) {
  if (shownAt?.mark === mark) return;
  hide();
  tip.replaceChildren(made("strong", "", mark.dataset.told));
  picture.append(tip);
  const [box, around] = [mark, picture].map(element => element.getBoundingClientRect());
  place(picture, (box.left + box.right) / 2 - around.left, box.top - around.top);
  shownAt = { picture, mark };
}

function hide() {
  for (const part of [cross, tip]) part.remove();
  shownAt = null;
}

// A browser shows titles of its own beside the card, late; so they wait in `data-told` while the pointer is on the picture.
function hush(picture) {
  for (const title of all("title", picture)) {
    const mark = title.parentElement;
    mark.dataset.told = title.textContent;
    if (mark.localName === "svg") mark.setAttribute("aria-label", title.textContent);
    title.remove();
  }
}

function unhush(picture) {
  for (const mark of all("[data-told]", picture)) {
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = mark.dataset.told;
    mark.prepend(title);
    delete mark.dataset.told;
    mark.removeAttribute("aria-label");
  }
}

let pointed = null; // the picture that the pointer is on
function point(event) {
  const picture = event.target.closest?.(".picture") ?? null;
  if (picture !== pointed) {
    if (pointed) unhush(pointed);
    if (picture) hush(picture);
    pointed = picture;
    hide();
  }
  if (!picture) return;
  if (picture.dataset.along) {
    const { left, xs } = placesOf(picture);
    const far = xs.map(x => Math.abs(left + x - event.clientX));
    return tellStop(picture, far.indexOf(Math.min(...far)), false);
  }
  const mark = event.target.closest("svg [data-told]");
  if (mark) tellMark(picture, mark);
  else hide();
}

document.addEventListener("pointermove", point);
document.addEventListener("pointerdown", point);
document.documentElement.addEventListener("pointerleave", event => event.pointerType === "mouse" && point(event));

document.addEventListener("keydown", event => {
  if (event.key === "Escape") return hide();
  const picture = event.target;
  if (!picture.matches?.(".picture[data-along]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const last = placesOf(picture).xs.length - 1;
  const now = shownAt?.picture === picture ? shownAt.stop : last + 1;
  const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  tellStop(picture, Math.max(0, Math.min(next, last)), true);
});
document.addEventListener("focusout", event => event.target === shownAt?.picture && hide());

function openToKeys() {
  for (const picture of all(".picture[data-along]")) {
    picture.tabIndex = 0;
    picture.setAttribute("role", "group");
    picture.setAttribute("aria-label", `${one("svg > title", picture)?.textContent}${one("main").dataset.keys}`);
  }
}
openToKeys();

// Filters: the page that the form would open is fetched, and what changed takes its place.

let asking = new AbortController();
const here = () => location.pathname + location.search;
let address = here(); // of the page that is shown, or that comes; empty: whatever is chosen next is asked for
let soon;

async function show(wanted, isNew) {
  clearTimeout(soon);
  asking.abort();
  asking = new AbortController();
  address = wanted;
  const { signal } = asking;
  one("main").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(wanted, { signal });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && one(".blocks", next)) {
      if (wanted !== here()) history.pushState(null, "", wanted);
      swap(next, isNew);
    } else if (isNew) {
      address = "";
      refuse(next);
    } else {
      location.reload();
    }
  } catch (error) {
    if (!signal.aborted) location.assign(wanted); // the browser says best what is wrong with a connection
  }
  if (!signal.aborted) one("main").removeAttribute("aria-busy");
}

// A wrong choice is told beside the form; the page stays as it was.
function refuse(next) {
  all("br", next).forEach(end => end.replaceWith(". "));
  const mistakes = all("#main li", next).filter(line => !one("a", line)).map(line => line.textContent);
  const told = one(".wrong") ?? made("p", "wrong");
  told.setAttribute("role", "alert");
  one(".filters").append(told);
  told.textContent = [one("h1", next)?.textContent, ...mistakes].join(". ");
}

function swap(next, isNew) {
  hide();
  pointed = null;
  const inBlocks = all("article[id] :is(a, summary, [tabindex])");
  const [focused, opened] = [inBlocks.find(stop => stop === document.activeElement), all("article details[open]")];
  const again = [focused, ...opened].map(element => element && twinOf(element));
  document.title = next.title;
  for (const part of [".when", ".blocks", "footer"]) one(part).replaceWith(one(part, next));
  renew(one("form.filters"), one("form.filters", next), isNew);
  openToKeys();
  const [focus, ...open] = again.map(find => find?.());
  open.forEach(details => details && (details.open = true));
  focus?.focus({ preventScroll: true });
  voice.textContent = [one(".when").firstChild, ...all(".multi > summary")].map(part => part.textContent.trim()).join(", ");
}

// Finds the element again once its card was replaced.
function twinOf(element) {
  const { id } = element.closest("article");
  const like = () => all(element.localName, document.getElementById(id) ?? voice);
  const at = like().indexOf(element);
  return () => like()[at];
}

// The form keeps its elements, so that nothing loses the focus; only another set of choices replaces it. Who is writing a
// day goes on writing; who went back sees the days of then.
function renew(form, next, isNew) {
  if (!form || !next) return;
  const key = field => `${field.name}|${field.type === "date" ? "" : field.value}`;
  const [now, then] = [all("input", form), all("input", next)];
  if (now.map(key).join() !== then.map(key).join()) return form.replaceWith(next);
  now.forEach((field, at) => {
    field.checked = then[at].checked;
    const isWritten = isNew && field === document.activeElement;
    if (field.value !== then[at].value && !isWritten) field.value = then[at].value;
  });
  all("summary strong", form).forEach((told, at) => (told.textContent = all("summary strong", next)[at].textContent));
  if (document.activeElement.matches(".send a")) one("button", form).focus({ preventScroll: true }); // it may go
  all(".send a, .wrong", form).forEach(old => old.remove());
  all(".send a", next).forEach(reset => one(".send", form).append(" ", reset));
}

function send(form) {
  const chosen = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(chosen).toString();
  const wanted = new URL(form.action).pathname + (query && `?${query}`);
  if (wanted !== address) show(wanted, true);
}

document.addEventListener("submit", event => {
  if (!event.target.matches("form.filters")) return;
  event.preventDefault();
  send(event.target);
});
document.addEventListener("change", event => {
  const form = event.target.closest("form.filters");
  if (!form) return;
  clearTimeout(soon);
  asking.abort(); // what is on the way would undo this choice
  address = "";
  one("main").removeAttribute("aria-busy");
  // A year that is still being typed begins with zeros.
  if (all("input[type=date]", form).some(day => day.value && day.value < "1900")) return;
  soon = setTimeout(() => send(form), event.target.type === "date" ? 600 : 150);
});
document.addEventListener("click", event => {
  // A list of choices that lies over the page goes away with a click beside it.
  for (const list of all(".multi[open]").filter(list => !list.contains(event.target))) {
    if (getComputedStyle(one("fieldset", list)).position === "absolute") list.open = false;
  }
  const reset = event.target.closest(".filters .send a");
  if (!reset || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  show(new URL(reset.href).pathname, true);
});
addEventListener("popstate", () => {
  if (here() !== address) show(here(), false); // else only the place on the page changed
});
})();
