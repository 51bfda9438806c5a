// Reads a question's answer from its fields, as it is typed, and lays an answer over them.

import { layRows, rowsOf } from "./tables.js";

/** The fields called `name` within `element`. */
export const named = (element, name) => [...element.querySelectorAll(`[name="${name}"]`)];

/** What the fields of a question say of its answer; `null` where nothing is given. */
export function answerOf(question) {
  const { place, kind } = question.dataset;
  if (kind === "table") return rowsOf(question);
  if (named(question, `none[${place}]`)[0]?.checked) return [];
  return valueOf(named(question, `answer[${place}]`));
}

/** What fields that bear one name say. */
export function valueOf(fields) {
  const chosen = fields.filter((it) => it.checked).map((it) => it.value);
  if (fields[0]?.type === "checkbox") return chosen.length > 0 ? chosen : null;
  if (fields[0]?.type === "radio") return chosen[0] ?? null;
  return fields[0]?.value || null;
}

/** Lays `value` over fields that bear one name. */
export function layValue(fields, value) {
  const values = [value ?? []].flat().map(String);
  for (const field of fields) {
    if (/checkbox|radio/.test(field.type)) field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
}

/** Lays a change over the fields of its question. */
export function lay(question, change) {
  const { place, kind } = question.dataset;
  const put = (part, value) => layValue(named(question, `${part}[${place}]`), value);
  if ("typed" in change && !change.not_applicable) {
    if (kind === "table") layRows(question, change.typed ?? []);
    else put("answer", change.typed);
    put("none", Array.isArray(change.typed) && change.typed.length === 0 ? 1 : null);
  }
  if ("not_applicable" in change) {
    put("not_applicable", change.not_applicable === null ? null : 1);
    if (change.not_applicable) put("reason", change.not_applicable);
  }
  if ("comment" in change) put("comment", change.comment);
}
