//! A six-page report: cold, warm, and 1,000 different ones with the memory they take.
//!
//! `cargo bench -p reports`; `REPORTS=100` makes it smaller.

#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]

use std::time::{Duration, Instant};

use model::report::ReportData;

fn main() {
    let count: usize =
        std::env::var("REPORTS").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000);
    let sample = include_str!("../../../reports/company/sample.json");
    let mut data: ReportData = serde_json::from_str(sample).expect("the sample is report data");
    // The main part: without the annex the sample has six pages.
    data.steps.truncate(1);
    let scorecard = b"{}";

    let clock = Instant::now();
    let pdf = reports::company_pdf(&data, scorecard).expect("the sample can be drawn");
    println!("cold: {:.0} ms, {} KiB", milliseconds(clock.elapsed()), pdf.len() / 1024);

    let mut times = Vec::with_capacity(count);
    let mut memory = Vec::new();
    for i in 0..count {
        data.subject.name = format!("Example {i}");
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let shift = i as f64 / 1e6;
        for dimension in &mut data.dimensions {
            if let Some(score) = &mut dimension.score {
                score.strict = (score.strict - shift).max(0.0);
            }
        }
        let clock = Instant::now();
        reports::company_pdf(&data, scorecard).expect("the sample can be drawn");
        times.push(clock.elapsed());
        if (i + 1) % (count / 10).max(1) == 0 {
            memory.push(format!("{}", status("VmRSS:") / 1024));
        }
    }
    times.sort_unstable();
    println!("warm: {:.1} ms median of {count} different reports", milliseconds(times[count / 2]));
    println!("memory after each tenth: {} MiB", memory.join(" "));
    println!("peak memory: {} MiB", status("VmHWM:") / 1024);
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A figure of this program's memory, in KiB; 0 where the system does not say.
fn status(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|it| it.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0)
}
