"""Validates responses with jsonschema-rs (Rust, called from Python): `jsonschema_rs_driver.py FOLDER`."""

import json
import sys
from pathlib import Path

import jsonschema_rs
import work

folder = Path(sys.argv[1])
validator = jsonschema_rs.Draft202012Validator(json.loads((folder / "schema.json").read_text(encoding="utf-8")))
responses = work.lines(folder / "responses.ndjson")
invalid = work.lines(folder / "invalid.ndjson")


def go(times):
    for _ in range(times):
        valid = sum(validator.is_valid(json.loads(text)) for text in responses)
    return times * len(responses), {"valid": valid}


def findings(times):
    for _ in range(times):
        found = [len(list(validator.iter_errors(json.loads(text)))) for text in invalid]
    return times * len(invalid), {"findings": found[0]}


work.serve(go=go, findings=findings)
