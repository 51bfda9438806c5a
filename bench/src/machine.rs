//! What the system says about programs: the processor time they used and the memory they hold.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result};

/// How long one tick of the figures in `/proc` is: Linux tells them in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// What `/proc/PID/stat` says of a process.
struct Stat {
    name: String,
    parent: u32,
    /// User and system time, its own and that of the children it has waited for, in ticks.
    ticks: u32,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in parentheses and may hold anything.
        let (head, rest) = line.rsplit_once(')')?;
        let (_, name) = head.split_once('(')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let ticks = fields.get(11..15)?.iter().map(|it| it.parse::<u32>());
        Some(Self {
            name: name.to_owned(),
            parent: fields.get(1)?.parse().ok()?,
            ticks: ticks.sum::<Result<u32, _>>().ok()?,
        })
    }
}

/// The processor time, user and system, that the process `pid` has used so far.
pub(crate) fn processor_time(pid: u32) -> Result<Duration> {
    let stat = Stat::read(pid).with_context(|| format!("process {pid} is gone"))?;
    Ok(TICK * stat.ticks)
}

/// The processor time of all processes of PostgreSQL on this machine, ended ones included.
pub(crate) fn time_of_postgres() -> Duration {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    let stats = pids.filter_map(Stat::read).filter(|it| it.name == "postgres");
    TICK * stats.map(|it| it.ticks).sum::<u32>()
}

/// The processor time of this program and of the programs it has run and waited for.
pub(crate) fn own_time() -> Result<Duration> {
    processor_time(std::process::id())
}

/// A figure of the memory of the process `pid` and its children, such as `VmRSS`, in MiB.
pub(crate) fn memory(pid: u32, figure: &str) -> Result<f64> {
    let all = fs::read_dir("/proc")?.flatten();
    let pids = all.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    let family = pids.filter(|it| *it == pid || Stat::read(*it).is_some_and(|it| it.parent == pid));
    let kib: f64 = family.filter_map(|it| status(it, figure)).sum();
    Ok(kib / 1024.0)
}

fn status(pid: u32, figure: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|it| it.split(':').next() == Some(figure))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The machine, in one line.
pub(crate) fn description() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|it| it.strip_prefix("model name")?.split_once(": "));
    let cores = cpu.lines().filter(|it| it.starts_with("processor")).count();
    let model = model.map_or("an unknown processor", |(_, it)| it);
    format!("{cores} cores of {model}, {}", chrono::Utc::now().format("%-d %B %Y"))
}
