// The texts of the scripts, in the page's language, as the page gives them.

const texts = JSON.parse(document.getElementById("texts")?.textContent || "{}");
const language = document.documentElement.lang === "da" ? "da-DK" : "en-GB";

/** The text `js.KEY` with its placeholders filled; with `count`, its singular or plural. */
export function t(key, values = {}) {
  const name = "count" in values ? `${key}.${values.count === 1 ? "one" : "other"}` : key;
  const text = texts[`js.${name}`] ?? name;
  return text.replace(/\{(\w+)\}/g, (all, it) => values[it] ?? all);
}

/** The clock time of `date`, as the language writes it. */
export const clock = (date = new Date()) =>
  new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(date);

/** Day and clock time of `date`. */
export const moment = (text) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));
