// @ts-check
// What the console adds where scripts run: keys, an honest waiting state, and sources that open when they are named.
// Every page works without it.

/** Elements that `j` and `k` walk through, in the order of the page. @returns {HTMLElement[]} */
function rows() {
  const all = Array.from(document.querySelectorAll("[data-row]")).filter((row) => row instanceof HTMLElement);
  return all.filter((row) => row.checkVisibility());
}

/** Move the focus by so many rows, stopping at the ends. @param {number} by */
function walk(by) {
  const all = rows();
  const at = all.findIndex((row) => row === document.activeElement);
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Open the page's own search or question box. */
function search() {
  const box = document.querySelector("[data-search]");
  if (box instanceof HTMLInputElement || box instanceof HTMLTextAreaElement) {
    box.focus();
    box.select();
  } else {
    go("a");
  }
}

/** Go to the page of the navigation that has this letter. @param {string} letter */
function go(letter) {
  const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  if (link instanceof HTMLAnchorElement) location.assign(link.href);
}

/** Show or hide the list of keys. */
function toggleKeys() {
  const dialog = document.querySelector("dialog");
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

/** Whether keys belong to what is being typed. @param {EventTarget | null} target @returns {boolean} */
function isTyping(target) {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** @type {Record<string, () => void>} */
const actions = { "/": search, "?": toggleKeys, j: () => walk(1), k: () => walk(-1) };

// Whether `g` was the last key. No time runs out on the letter after it (WCAG 2.1.1): any other key, or the pointer, ends it.
let isGoing = false;
document.addEventListener("pointerdown", () => (isGoing = false));
addEventListener("blur", () => (isGoing = false));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  const wasGoing = isGoing;
  isGoing = event.key === "g" && !wasGoing;
  if (wasGoing) return go(event.key);
  const act = actions[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

document.querySelectorAll("[data-needs-script]").forEach((part) => part.removeAttribute("hidden"));
document.querySelectorAll("[data-keys]").forEach((button) => button.addEventListener("click", toggleKeys));

// A question is sent with Enter; Shift+Enter makes a new line.
document.querySelectorAll("textarea[data-search]").forEach((box) =>
  box.addEventListener("keydown", (event) => {
    if (event instanceof KeyboardEvent && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (box instanceof HTMLTextAreaElement) box.form?.requestSubmit();
    }
  }),
);

// One press, one question: the button says that it waits, and waits.
document.querySelectorAll("form[data-waits]").forEach((form) =>
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("button[type=submit]");
    if (!(button instanceof HTMLButtonElement)) return;
    if (button.getAttribute("aria-busy") === "true") event.preventDefault();
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset["waiting"] ?? button.textContent;
  }),
);

// Back to a page that the browser kept: it waits for nothing any more.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/** Open the source that the address names, so that its quotation is seen. */
function openNamed() {
  const named = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.querySelector("mark")?.scrollIntoView({ block: "center" });
  }
}

addEventListener("hashchange", openNamed);
document.querySelectorAll("a[href^='#source-']").forEach((link) =>
  link.addEventListener("click", () => setTimeout(openNamed)),
);
openNamed();
