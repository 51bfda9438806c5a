"""Draws reports with ReportLab (platypus): `reportlab_driver.py FOLDER`, with typefaces in `FOLDER/fonts`."""

import json
import sys
from html import escape
from io import BytesIO
from pathlib import Path

from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import ListFlowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

import drawing
from report import blocks

folder = Path(sys.argv[1])
for face in ("Regular", "Bold", "Italic", "BoldItalic"):
    pdfmetrics.registerFont(TTFont(f"NotoSans-{face}", folder / f"fonts/NotoSans-{face}.ttf"))
pdfmetrics.registerFont(TTFont("DejaVuSans", folder / "fonts/DejaVuSans.ttf"))
pdfmetrics.registerFontFamily(
    "NotoSans-Regular", "NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic", "NotoSans-BoldItalic"
)

INK, MUTED, RULE, WASH, ACCENT = map(HexColor, ("#17262b", "#56666c", "#c8d1d3", "#eff3f3", "#0b5561"))
MARGIN, WIDTH = 22 * mm, A4[0] - 44 * mm


def style(size, face="Regular", color=INK, **more):
    return ParagraphStyle("", fontName=f"NotoSans-{face}", fontSize=size, leading=size * 1.4, textColor=color, **more)


TEXTS = {
    "title": style(30, "Bold", spaceBefore=22, spaceAfter=16),
    "h1": style(14, "Bold", ACCENT, spaceBefore=16, spaceAfter=7, keepWithNext=1),
    "h2": style(10.5, "Bold", spaceBefore=9, spaceAfter=5, keepWithNext=1),
    "p": style(9, spaceAfter=6),
}
CELL, SMALL, HEADER = style(9), style(8, color=MUTED), style(7.5, "Bold", MUTED)
LINES = TableStyle(
    [("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0),
     ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
)


def words(text):
    """A text in which the arrow, which Noto Sans has not, is set in another typeface."""
    return escape(text).replace("→", '<font name="DejaVuSans">→</font>')


def table(header, rows, shares):
    cells = [[Paragraph(words(it), HEADER) for it in header]] if header else []
    for row in rows:
        cells.append([[Paragraph(words(it), SMALL if n else CELL) for n, it in enumerate(cell)] for cell in row])
    return Table(cells, [WIDTH * it / 100 for it in shares], repeatRows=1 if header else 0, style=LINES)


def chart(bars):
    height, left = 16 * len(bars), WIDTH * 0.34
    scale, out = WIDTH - left, Drawing(WIDTH, 16 * len(bars))
    for place, (title, start, end) in enumerate(bars):
        y = height - 16 * (place + 1)
        out.add(String(0, y + 5, title, fontName="NotoSans-Regular", fontSize=8.5, fillColor=INK))
        out.add(Rect(left, y + 3, scale, 10, fillColor=WASH, strokeColor=None))
        out.add(Rect(left + start * scale, y + 4.5, (end - start) * scale, 7, fillColor=ACCENT, strokeColor=None))
    return out


def story(data):
    for kind, *content in blocks(data):
        if kind in TEXTS:
            yield Paragraph(words(content[0]), TEXTS[kind])
        elif kind == "facts":
            yield table([], [[[value] for value in pair] for pair in content[0]], (30, 70))
        elif kind == "list":
            yield ListFlowable([Paragraph(words(it), CELL) for it in content[0]], bulletType="bullet", start="•")
        elif kind == "chart":
            yield chart(content[0])
            yield Spacer(0, 10)
        elif kind == "table":
            yield table(*content)
        else:
            yield PageBreak()


def footer(canvas, document):
    canvas.setFont("NotoSans-Regular", 7.5)
    canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(document.page))


def draw(text):
    data, out = json.loads(text), BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN - 6, rightMargin=MARGIN - 6, topMargin=20 * mm, bottomMargin=20 * mm,
        title=data["subject"]["name"], lang=data["language"],
    )
    document.build(list(story(data)), onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


drawing.serve(folder, draw)
