"""What a validator in Python does: each response from its text, all valid or not, or all that is wrong."""

import json
import sys
from pathlib import Path

import work


def serve(validator_of):
    """Works on the folder that is the first argument; `validator_of` prepares a validator of a schema."""
    folder = Path(sys.argv[1])
    validator = validator_of(json.loads((folder / "schema.json").read_text(encoding="utf-8")))
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
