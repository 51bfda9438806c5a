//! What every request works with.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use engine::Broken;
use engine::engine::Engine;
use ipnet::IpNet;
use url::Url;

use crate::drawing::{Drawing, DrawingLimits};
use crate::figures::Figures;
use crate::language::Language;
use crate::templates::Templates;
use crate::under_way::UnderWay;

/// One installation, as its pages and its API see it.
#[derive(Debug)]
pub struct Site {
    /// The use cases.
    pub engine: Arc<Engine>,
    /// What the operator decides.
    pub settings: Settings,
    /// How pages and letters look.
    pub templates: Templates,
    /// What is counted.
    pub figures: Figures,
    /// Where reports are drawn.
    pub drawing: Drawing,
    /// Who takes results and events away at this moment.
    pub(crate) exports: UnderWay,
    /// Whether the history was whole, and when that was last worked out.
    pub(crate) chain: Mutex<Option<(Instant, Result<u64, Broken>)>>,
    stopping: AtomicBool,
    closed: AtomicBool,
    at_work: AtomicUsize,
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address under which people reach the service, without a path.
    pub public_url: Url,
    /// The name of the installation.
    pub name: String,
    /// The language for those of whom nothing is known.
    pub language: Language,
    /// From whom `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How many threads answer requests.
    pub workers: usize,
    /// The largest request that is no upload, in bytes.
    pub body: usize,
    /// Who may read figures.
    pub metrics: Metrics,
    /// How many reports are drawn at once.
    pub drawing: DrawingLimits,
    /// How many exports one person may have under way.
    pub exports: usize,
    /// Whether letters are sent by e-mail; if not, they wait in the outbox.
    pub smtp: bool,
    /// Whether this is a demonstration, which says so on every page.
    pub demo: bool,
}

/// Who may read figures for Prometheus beside the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Metrics {
    /// Nobody.
    #[default]
    Nobody,
    /// Everybody.
    Everybody,
    /// Who sends this bearer token.
    Token(String),
}

impl Settings {
    /// The defaults, for a service that is reached at `public_url`.
    pub fn new(public_url: Url) -> Self {
        Self {
            public_url,
            name: "Assay".to_owned(),
            language: Language::default(),
            trusted_proxies: Vec::new(),
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            body: 1 << 20,
            metrics: Metrics::default(),
            drawing: DrawingLimits::default(),
            exports: 2,
            smtp: false,
            demo: false,
        }
    }

    /// The full address of `path`, which begins with a slash.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// Whether only this machine reaches the service.
    pub(crate) fn is_loopback(&self) -> bool {
        match self.public_url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether what is sent is encrypted on its way.
    pub(crate) fn is_secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

impl Site {
    /// Puts one together.
    pub fn new(engine: Arc<Engine>, settings: Settings) -> Self {
        let drawing = Drawing::new(settings.drawing);
        let exports = UnderWay::new(settings.exports);
        Self {
            engine,
            settings,
            templates: Templates::new(),
            figures: Figures::new(),
            drawing,
            exports,
            chain: Mutex::new(None),
            stopping: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            at_work: AtomicUsize::new(0),
        }
    }

    /// Whether the service is about to end and takes no new connections.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(crate) fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether what comes now is refused: nobody would be there to answer it.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// Refuses what comes from now on, and what did not get as far as to write. What waits to be
    /// written is written, and who waits for it is told.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.engine.writer.close();
    }

    /// How many requests are being answered.
    pub(crate) fn at_work(&self) -> usize {
        self.at_work.load(Ordering::SeqCst)
    }

    /// Counts a request that is being answered, until what is returned is dropped. Only then
    /// whether the service [is closed](Self::is_closed) is to be asked.
    pub(crate) fn begin(self: &Arc<Self>) -> AtWork {
        self.at_work.fetch_add(1, Ordering::SeqCst);
        AtWork(Arc::clone(self))
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub(crate) struct AtWork(Arc<Site>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.at_work.fetch_sub(1, Ordering::SeqCst);
    }
}
