"""Draws reports with WeasyPrint: `weasyprint_driver.py FOLDER`, with typefaces in `FOLDER/fonts`."""

import sys
from pathlib import Path

import drawing
from weasyprint_report import maker

drawing.serve(sys.argv[1], maker(Path(sys.argv[1]) / "fonts"))
