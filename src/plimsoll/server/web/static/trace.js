// @ts-check
// What the page of one trace adds where scripts run: a step opens beside the tree without leaving the page, and the
// arrow keys walk and fold the tree. Without it, each step is a link to the same page.

/** Show the step behind a link in the panel, and the address as if it had been followed. @param {HTMLAnchorElement} row */
async function openStep(row) {
  const panel = document.getElementById("step");
  const answer = await fetch(row.href, { headers: { accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("step");
  if (!answer.ok || !panel || !found) {
    location.assign(row.href);
    return;
  }
  panel.replaceWith(document.importNode(found, true));
  history.replaceState(null, "", row.href);
  document.querySelectorAll("[data-step][aria-current]").forEach((one) => one.removeAttribute("aria-current"));
  row.setAttribute("aria-current", "true");
  // On a narrow window the step stands below the tree.
  if (matchMedia("(max-width: 72rem)").matches) document.getElementById("step")?.focus();
}

/** The fold of the steps within a row. @param {Element | null} row @returns {HTMLDetailsElement | null} */
function foldOf(row) {
  const next = row?.matches("[data-step]") ? row.nextElementSibling : null;
  return next instanceof HTMLDetailsElement ? next : null;
}

/** Close the steps within the focused row; where there are none open, go to the row that contains it. */
function foldOrClimb() {
  const row = document.activeElement;
  const fold = foldOf(row);
  if (fold?.open) {
    fold.open = false;
    return;
  }
  const above = row?.closest("details[data-fold]")?.previousElementSibling;
  if (above instanceof HTMLElement) above.focus();
}

/** Open the steps within the focused row; where they are open, go to the first of them. */
function unfoldOrEnter() {
  const fold = foldOf(document.activeElement);
  if (fold && !fold.open) fold.open = true;
  else fold?.querySelector("a")?.focus();
}

document.addEventListener("click", (event) => {
  const row = event.target instanceof Element ? event.target.closest("a[data-step]") : null;
  if (!(row instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openStep(row).catch(() => location.assign(row.href));
});

document.addEventListener("keydown", (event) => {
  const row = document.activeElement;
  if (event.ctrlKey || event.metaKey || event.altKey || !row?.matches(".tree [data-row]")) return;
  /** @type {Record<string, () => void>} */
  const keys = { ArrowLeft: foldOrClimb, ArrowRight: unfoldOrEnter, ArrowDown: () => walk(1), ArrowUp: () => walk(-1) };
  const act = keys[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});
