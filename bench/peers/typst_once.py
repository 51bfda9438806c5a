"""Draws one report with the typst wheel: `typst_once.py DATA OUT.pdf`, with typefaces in `fonts` beside DATA."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from typst_report import maker

data = Path(sys.argv[1])
with TemporaryDirectory() as root:
    draw = maker(data.parent / "fonts", Path(root))
    Path(sys.argv[2]).write_bytes(draw(data.read_text(encoding="utf-8")))
