//! Charts by themselves, as the web pages show them: the same drawings as in the reports.

use model::profile::Venn;
use serde::Serialize;
use typst::foundations::{Label, Selector, Value};
use typst::introspection::{Introspector, MetadataElem};
use typst::utils::PicoStr;
use typst_svg::SvgOptions;

use crate::ReportError;
use crate::draw::{document, pages, problem};
use crate::world::CHART;

/// A chart and its data. Titles are in the language of the drawing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Chart {
    /// Three to twelve measures around a centre.
    Radar {
        /// The axes.
        measures: Vec<Measure>,
    },
    /// Measures as bars, claimed against documented.
    Bars {
        /// The bars.
        measures: Vec<Measure>,
    },
    /// A score on its scale with bands.
    Interval {
        /// The highest value of the scale, which begins at 0.
        high: f64,
        /// The score with what is missing counted as nothing.
        strict: f64,
        /// The score of what is answered.
        #[serde(skip_serializing_if = "Option::is_none")]
        answered: Option<f64>,
        /// The score with what is missing counted as full.
        #[serde(skip_serializing_if = "Option::is_none")]
        upper: Option<f64>,
        /// The bands, lowest first.
        bands: Vec<Band>,
        /// The id of the band reached.
        #[serde(skip_serializing_if = "Option::is_none")]
        current: Option<String>,
    },
    /// Readiness ladders.
    Ladders {
        /// The ladders.
        lines: Vec<Ladder>,
    },
    /// How a result moves with one input at a time.
    Tornado {
        /// The result as it is.
        base: f64,
        /// The inputs, widest first.
        swings: Vec<model::scorecard::Swing>,
    },
    /// Points on a plane that begins at 0.
    Plot {
        /// What lies along.
        x_title: String,
        /// What lies up.
        y_title: String,
        /// The highest value along.
        x_max: f64,
        /// The highest value up.
        y_max: f64,
        /// The points.
        points: Vec<Point>,
    },
    /// The three pillars of sustainability.
    Venn {
        /// The result.
        venn: Venn,
    },
    /// Bars made of parts.
    Stacked {
        /// What the parts are called.
        names: Vec<String>,
        /// The bars.
        items: Vec<Parts>,
    },
    /// A table in which larger numbers are darker.
    HeatMap {
        /// What the columns are called.
        columns: Vec<String>,
        /// The rows.
        rows: Vec<Cells>,
    },
}

/// A value on the scale from 0 to 100.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measure {
    /// What is measured.
    pub title: String,
    /// What the evidence supports; absent where there is no score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documented: Option<f64>,
    /// What is claimed; as `documented` where no evidence is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claimed: Option<f64>,
    /// The most it could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upper: Option<f64>,
    /// Whether it is the lowest.
    pub lowest: bool,
    /// Why there is no score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A band of a scale.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Band {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it begins.
    pub from: f64,
}

/// A readiness ladder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ladder {
    /// What it is about.
    pub title: String,
    /// The step reached now.
    pub now: u32,
    /// The step reached before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<u32>,
    /// The highest step.
    pub top: u32,
}

/// A point on a plane.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// What it stands for.
    pub title: String,
    /// How far along.
    pub x: f64,
    /// How far up.
    pub y: f64,
}

/// A bar made of parts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parts {
    /// What it stands for.
    pub title: String,
    /// The parts, none below 0.
    pub parts: Vec<f64>,
}

/// A row of a heat map.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cells {
    /// What it stands for.
    pub title: String,
    /// The numbers.
    pub cells: Vec<Option<f64>>,
}

/// A chart as it was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// The picture; its words are shapes.
    pub svg: String,
    /// What it shows, in words.
    pub alt: String,
}

#[derive(Serialize)]
struct Request<'a> {
    language: &'a str,
    charts: [&'a Chart; 1],
}

/// Draws `chart` with words in `language`.
pub fn chart_svg(language: &str, chart: &Chart) -> Result<Drawing, ReportError> {
    let data = document(&Request { language, charts: [chart] })?;
    pages(&CHART, data, &[], |_, document| {
        let Some(page) = document.pages().first() else {
            return Err(problem("the chart has no page"));
        };
        let svg = typst_svg::svg(page, &SvgOptions { render_bleed: false, pretty: false });
        let alt = Label::new(PicoStr::intern("alt"))
            .and_then(|it| document.introspector().query_first(&Selector::Label(it)))
            .and_then(|it| it.to_packed::<MetadataElem>().map(|it| it.value.clone()));
        match alt {
            Some(Value::Str(alt)) => Ok(Drawing { svg, alt: alt.to_string() }),
            _ => Err(problem("the chart has no alternative text")),
        }
    })
}
