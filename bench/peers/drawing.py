"""The turns of a peer that draws reports: each `go N` draws the next N documents of `data.ndjson`."""

import json
from pathlib import Path

import work
from proof import proof


def serve(folder, draw):
    """`draw` makes the bytes of a PDF from the text of a document."""
    documents = work.lines(Path(folder) / "data.ndjson")
    place = 0

    def go(times):
        nonlocal place
        first = None
        for number in range(place, place + times):
            text = documents[number % len(documents)]
            pdf = draw(text)
            first = first or (pdf, text)
        place += times
        return times, lambda: proof(first[0], json.loads(first[1]))

    work.serve(go=go)
