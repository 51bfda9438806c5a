"""What a report says, as blocks that any maker of documents can set: the content of reports/company."""

import json
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

REPORTS = Path(__file__).resolve().parents[2] / "reports"


@cache
def texts(language):
    return json.loads((REPORTS / f"shared/texts.{language}.json").read_text(encoding="utf-8"))


def blocks(data):
    """The blocks of a report, each a tuple that begins with its kind.

    `title`, `h1`, `h2`, `p`, `break`; `facts` of pairs; `list` of texts; `chart` of (title, from, to) between 0 and 1;
    `table` of header, rows and shares of the width. A cell of a table is a list of lines, the first of which counts most.
    """
    t = texts(data["language"])

    def number(value, decimals=0):
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        plain = f"{rounded:,f}".replace("-", "−")
        return plain.translate(str.maketrans({",": t["number"]["thousands"], ".": t["number"]["decimal"]}))

    def score(value):
        return number(value, 1)

    def percent(share, decimals=0):
        return t["number"]["percent"].format(number=number(share * 100, decimals))

    def date(text):
        year, _, rest = text.partition("-")
        if not (len(text) == 10 and year.isdigit() and rest[:2].isdigit()):
            return text
        return t["date"]["pattern"].format(day=int(rest[3:]), month=t["date"]["months"][int(rest[:2]) - 1], year=year)

    def figure(it):
        if "number" not in it:
            return it.get("text", t["indicators"]["unknown"])
        if it["format"] == "percent":
            return percent(it["number"], it["decimals"])
        return " ".join([number(it["number"], it["decimals"]), *([it["unit"]] if "unit" in it else [])])

    subject, head, front = data["subject"]["name"], data["headline"], t["front"]
    yield "title", subject
    yield "p", data["title"]
    yield "p", data.get("purpose", "")
    facts = [(front["form"], f"{data['title']}, {data['form']['version']}"), (front["date"], date(data["date"]))]
    facts += [(t["status"]["title"], t["status"][data["status"]]), (front["focus"], data.get("focus_area", "–"))]
    yield "facts", facts + [(it["label"], date(it["text"])) for it in data["front"]]
    t_head, of = t["headline"], head["score"]
    yield "h1", t_head["title"]
    yield "h2", f"{head['band']['title']}: {score(of['strict'])} {t_head['out_of'].format(max=100)}"
    yield "p", head.get("band_description", "")
    yield "chart", [(t_head["score"], 0, of["strict"] / 100), (t["charts"]["upper"], 0, of["upper"] / 100)]
    facts = [(t_head["completeness"], percent(of["completeness"])), (t_head["minimum"], head.get("minimum", "–"))]
    yield "facts", facts + [(t_head[key], percent(head[key])) for key in ("evidence_e2", "evidence_e3")]
    yield "p", f"{t_head['claimed']}: {score(of['claimed'])} {t_head['claimed_note']}"
    for sentence in data["narratives"]:
        yield "p", sentence
    failed = [it for it in data["gates"] if it["state"] != "passed"]
    yield "h2", t["gates"]["title"]
    yield "p", t["gates"]["some"].format(passed=len(data["gates"]) - len(failed), all=len(data["gates"]))
    yield "list", [f"{t['gates'][it['state']]}: {it['message']}" for it in failed]

    yield ("break",)
    names, lines = t["dimensions"], [it for it in data["dimensions"] if "score" in it]
    yield "h1", names["title"]
    yield "p", names["lead_claimed"]
    yield "chart", [(it["title"], 0, it["score"]["strict"] / 100) for it in lines]
    yield "table", [names[key] for key in ("dimension", "share", "documented", "claimed", "upper", "completeness")], [
        [[it["title"]], [percent(it["share"])], *([score(it["score"][key])] for key in ("strict", "claimed", "upper")),
         [percent(it["score"]["completeness"])]]
        for it in lines
    ], (34, 14, 15, 12, 12, 13)
    names, lines = t["readiness"], data["readiness"]
    yield "h1", names["title"]
    yield "p", names["lead"]
    yield "chart", [(it["title"], 0, it["now"] / it["top"]) for it in lines]
    yield "table", [names[key] for key in ("line", "before", "now", "level")], [
        [[it["title"]], [str(it.get("before", "–"))], [str(it["now"])], [it.get("level", "–")]] for it in lines
    ], (25, 10, 10, 55)

    yield ("break",)
    names = t["contributions"]
    yield "h1", names["title"]
    yield "p", names["lead"]
    for key in ("strengths", "gaps"):
        yield "h2", names[key]
        yield "table", [names["question"], names["points"]], [
            [[it["question"], f"{it['dimension']} · {it['answer']}"], [score(it["points"])]] for it in data[key]
        ], (85, 15)
    names = t["next"]
    yield "h1", names["title"]
    yield "p", names["lead"]
    yield "table", [names[key] for key in ("step", "evidence", "gain", "offer")], [
        [[it["question"], names[it["action"] + "_to" * ("to" in it)].format(level=it.get("to"))],
         [it.get("evidence", "–")], [f"+{score(it['gain'])}"], [it.get("offer", "–")]]
        for it in data["next_steps"]
    ], (50, 10, 10, 30)

    yield ("break",)
    for key in ("actions", "tags"):
        if data[key]:
            yield "h1", t[key]["title"]
            rows = [[[date(cell["text"])] for cell in row["cells"]] for row in data[key]]
            yield "table", [it["label"] for it in data[key][0]["cells"]], rows, (100 / len(rows[0]),) * len(rows[0])

    names = t["indicators"]
    yield "h1", names["title"]
    yield "p", names["lead"]
    yield "table", [names["figure"], names["value"]], [
        [[it["title"], it.get("description", it.get("because", ""))], [figure(it)]] for it in data["indicators"]
    ], (70, 30)
    for it in data["indicators"]:
        if it["sensitivity"]:
            ends = [swing.get(key, it["number"]) for swing in it["sensitivity"] for key in ("at_low", "at_high")]
            least, span = min(ends), max(ends) - min(ends)
            yield "h2", names["sensitivity"].format(figure=it["title"])
            pairs = [sorted([(one - least) / span, (two - least) / span]) for one, two in zip(ends[::2], ends[1::2])]
            yield "chart", [(swing["title"], *pair) for swing, pair in zip(it["sensitivity"], pairs)]
            yield "table", [names[key] for key in ("input", "at_low", "at_high")], [
                [[swing["title"]], [number(one)], [number(two)]]
                for swing, one, two in zip(it["sensitivity"], ends[::2], ends[1::2])
            ], (50, 25, 25)

    yield ("break",)
    names = t["answers"]
    yield "h1", names["title"]
    yield "p", names["lead"]
    for step in data["steps"]:
        yield "h2", step["title"]
        yield "table", [], [
            [[it["title"]], [date(it["answer"]) or names["no_answer"], *(it[key] for key in ("descriptor", "comment") if key in it),
             *(f"→ {line}" for line in it.get("points", {}).get("explanation", []))],
             [score(it["points"]["points"]), names["of_100"]] if "points" in it and "points" in it["points"] else [names["not_counted"]]]
            for it in step["questions"]
        ], (31, 52, 17)
    if data["hidden"]:
        yield "h2", names["hidden"]
        yield "list", data["hidden"]
    names = t["indicators"]
    yield "h1", names["how"]
    yield "table", [names[key] for key in ("figure", "formula", "inputs")], [
        [[it["title"]], [it["formula"]], [f"{line['label']}: {date(line['text'])}" for line in it["inputs"]] or ["–"]]
        for it in data["indicators"]
    ], (26, 40, 34)

    names = t["evidence"]
    yield "h1", names["title"]
    yield "table", [names[key] for key in ("item", "question", "grade", "date")], [
        [[it["title"], it.get("link", "")], [it["question"]], [it["grade"]], [date(it.get("date", "–"))]]
        for it in data["evidence"]
    ], (43, 29, 8, 20)
    names = t["method"]
    yield "h1", names["title"]
    for key in ("method", "limits", "licences"):
        if key in data:
            yield "h2", names[key]
            yield "p", data[key]
    yield "h2", names["sources"]
    yield "list", data["sources"]
    yield "h2", names["provenance"]
    yield "facts", [(names[key], data["provenance"][key]) for key in ("form", "response", "engine", "rounding")]
