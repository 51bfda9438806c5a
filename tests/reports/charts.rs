//! Charts by themselves.

use model::keywords::Pillar;
use model::profile::{PillarResult, Venn, Zone};
use model::scorecard::Swing;
use reports::{Band, Cells, Chart, Ladder, Measure, Parts, Point, chart_svg};

fn measure(title: &str, value: f64) -> Measure {
    Measure {
        title: title.to_owned(),
        documented: Some(value),
        claimed: Some(value + 10.0),
        upper: Some(value + 20.0),
        lowest: value < 30.0,
        note: None,
    }
}

fn venn() -> Venn {
    let pillar = |pillar, strict: Option<f64>| PillarResult {
        pillar,
        strict,
        blocked: false,
        completeness: 1.0,
        inside: strict.is_some_and(|it| it >= 60.0),
    };
    Venn {
        zone: Zone::SocialOnly,
        pillars: vec![
            pillar(Pillar::Social, Some(72.0)),
            pillar(Pillar::Environmental, Some(55.0)),
            pillar(Pillar::Economic, None),
        ],
        minimum: None,
        mean: None,
        geometric_mean: None,
    }
}

#[test]
fn every_chart_is_drawn_and_told_in_words() {
    let measures = vec![measure("A", 20.0), measure("B", 40.5), measure("C", 70.0)];
    let swing = Swing {
        input: "economy.share".to_owned(),
        title: "Share".to_owned(),
        low: 0.4,
        at_low: Some(-1_200.0),
        high: 0.8,
        at_high: None,
    };
    let charts = [
        (Chart::Radar { measures: measures.clone() }, "Radardiagram med 3 akser"),
        (Chart::Bars { measures }, "B: dokumenteret 40,5, selvvurderet 50,5, højst 60,5."),
        (
            Chart::Interval {
                high: 200.0,
                strict: 114.0,
                answered: Some(120.0),
                upper: Some(144.0),
                bands: vec![Band { id: "low".to_owned(), title: "På vej".to_owned(), from: 81.0 }],
                current: Some("low".to_owned()),
            },
            "Skala fra 0 til 200. Scoren er 114",
        ),
        (
            Chart::Ladders {
                lines: vec![Ladder { title: "Kunder".to_owned(), now: 4, before: Some(2), top: 9 }],
            },
            "Kunder: 4 af 9, før 2.",
        ),
        (Chart::Tornado { base: 500.0, swings: vec![swing] }, "fra −1.200 til ikke defineret"),
        (
            Chart::Plot {
                x_title: "Sikkerhed".to_owned(),
                y_title: "Værdi".to_owned(),
                x_max: 4.0,
                y_max: 100.0,
                points: vec![Point { title: "Projekt".to_owned(), x: 2.0, y: 56.25 }],
            },
            "Projekt: Værdi 56,3, Sikkerhed 2.",
        ),
        (Chart::Venn { venn: venn() }, "Placering: Kun socialt. Social: med, score 72,0."),
        (
            Chart::Stacked {
                names: vec!["Solid".to_owned(), "Bevist".to_owned()],
                items: vec![Parts { title: "Beviser".to_owned(), parts: vec![3.0, 0.0] }],
            },
            "Beviser: Solid 3, Bevist 0.",
        ),
        (
            Chart::HeatMap {
                columns: vec!["Marked".to_owned()],
                rows: vec![Cells { title: "Digital".to_owned(), cells: vec![None] }],
            },
            "Digital: Marked –.",
        ),
    ];
    for (chart, words) in charts {
        let drawing = chart_svg("da", &chart).unwrap();
        assert!(drawing.svg.starts_with("<svg"), "{chart:?}");
        assert!(drawing.alt.contains(words), "{}", drawing.alt);
    }
}

#[test]
fn numbers_beyond_all_decimals_are_drawn() {
    let swing = Swing {
        input: "economy.investment".to_owned(),
        title: "Investment".to_owned(),
        low: -1e29,
        at_low: Some(0.5),
        high: 1e300,
        at_high: Some(1e29),
    };
    let drawing = chart_svg("da", &Chart::Tornado { base: 1e29, swings: vec![swing] }).unwrap();
    assert!(drawing.alt.contains("−100.000.000.000.000.000.000.000.000.000"), "{}", drawing.alt);
}

#[test]
fn charts_of_nothing_are_drawn() {
    for chart in [
        Chart::Bars { measures: Vec::new() },
        Chart::Ladders { lines: Vec::new() },
        Chart::Tornado { base: 0.0, swings: Vec::new() },
        Chart::Stacked { names: Vec::new(), items: Vec::new() },
        Chart::HeatMap { columns: Vec::new(), rows: Vec::new() },
    ] {
        chart_svg("en", &chart).unwrap();
    }
}
