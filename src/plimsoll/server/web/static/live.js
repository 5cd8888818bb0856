// @ts-check
// Tells an open page what happens: new traces are counted and offered, never put under the reader's eyes by themselves;
// figures that changed are drawn anew where they stand; long work shows how far it is. Listens only while the page is seen, since browsers give a server six connections.

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60000;

/** @typedef {{ kind: string, name: string, done: number, total: number | null, note: string }} Work */

/** @param {HTMLElement} place What the page shows of it, with the address of its stream. */
function follow(place) {
  /** @type {EventSource | null} */
  let stream = null;
  let wait = FIRST_WAIT;
  /** @type {number | undefined} */
  let retry;
  /** What the figures on the page were told by. @type {string | undefined} */
  let sign;

  /** Listen, unless that is so already or nobody looks. */
  function listen() {
    if (stream || document.hidden) return;
    stream = new EventSource(place.dataset["live"] ?? "");
    stream.addEventListener("open", () => (wait = FIRST_WAIT));
    stream.addEventListener("traces", (event) => offer(place, JSON.parse(event.data).new));
    stream.addEventListener("figures", (event) => {
      const told = JSON.parse(event.data).sign;
      if (sign !== undefined && sign !== told) redraw().catch(() => (sign = ""));
      sign = told;
    });
    stream.addEventListener("work", (event) => showWork(place, JSON.parse(event.data).work));
    stream.addEventListener("error", () => {
      stop();
      // A refusal and a server that starts again alike: later each time, and not all pages at once.
      retry = setTimeout(listen, wait * (0.5 + Math.random() / 2));
      wait = Math.min(LONGEST_WAIT, wait * 2);
    });
  }

  /** Listen no more. */
  function stop() {
    clearTimeout(retry);
    stream?.close();
    stream = null;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : listen()));
  addEventListener("pagehide", stop);
  listen();
}

/** Draw the parts of the page that show figures anew, from the page as it is now. */
async function redraw() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelectorAll("[data-live-part]").forEach((part) => {
    const found = page.getElementById(part.id);
    if (found && !isRead(part)) replacePart(part, document.importNode(found, true));
  });
}

/** Whether words of the part are selected: they stay until they are not. @param {Element} part */
function isRead(part) {
  const selected = getSelection();
  return selected !== null && !selected.isCollapsed && part.contains(selected.anchorNode);
}

/** Put a part in place of another, with the same folds open and the same link focused.
 * @param {Element} part @param {HTMLElement} fresh */
function replacePart(part, fresh) {
  const open = Array.from(part.querySelectorAll("details"), (fold) => fold.open);
  fresh.querySelectorAll("details").forEach((fold, at) => (fold.open = open[at] ?? fold.open));
  const active = part.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
  part.replaceWith(fresh);
  const link = active && fresh.querySelector(`a[href="${CSS.escape(active)}"]`);
  if (link instanceof HTMLElement) link.focus({ preventScroll: true });
}

/** Offer what is new, on pages that would show it. @param {HTMLElement} place @param {number} count */
function offer(place, count) {
  const words = place.dataset["liveNew"];
  const link = place.querySelector("[data-live-offer]");
  if (!words || !(link instanceof HTMLAnchorElement) || count < 1) return;
  const many = count >= 1000 ? "1000 or more" : String(count);
  link.textContent = `${many} new ${count === 1 ? words.replace(/s$/, "") : words}: show`;
  link.hidden = false;
}

/** Show how far long work is; once all of it has ended, offer to see what came of it.
 * @param {HTMLElement} place @param {Work[]} all */
function showWork(place, all) {
  const list = place.querySelector("[data-live-work]");
  if (!(list instanceof HTMLElement)) return;
  const had = list.children.length > 0;
  list.replaceChildren(...all.map(drawWork));
  const ended = place.querySelector("[data-live-ended]");
  if (ended instanceof HTMLElement) ended.hidden = !had || all.length > 0;
}

/** @param {Work} work @returns {HTMLLIElement} */
function drawWork(work) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = `${work.kind[0]?.toUpperCase()}${work.kind.slice(1)} of ${work.name}`;
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", name.textContent);
  if (work.total !== null) {
    bar.max = Math.max(1, work.total);
    bar.value = work.done;
  }
  const far = document.createElement("span");
  far.textContent = work.note || (work.total === null ? "begins" : `${work.done} of ${work.total}`);
  row.append(name, bar, far);
  return row;
}

document.querySelectorAll("[data-live]").forEach((place) => {
  if (place instanceof HTMLElement) follow(place);
});
