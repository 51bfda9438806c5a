"""Writes a report as a page of HTML: `page_html.py DATA > page.html`."""

import json
import sys
from html import escape
from pathlib import Path

from report import blocks

STYLE = """
@page { size: A4; margin: 20mm 22mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 7.5pt } }
body { font: 9pt/1.4 "Noto Sans", "DejaVu Sans", sans-serif; color: #17262b; margin: 0 }
h1 { font-size: 30pt; line-height: 1.15 }
h2 { font-size: 14pt; color: #0b5561; border-top: 0.8pt solid #0b5561; padding-top: 6pt; margin: 16pt 0 7pt }
h3 { font-size: 10.5pt; margin: 9pt 0 5pt }
h2, h3 { page-break-after: avoid }
p { margin: 0 0 6pt }
table { width: 100%; border-collapse: collapse; table-layout: fixed; word-wrap: break-word; margin-bottom: 8pt }
tr { page-break-inside: avoid }
th, td { text-align: left; vertical-align: top; padding: 2pt 5pt 3pt 0; border-bottom: 0.4pt solid #c8d1d3; font-weight: normal }
thead th { font-size: 7.5pt; font-weight: bold; color: #56666c }
td div + div, th div + div { font-size: 8pt; color: #56666c }
.page { page-break-before: always }
svg { display: block; width: 100% }
"""


def table(header, rows, shares):
    def cell(name, lines):
        return f"<{name}>{''.join(f'<div>{escape(line)}</div>' for line in lines)}</{name.split()[0]}>"

    columns = "".join(f'<col style="width: {it}%">' for it in shares)
    head = "".join(f'<th scope="col">{escape(it)}</th>' for it in header)
    body = "".join(
        f"<tr>{cell('th scope=row', row[0])}{''.join(cell('td', it) for it in row[1:])}</tr>" for row in rows
    )
    head = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f"<table><colgroup>{columns}</colgroup>{head}<tbody>{body}</tbody></table>"


def chart(bars):
    parts = []
    for place, (title, start, end) in enumerate(bars):
        parts.append(
            f'<text x="0" y="{16 * place + 11}" font-size="8.5" fill="#17262b">{escape(title)}</text>'
            f'<rect x="160" y="{16 * place + 3}" width="310" height="10" fill="#eff3f3"/>'
            f'<rect x="{160 + 310 * start:.2f}" y="{16 * place + 4.5}" width="{310 * (end - start):.2f}" height="7" fill="#0b5561"/>'
        )
    alt = escape("; ".join(f"{title}: {end * 100:.0f}" for title, _, end in bars))
    height = 16 * len(bars)
    return (
        f'<svg viewBox="0 0 470 {height}" role="img" aria-label="{alt}" xmlns="http://www.w3.org/2000/svg"'
        f' style="height: {height}pt"><title>{alt}</title>{"".join(parts)}</svg>'
    )


def body(data):
    for kind, *content in blocks(data):
        if kind in ("title", "h1", "h2", "p"):
            name = {"title": "h1", "h1": "h2", "h2": "h3", "p": "p"}[kind]
            yield f"<{name}>{escape(content[0])}</{name}>"
        elif kind == "facts":
            yield table([], [[[value] for value in pair] for pair in content[0]], (30, 70))
        elif kind == "list":
            yield f"<ul>{''.join(f'<li>{escape(it)}</li>' for it in content[0])}</ul>"
        elif kind == "chart":
            yield chart(content[0])
        elif kind == "table":
            yield table(*content)
        else:
            yield '</section><section class="page">'


def page(data, style=""):
    """The page; `style` is what it brings of its own."""
    name = escape(data["subject"]["name"])
    return (
        f'<!DOCTYPE html><html lang="{data["language"]}"><head><meta charset="utf-8"><title>{name}</title>{style}</head>'
        f"<body><section>{''.join(body(data))}</section></body></html>"
    )


if __name__ == "__main__":
    data = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.reconfigure(encoding="utf-8")
    print(page(data, f"<style>{STYLE}</style>"))
