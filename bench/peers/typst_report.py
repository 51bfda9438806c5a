"""Makes a report with the typst wheel, from the same template and to the same standards as Assay."""

import shutil

import typst
from report import REPORTS


def maker(fonts, root):
    """What draws the text of a document with the typefaces in the folder `fonts`; `root` is a folder for the template."""
    shutil.copytree(REPORTS, root, dirs_exist_ok=True)
    (root / "scorecard.json").write_text("{}")
    faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    compiler = typst.Compiler(
        root / "company/main.typ",
        root=root,
        font_paths=faces,
        sys_inputs={"data": "/data.json", "attachment": "/scorecard.json"},
    )

    def draw(text):
        # The template reads files; Typst cannot be handed their text.
        (root / "data.json").write_text(text, encoding="utf-8")
        return compiler.compile(pdf_standards=["ua-1", "a-3a"])

    return draw
