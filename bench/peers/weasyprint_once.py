"""Draws one report with WeasyPrint: `weasyprint_once.py DATA OUT.pdf`, with typefaces in `fonts` beside DATA."""

import sys
from pathlib import Path

from weasyprint_report import maker

data = Path(sys.argv[1])
Path(sys.argv[2]).write_bytes(maker(data.parent / "fonts")(data.read_text(encoding="utf-8")))
