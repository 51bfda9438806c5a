// Small comforts of the pages: confirming, copying, choosing all rows, filtering as one types.

import { anything, forget } from "./kept.js";
import { t } from "./texts.js";

const PAUSE = 400;

document.querySelectorAll("[data-script]").forEach((it) => (it.hidden = false));

// A form or button with `data-confirm` asks with that text before it sends.
addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  const leaving = new URL(form.action).pathname === "/sign-out";
  const unsaved = leaving && anything() && t("sign_out_unsaved");
  const text = unsaved || submitter?.dataset.confirm || form.dataset.confirm;
  if (!text || form.dataset.confirmed) {
    if (leaving) forget();
    return;
  }
  event.preventDefault();
  ask(text, submitter?.textContent.trim()).then((yes) => {
    if (!yes) return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter);
  });
});

// A button with `data-copy` copies what the element of that id holds.
addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  button.textContent = t("copied");
});

// The box in a table's head chooses all rows; the forms beside it say how many are chosen.
addEventListener("change", ({ target }) => {
  const table = target.closest("[data-select]");
  if (!table || target.type !== "checkbox") return;
  const all = table.querySelector("[data-select-all]");
  const boxes = [...table.querySelectorAll("tbody input[type=checkbox]")];
  if (target === all) boxes.forEach((it) => (it.checked = all.checked));
  const count = boxes.filter((it) => it.checked).length;
  all.checked = count === boxes.length;
  all.indeterminate = count > 0 && !all.checked;
  for (const it of document.querySelectorAll("[data-chosen]")) it.textContent = t("chosen", { count });
});

// A form with `data-filter` brings what it finds into the element of that id as one types.
let timer = 0;
let latest = 0;
addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-filter]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(() => filter(form), PAUSE);
});

async function filter(form) {
  const turn = (latest += 1);
  const address = `${form.action.split("?")[0]}?${new URLSearchParams(new FormData(form))}`;
  const response = await fetch(address).catch(() => null);
  if (turn !== latest) return;
  if (!response?.ok) return form.requestSubmit();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const found = page.getElementById(form.dataset.filter);
  if (!found) return location.assign(address);
  document.getElementById(form.dataset.filter).replaceWith(found);
  found.querySelectorAll("[data-script]").forEach((it) => (it.hidden = false));
  history.replaceState(null, "", address);
}

function ask(text, act = t("go_on")) {
  const dialog = document.createElement("dialog");
  const form = Object.assign(document.createElement("form"), { method: "dialog" });
  const words = Object.assign(document.createElement("p"), { textContent: text, id: "ask" });
  const buttons = Object.assign(document.createElement("p"), { className: "buttons" });
  for (const [title, value, kind] of [[act, "yes", "primary"], [t("cancel"), "", "secondary"]]) {
    const className = `button ${kind}`;
    buttons.append(Object.assign(document.createElement("button"), { textContent: title, value, className }), " ");
  }
  dialog.setAttribute("aria-labelledby", "ask");
  form.append(words, buttons);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
  });
}
