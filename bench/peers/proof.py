"""The proof that a PDF is the report that was asked for."""

import sys
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

from pypdf import PdfReader


def joined(text):
    """A text without what the layout of a page decides: spaces, hyphens and ligatures."""
    text = unicodedata.normalize("NFKC", text).replace("\N{SOFT HYPHEN}", "")
    return "".join(text.split()).replace("-", "").replace("‐", "")


def proof(pdf, data):
    """The number of pages of a PDF, which must name its subject, its total and every criterion."""
    pages = PdfReader(BytesIO(pdf)).pages
    text = joined("".join(page.extract_text() for page in pages))
    titles = [it["title"] for it in [*data["dimensions"], *(it for step in data["steps"] for it in step["questions"])]]
    titles += [it["question"] for key in ("strengths", "gaps", "next_steps") for it in data[key]]
    total = Decimal(str(data["headline"]["score"]["strict"])).quantize(Decimal("0.1"), ROUND_HALF_UP)
    total = str(total).replace(".", "," if data["language"] == "da" else ".")
    missing = [it for it in [data["subject"]["name"], total, *titles] if joined(it) not in text]
    if missing:
        sys.exit(f"the PDF does not say {missing}")
    return {"pages": len(pages)}
