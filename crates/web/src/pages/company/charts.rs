//! The charts of a result: the same drawings as in the report, each with its figures.

use engine::sheets::ReadSheet;
use engine::views::result::ResultView;
use reports::{Chart, Measure};
use serde::Serialize;

use super::Head;
use crate::format;
use crate::visit::Visit;

/// A chart on a page.
#[derive(Debug, Serialize)]
pub(super) struct ChartItem {
    src: String,
    alt: String,
    width: u32,
    height: u32,
    table: Table,
}

/// The figures of a chart.
#[derive(Debug, Serialize)]
struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// How many axes a radar has room for.
const AXES: std::ops::RangeInclusive<usize> = 3..=12;

/// The charts that can be drawn of a result.
pub(super) fn items(
    visit: &Visit,
    head: &Head,
    sheet: &ReadSheet,
    view: &ResultView,
) -> Vec<ChartItem> {
    let measures = measures(view);
    if chart(view, "dimensions").is_none() {
        return Vec::new();
    }
    let words = visit.words();
    let number = |it: Option<f64>| {
        it.map_or_else(|| "–".to_owned(), |it| format::number(visit.language, it, 1))
    };
    let row = |it: &Measure| vec![it.title.clone(), number(it.documented)];
    let rows: Vec<Vec<String>> = measures.iter().map(row).collect();
    let listed: Vec<String> = rows.iter().map(|it| it.join(" ")).collect();
    let alt = words.text_with("result.radar", &[("figures", &listed.join(", "))]);
    vec![ChartItem {
        src: head.at(&format!("/charts/dimensions.svg?sheet={}", sheet.sheet.id)),
        alt,
        width: 520,
        height: 420,
        table: Table {
            head: vec![words.text("result.dimension"), words.text("result.score")],
            rows,
        },
    }]
}

/// The chart with this name.
pub(super) fn chart(view: &ResultView, name: &str) -> Option<Chart> {
    let measures = measures(view);
    (name == "dimensions" && AXES.contains(&measures.len())).then_some(Chart::Radar { measures })
}

fn measures(view: &ResultView) -> Vec<Measure> {
    let lowest = view.dimensions.iter().filter_map(|it| it.score).reduce(f64::min);
    view.dimensions
        .iter()
        .map(|it| Measure {
            title: it.title.clone(),
            documented: it.score,
            claimed: it.score,
            upper: it.upper,
            lowest: it.score.zip(lowest).is_some_and(|(it, least)| it <= least),
            note: None,
        })
        .collect()
}
