// What is typed and not yet saved, kept on this device: one record per sheet, person and tab.

const PREFIX = "assay/";

/** How the names of all records of one person's sheet begin. */
export const prefixOf = (sheet, person) => `${PREFIX}${sheet}/${person}/`;

/** Keeps `record` under `name`, or clears it where there is none; whether that succeeded. */
export function keep(name, record) {
  try {
    if (record) localStorage.setItem(name, JSON.stringify(record));
    else localStorage.removeItem(name);
    return true;
  } catch {
    return !record;
  }
}

/** Says that the tab that writes `name` is alive, for as long as its page is. */
export const hold = (name) => navigator.locks.request(name, () => new Promise(() => {}));

/** Gives `found` what tabs that are gone left under `prefix`, and clears what it takes. */
export function adopt(prefix, found) {
  for (const name of names(prefix)) {
    navigator.locks.request(name, () => {
      const record = read(name);
      if (record && found(record)) keep(name, null);
    });
  }
}

/** Whether anything is kept on this device. */
export const anything = () => names(PREFIX).length > 0;

/** Clears everything that is kept on this device. */
export const forget = () => names(PREFIX).forEach((it) => keep(it, null));

function names(prefix) {
  try {
    return Object.keys(localStorage).filter((it) => it.startsWith(prefix));
  } catch {
    return [];
  }
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}
