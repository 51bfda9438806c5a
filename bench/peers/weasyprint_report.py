"""Makes a tagged PDF of a report with WeasyPrint."""

import json

from page_html import STYLE, page
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

def maker(fonts):
    """What draws the text of a document with the typefaces in the folder `fonts`; the style sheet is read once."""
    config = FontConfiguration()
    faces = [
        ("Noto Sans", "NotoSans-Regular", "normal", "normal"),
        ("Noto Sans", "NotoSans-Bold", "bold", "normal"),
        ("Noto Sans", "NotoSans-Italic", "normal", "italic"),
        ("DejaVu Sans", "DejaVuSans", "normal", "normal"),
    ]
    rules = "".join(
        f'@font-face {{ font-family: "{family}"; src: url({(fonts / file).resolve().as_uri()}.ttf);'
        f" font-weight: {weight}; font-style: {style} }}"
        for family, file, weight, style in faces
    )
    sheet = CSS(string=rules + STYLE, font_config=config)

    def draw(text):
        html = HTML(string=page(json.loads(text)))
        return html.write_pdf(stylesheets=[sheet], font_config=config, pdf_variant="pdf/ua-1")

    return draw
