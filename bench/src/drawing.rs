//! A report of six pages: drawn again and again, every one different, and once from the command
//! line; beside programs that make PDFs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use model::report::ReportData;

use crate::machine::{memory, own_time};
use crate::markdown::{Table, median, short};
use crate::peer::{self, Peer};
use crate::service::program;

/// How many different reports there are to draw.
const REPORTS: usize = 1_000;

/// How many of them a turn draws.
const TURN: usize = 20;

/// Reports that differ in the name of the subject and in every score.
fn report(number: usize) -> Result<ReportData> {
    let sample = include_str!("../../reports/company/sample.json");
    let mut data: ReportData = serde_json::from_str(sample)?;
    // The main part: without the annex and what not every report has, it is six pages.
    data.steps.truncate(1);
    data.venn = None;
    data.certainty = None;
    data.tags.clear();
    data.subject.name = format!("Example {number}");
    #[expect(clippy::cast_precision_loss, reason = "it is a small number")]
    let shift = number as f64 / 1e4;
    for score in data.dimensions.iter_mut().filter_map(|it| it.score.as_mut()) {
        score.strict = (score.strict - shift).max(0.0);
    }
    Ok(data)
}

/// Reports drawn one after another in a process that is warm.
pub(crate) fn warm(rounds: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    write(folder.path())?;
    let programs = peer::install("reports")?;
    let python = |driver: &str| {
        let mut command = Command::new(programs.join("bin/python"));
        command.arg(peer::drivers().join(driver)).arg(folder.path());
        command
    };
    let mut peers = [
        Peer::start("ReportLab (Python)", python("reportlab_driver.py"))?,
        Peer::start("WeasyPrint (Python)", python("weasyprint_driver.py"))?,
        Peer::start("typst wheel (Python), the same template", python("typst_driver.py"))?,
    ];
    let (mut ours, mut theirs) = (Vec::new(), vec![Vec::new(); peers.len()]);
    let mut drawn = 0;
    for round in 0..=rounds {
        let figure = turn(&mut drawn)?;
        for (peer, figures) in peers.iter_mut().zip(&mut theirs) {
            let said = peer.turn("go", TURN)?;
            ensure!(said.proof["pages"] == 6, "{} draws something else: {said:?}", peer.name);
            if round > 0 {
                figures.push(1e3 * said.cpu / said.count);
            }
        }
        // The first round warms up.
        if round > 0 {
            ours.push(figure);
        }
    }
    while drawn < REPORTS {
        turn(&mut drawn)?;
    }
    let mut table =
        Table::new(&["A report of six pages, ms of CPU", "each", "ours / this", "memory, MiB"]);
    let own = memory(std::process::id(), "VmRSS")?;
    table.row([
        "Assay, tagged and attached".to_owned(),
        short(median(&ours)),
        "1".to_owned(),
        short(own),
    ]);
    for (peer, figures) in peers.iter().zip(&theirs) {
        let ratios: Vec<f64> = ours.iter().zip(figures).map(|(ours, it)| ours / it).collect();
        let memory = short(memory(peer.pid(), "VmRSS")?);
        table.row([peer.name.to_owned(), short(median(figures)), short(median(&ratios)), memory]);
    }
    crate::say(table);
    crate::say(format_args!(
        "Memory of Assay is that after {drawn} reports, with what measures it."
    ));
    Ok(())
}

/// The milliseconds that each of the next reports takes.
#[expect(clippy::cast_precision_loss, reason = "there are a few")]
fn turn(drawn: &mut usize) -> Result<f64> {
    let before = own_time()?;
    for _ in 0..TURN {
        let data = report(*drawn % REPORTS)?;
        let pdf = reports::company_pdf(&data, b"{}")?;
        ensure!(pdf.starts_with(b"%PDF"), "this is no PDF");
        *drawn += 1;
    }
    Ok((own_time()? - before).as_secs_f64() * 1e3 / TURN as f64)
}

fn write(folder: &Path) -> Result<()> {
    fonts(folder)?;
    let mut lines = String::new();
    for number in 0..REPORTS {
        lines += &serde_json::to_string(&report(number)?)?;
        lines.push('\n');
    }
    Ok(fs::write(folder.join("data.ndjson"), lines)?)
}

/// Writes our typefaces into `folder`, for programs that set the same report.
fn fonts(folder: &Path) -> Result<()> {
    let fonts = folder.join("fonts");
    fs::create_dir(&fonts)?;
    let all: [(&str, &[u8]); 7] = [
        ("NotoSans-Regular.ttf", notosans::REGULAR_TTF),
        ("NotoSans-Bold.ttf", notosans::BOLD_TTF),
        ("NotoSans-Italic.ttf", notosans::ITALIC_TTF),
        ("NotoSans-BoldItalic.ttf", notosans::BOLD_ITALIC_TTF),
        ("DejaVuSans.ttf", dejavu::sans::regular()),
        ("DejaVuSans-Bold.ttf", dejavu::sans::bold()),
        ("DejaVuSansMono.ttf", dejavu::sans_mono::regular()),
    ];
    for (name, bytes) in all {
        fs::write(fonts.join(name), bytes)?;
    }
    Ok(())
}

/// One report from a program that has just been started.
pub(crate) fn cold(rounds: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let programs = peer::install("reports")?;
    fonts(folder.path())?;
    let data = folder.path().join("data.json");
    fs::write(&data, serde_json::to_string(&report(1)?)?)?;
    let out = folder.path().join("out.pdf");
    let python = |driver: &str| {
        let mut command = Command::new(programs.join("bin/python"));
        command.arg(peer::drivers().join(driver)).args([&data, &out]);
        command
    };
    let page = folder.path().join("page.html");
    let mut html = Command::new(programs.join("bin/python"));
    html.arg(peer::drivers().join("page_html.py")).arg(&data).stdout(fs::File::create(&page)?);
    run(html)?;
    let ours = || -> Result<Command> {
        let case = Path::new(env!("CARGO_MANIFEST_DIR"));
        let case = case.join("../forms/export-readiness/cases/strong/answers.json");
        let mut command = Command::new(program("assay")?);
        command.args(["report", "export-readiness"]).arg(case).arg("-o").arg(&out);
        Ok(command)
    };
    let html_to_pdf = || {
        let mut command = Command::new("wkhtmltopdf");
        command.arg("--quiet").args([&page, &out]);
        command
    };
    let names = [
        "Assay: scores the answers and draws",
        "typst wheel in a fresh Python",
        "wkhtmltopdf",
        "WeasyPrint in a fresh Python",
    ];
    let mut figures = vec![Vec::new(); names.len()];
    for round in 0..=rounds {
        let commands =
            [ours()?, python("typst_once.py"), html_to_pdf(), python("weasyprint_once.py")];
        for (command, figures) in commands.into_iter().zip(&mut figures) {
            // It must be made anew.
            _ = fs::remove_file(&out);
            let before = own_time()?;
            run(command)?;
            ensure!(fs::read(&out)?.starts_with(b"%PDF"), "there is no PDF");
            let used: Duration = own_time()? - before;
            if round > 0 {
                figures.push(used.as_secs_f64() * 1e3);
            }
        }
    }
    let mut table =
        Table::new(&["One report from the command line, ms of CPU", "each", "ours / this"]);
    for (name, times) in names.iter().zip(&figures) {
        let ratios: Vec<f64> = figures[0].iter().zip(times).map(|(ours, it)| ours / it).collect();
        table.row([(*name).to_owned(), short(median(times)), short(median(&ratios))]);
    }
    crate::say(table);
    Ok(())
}

fn run(mut command: Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).stderr(Stdio::null()).status()?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}
