// The loop of a peer in Node: says `ready`, then does and measures what each line of its input asks for.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Loads a package that `install scoring` has installed. */
export const load = createRequire(new URL("../../target/bench/scoring/", import.meta.url));

/** The text of a file in the folder that the peer was started with. */
export const read = name => readFileSync(join(process.argv[2], name), "utf8");

/** The lines of such a file. */
export const lines = name => read(name).trimEnd().split("\n");

/** Answers `NAME N` with the CPU time and the proof of `works[NAME](N)`, which returns {count, proof}. */
export async function serve(works) {
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, times] = line.split(" ");
    const before = process.cpuUsage();
    const { count, proof } = works[name](Number(times));
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ cpu: (user + system) / 1e6, count, proof }));
  }
}
