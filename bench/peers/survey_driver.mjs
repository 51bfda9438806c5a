// Validates and scores responses with SurveyJS, without a browser: `survey_driver.mjs FOLDER`.

import { lines, load, read, serve } from "./work.mjs";

const { Model } = load("survey-core");
// One model for all responses: a model for each takes five times as long.
const survey = new Model(JSON.parse(read("survey.json")));
const questions = survey.getAllQuestions();
const responses = lines("responses.ndjson");
const invalid = lines("invalid.ndjson");

/** The answers of a response as SurveyJS wants them: `s0.q0` is called `s0_q0`. */
function flat(text) {
  const data = {};
  for (const [step, answers] of Object.entries(JSON.parse(text).answers)) {
    for (const [question, answer] of Object.entries(answers)) data[`${step}_${question}`] = answer;
  }
  return data;
}

function go(times) {
  let valid = 0;
  let totals = [];
  for (let i = 0; i < times; i++) {
    valid = 0;
    totals = responses.map(text => {
      survey.data = flat(text);
      valid += survey.validate(false) ? 1 : 0;
      return survey.getVariable("total");
    });
  }
  totals = totals.slice(0, 20).map(total => Number(total.toFixed(6)));
  return { count: times * responses.length, proof: { valid, totals } };
}

function findings(times) {
  let found = [];
  for (let i = 0; i < times; i++) {
    found = invalid.map(text => {
      survey.data = flat(text);
      survey.validate(true);
      return questions.reduce((sum, question) => sum + question.errors.length, 0);
    });
  }
  return { count: times * invalid.length, proof: { findings: found[0] } };
}

await serve({ go, findings });
