// Validates responses with Ajv: `ajv_driver.mjs FOLDER`.

import { lines, load, read, serve } from "./work.mjs";

const { default: Ajv } = load("ajv/dist/2020.js");
const schema = JSON.parse(read("schema.json"));
// As the standard has it: `format` describes, and what a validator does not know is left alone.
const options = { strict: false, validateFormats: false };
const isValid = new Ajv(options).compile(schema);
const collect = new Ajv({ ...options, allErrors: true }).compile(schema);
const responses = lines("responses.ndjson");
const invalid = lines("invalid.ndjson");

function go(times) {
  let valid = 0;
  for (let i = 0; i < times; i++) {
    valid = 0;
    for (const text of responses) valid += isValid(JSON.parse(text)) ? 1 : 0;
  }
  return { count: times * responses.length, proof: { valid } };
}

function findings(times) {
  let found = [];
  for (let i = 0; i < times; i++) {
    found = invalid.map(text => (collect(JSON.parse(text)) ? 0 : collect.errors.length));
  }
  return { count: times * invalid.length, proof: { findings: found[0] } };
}

await serve({ go, findings });
