// The rows of a table question: read, laid over, added and hidden without a new page.

import { layValue, valueOf } from "./fields.js";

const rows = (question) => [...question.querySelectorAll("[data-row]:not([hidden])")];

/** The rows in which something is typed, as `{id, column: value}`; `null` where there are none. */
export function rowsOf(question) {
  const filled = rows(question).map(rowOf).filter((it) => Object.keys(it).length > 1);
  return filled.length > 0 ? filled : null;
}

/** Lays rows over a table. */
export function layRows(question, values) {
  const ids = values.map((it) => it.id);
  for (const row of rows(question)) if (!ids.includes(row.dataset.row)) row.remove();
  for (const value of values) {
    const known = rows(question).find((it) => it.dataset.row === value.id);
    const row = known ?? addRow(question, value.id);
    for (const [column, fields] of columnsOf(row)) layValue(fields, value[column]);
  }
  listRows(question);
}

/** Adds an empty row and gives it back. */
export function addRow(question, id = randomId()) {
  const template = question.querySelector("template[data-row-template]");
  const row = template.content.firstElementChild.cloneNode(true);
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const { name, value } of [...element.attributes]) {
      element.setAttribute(name, value.replaceAll("ROWID", id));
    }
  }
  question.querySelector("[data-rows]").append(row);
  listRows(question);
  return row;
}

/** Hides a row, so that it counts no more but can be brought back. */
export function hideRow(question, row, hidden = true) {
  row.hidden = hidden;
  listRows(question);
}

// The form says which rows there are, so that it also holds when a button sends it.
function listRows(question) {
  const { place, mostRows } = question.dataset;
  const all = rows(question);
  question.querySelector(`[name="rows[${place}]"]`).value = all.map((it) => it.dataset.row);
  all.forEach((row, index) => {
    row.querySelectorAll("[data-row-number]").forEach((it) => (it.textContent = index + 1));
  });
  question.querySelector(`[name="add_row[${place}]"]`).hidden = all.length >= (mostRows || Infinity);
}

function rowOf(row) {
  const cells = { id: row.dataset.row };
  for (const [column, fields] of columnsOf(row)) {
    const value = valueOf(fields);
    if (value !== null) cells[column] = value;
  }
  return cells;
}

function columnsOf(row) {
  const columns = new Map();
  for (const field of row.querySelectorAll("[name^='cell[']")) {
    const column = field.name.split("[").at(-1).slice(0, -1);
    columns.set(column, [...(columns.get(column) ?? []), field]);
  }
  return columns;
}

// `r` and eight small letters.
function randomId() {
  const digits = crypto.randomUUID().slice(0, 8);
  return "r" + digits.replace(/\d/g, (it) => "ghijklmnop"[it]);
}
