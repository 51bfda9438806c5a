"""Draws reports with the typst wheel: `typst_driver.py FOLDER`, with typefaces in `FOLDER/fonts`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import drawing
from typst_report import maker

with TemporaryDirectory() as root:
    drawing.serve(sys.argv[1], maker(Path(sys.argv[1]) / "fonts", Path(root)))
