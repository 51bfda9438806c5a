// Saves answers as they are typed and shows at once what follows from them. Without this script
// the page works too: its form is sent by its buttons.

import { answerOf, lay, named } from "./fields.js";
import { Sender } from "./sending.js";
import { addRow, hideRow } from "./tables.js";
import { clock, moment, t } from "./texts.js";

const PAUSE = 800;
const FIELDS = "input:not([type=hidden]), select, textarea";

const form = document.querySelector("form[data-answers]");
const [status, live, banner] = ["status", "announce", "banner"].map((it) =>
  document.querySelector(`[data-${it}]`),
);
// Each save is shown, but read out only where something has changed for its reader.
status.removeAttribute("role");

const questionAt = (place) => document.getElementById(`q-${place}`);

// Nothing moves under a pointer that is down, or its click would miss.
let pressing = Promise.resolve();
addEventListener("pointerdown", () => {
  pressing = new Promise((done) => {
    const up = () => setTimeout(done);
    for (const it of ["pointerup", "pointercancel"]) addEventListener(it, up, { once: true });
  });
});

const view = {
  still: () => pressing,
  saving: () => say("saving", "saving"),
  slow: () => say("slow", "saving"),
  lay(changes) {
    for (const change of changes) {
      const question = questionAt(change.place);
      if (!question) continue;
      lay(question, change);
      settle(question);
    }
  },
  saved(answer) {
    for (const place of answer.saved) {
      showError(place, null);
      questionAt(place)?.querySelector("[data-carried]")?.remove();
    }
    showAsked(answer.asked ?? {});
    showValues(answer);
    this.refused(answer.refused ?? []);
  },
  refused: (list) => list.forEach(({ place, message }) => showError(place, message)),
  conflicts(list, revision) {
    list.forEach((it) => showConflict(it, revision));
    announce(t("conflicts", { count: list.length }));
  },
  settled() {
    const count = form.querySelectorAll("[data-refused], [data-conflict]").length;
    if (count > 0) say("refused", "problem", { count });
    else say("saved", "saved", { time: clock() });
    if (!banner.hidden) announce(t("again"));
    showBanner(null);
  },
  troubled(reason, kept) {
    say(kept ? "kept" : "not_kept", kept ? "kept" : "problem");
    showBanner(kept ? reason : "not_kept");
  },
  stopped(reason, { detail = "" }) {
    say("kept", "problem");
    showBanner(reason, { detail });
    if (reason === "signed_out") {
      const link = make("a", t("sign_in"));
      link.href = form.dataset.signIn;
      banner.append(" ", link);
    }
    if (reason === "locked") form.querySelectorAll(`${FIELDS}, button`).forEach(lock);
  },
};

const { api, sheet, person, revision } = form.dataset;
const csrf = form.elements.csrf.value;
const sender = new Sender({ api, id: sheet, person, revision: Number(revision), csrf }, view);

form.addEventListener("input", (event) => changed(event.target, PAUSE));
form.addEventListener("change", (event) => changed(event.target, 0));
form.addEventListener("focusout", () => sender.flush());
form.addEventListener("click", pressed);
form.addEventListener("submit", leave);
document.addEventListener("visibilitychange", () => document.hidden && sender.flush());
addEventListener("pagehide", () => sender.flush());
addEventListener("pageshow", (event) => event.persisted && location.reload());
addEventListener("beforeunload", (event) => sender.losing && event.preventDefault());
form.querySelectorAll("[data-question]").forEach(settle);
say("ready", "");

// What was last noted of a field, so that leaving it does not send it again.
const noted = new Map();

// What a field says of its question, by the first part of its name.
const parts = {
  answer: typed,
  none: typed,
  cell: typed,
  clear: typed,
  remove_row: typed,
  comment: (question, field) => ({ comment: field.value.trim() || null }),
  confirm: () => ({ confirmed: true }),
  not_applicable: notApplicable,
  reason: notApplicable,
};

function changed(field, delay) {
  const question = field.closest("[data-question]");
  const part = field.name.split("[")[0];
  if (!question || !parts[part]) return;
  count(field);
  if (delay > 0 && field.matches("[type=radio], [type=checkbox], select")) return;
  if (field.checked) exclude(question, part);
  const change = parts[part](question, field);
  settle(question);
  if (!change) return;
  const { place } = question.dataset;
  const [key, text] = [`${place} ${parts[part].name}`, JSON.stringify(change)];
  if (noted.get(key) === text) return sender.flush();
  noted.set(key, text);
  sender.change(place, change, delay);
}

function typed(question) {
  return { typed: answerOf(question) };
}

function notApplicable(question) {
  const value = (part) => named(question, `${part}[${question.dataset.place}]`)[0];
  if (!value("not_applicable").checked) return { not_applicable: null, ...typed(question) };
  const reason = value("reason").value.trim();
  return reason && { not_applicable: reason, typed: null };
}

// "None of these" and the others exclude each other.
function exclude(question, part) {
  const other = { none: "answer", answer: "none" }[part];
  const boxes = named(question, `${other}[${question.dataset.place}]`);
  boxes.filter((it) => it.type === "checkbox").forEach((it) => (it.checked = false));
}

// Shows of a question what its fields call for.
function settle(question) {
  const { place } = question.dataset;
  const ticked = named(question, `not_applicable[${place}]`)[0]?.checked ?? false;
  question.querySelector("[data-reason]")?.toggleAttribute("hidden", !ticked);
  question.querySelector("[data-answer]")?.toggleAttribute("inert", ticked);
  for (const it of named(question, `clear[${place}]`)) it.hidden = answerOf(question) === null;
  question.querySelectorAll("[data-longest]").forEach(count);
}

function count(field) {
  const output = document.getElementById(`${field.id}-left`);
  if (!output) return;
  const left = field.dataset.longest - [...field.value].length;
  output.textContent = t(left < 0 ? "over" : "left", { count: Math.abs(left) });
}

const acts = {
  add_row: (question) => focusIn(addRow(question)),
  remove_row: remove,
  confirm: (question, button) => changed(button, 0),
  clear(question, button) {
    named(question, `answer[${question.dataset.place}]`).forEach((it) => (it.checked = false));
    focusIn(question);
    changed(button, 0);
  },
};

function pressed(event) {
  const button = event.target.closest("[data-question] button");
  const act = acts[button?.name.split("[")[0]];
  if (!act) return;
  event.preventDefault();
  act(button.closest("[data-question]"), button);
}

function remove(question, button) {
  const row = button.closest("[data-row]");
  question.querySelector(".undo")?.remove();
  const undo = makeButton(t("undo"), () => {
    undo.remove();
    hideRow(question, row, false);
    focusIn(row);
    changed(button, 0);
  });
  undo.classList.add("undo");
  hideRow(question, row);
  question.querySelector(`[name^="add_row"]`).after(undo);
  undo.focus();
  announce(t("row_removed"));
  changed(button, 0);
}

// Goes on when everything is saved; what is in conflict is settled first.
async function leave(event) {
  const conflict = form.querySelector("[data-conflict] button");
  if (conflict || sender.busy) event.preventDefault();
  if (conflict) return conflict.focus();
  const { submitter } = event;
  sender.flush();
  while (sender.busy && !sender.troubled) await new Promise((done) => setTimeout(done, 50));
  if (sender.busy) return banner.focus();
  form.elements.revision.value = sender.revision;
  if (event.defaultPrevented) form.requestSubmit(submitter);
}

function showAsked(asked) {
  const counts = { shown: 0, hidden: 0 };
  for (const [place, visible] of Object.entries(asked)) {
    const question = questionAt(place);
    if (!question || question.hidden !== visible) continue;
    question.hidden = !visible;
    counts[visible ? "shown" : "hidden"] += 1;
  }
  const said = Object.entries(counts).filter(([, count]) => count > 0);
  if (said.length > 0) announce(said.map(([key, count]) => t(key, { count })).join(" "));
}

// Fills each element that names, by `data-value`, a part of what the server answered.
function showValues(answer) {
  const part = (path) => path.split("/").reduce((it, key) => it?.[key], answer);
  for (const output of document.querySelectorAll("[data-value]")) {
    const value = part(output.dataset.value);
    if (value === undefined) continue;
    if ("max" in output.dataset) output.max = answer.progress.asked || 1;
    if (output.matches("progress")) output.value = value;
    else output.textContent = value ?? output.dataset.empty ?? "–";
  }
  for (const it of document.querySelectorAll("[data-if]")) it.hidden = !part(it.dataset.if);
}

function showError(place, message) {
  const question = questionAt(place);
  const answer = question?.querySelector("[data-answer]");
  if (!answer) return;
  const id = `error-${place}`;
  document.getElementById(id)?.remove();
  question.toggleAttribute("data-refused", message !== null);
  const group = question.querySelector("fieldset");
  for (const field of group ? [group] : answer.querySelectorAll(FIELDS)) {
    const described = field.getAttribute("aria-describedby")?.split(" ") ?? [];
    const ids = new Set(described.filter((it) => it !== id).concat(message ? id : []));
    field.setAttribute("aria-describedby", [...ids].join(" "));
    if (!group || group.role) field.ariaInvalid = message !== null;
  }
  if (!message) return;
  const error = make("p", message, "error");
  error.id = id;
  answer.before(error);
  announce(message);
}

function showConflict(conflict, revision) {
  const { place, by, at, theirs, part = "typed" } = conflict;
  const question = questionAt(place);
  if (!question) return;
  const decide = (mine) => () => {
    box.remove();
    noted.clear();
    if (!mine) lay(question, { [part]: theirs });
    settle(question);
    sender.resolve(place, revision, mine);
    focusIn(question);
  };
  const box = make("div", "", "conflict");
  const values = make("dl");
  const pair = (title, value) => {
    const row = make("div");
    row.append(make("dt", title), make("dd", value ?? t("nothing")));
    return row;
  };
  const buttons = make("p", "", "buttons");
  values.append(
    pair(t("conflict_yours"), conflict.yours_shown),
    pair(t("conflict_theirs", { by, at: moment(at) }), conflict.theirs_shown),
  );
  const keep = makeButton(t("keep_yours"), decide(true));
  buttons.append(keep, " ", makeButton(t("keep_theirs", { by }), decide(false)));
  box.dataset.conflict = place;
  box.append(make("p", t("conflict", { by }), "strong"), values, buttons);
  question.querySelector("[data-conflict]")?.remove();
  question.prepend(box);
}

function lock(field) {
  if (field.matches("textarea, [type=text]")) field.readOnly = true;
  else field.disabled = true;
}

function say(key, state, values) {
  status.textContent = t(key, values);
  status.dataset.state = state;
}

function showBanner(reason, values) {
  const text = reason ? t(`banner_${reason}`, values) : "";
  banner.hidden = !reason;
  if (banner.textContent !== text) banner.textContent = text;
}

function announce(text) {
  live.textContent = text;
}

function focusIn(element) {
  element.querySelector(FIELDS)?.focus();
}

function make(name, text = "", className = "") {
  return Object.assign(document.createElement(name), { textContent: text, className });
}

function makeButton(text, act) {
  const button = Object.assign(make("button", text, "button secondary"), { type: "button" });
  button.addEventListener("click", act);
  return button;
}
