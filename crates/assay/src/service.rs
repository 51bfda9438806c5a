//! The service: put together from its settings, begun, and ended when it is told to.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{TimeDelta, Utc};
use engine::attachments::Attachments;
use engine::engine::Engine;
use engine::identity::{self, recorded};
use engine::kept::Kept;
use engine::writer::Writer;
use store::Db;
use web::{DrawingLimits, Metrics, Serving, Site};

use crate::settings::{self, Files, Settings, ShowMetrics};
use crate::source;

/// How long the database may take to be closed. What is acknowledged lasts without that.
const CLOSING: Duration = Duration::from_secs(1);

/// A service that is running, with what it rests on.
pub(crate) struct Service {
    /// The pages and the API.
    pub(crate) serving: Serving,
    figures: Option<Serving>,
    db: Db,
}

/// The use cases over the database `db`, with files where `settings` say.
pub(crate) fn engine(settings: &Settings, db: &Db) -> Result<Arc<Engine>> {
    let limits = &settings.limits;
    let queue = usize::try_from(limits.save_queue).unwrap_or(usize::MAX);
    let (writer, _) = Writer::start(db.clone(), queue);
    Ok(Arc::new(Engine {
        db: db.clone(),
        writer,
        kept: Kept::default(),
        files: source::SHIPPED.clone(),
        attachments: attachments(settings)?,
        limits: engine::engine::Limits {
            file_size: u64::from(limits.upload_mib) << 20,
            evidence: limits.files_per_assessment.into(),
            ..engine::engine::Limits::default()
        },
        identity: sessions(settings),
    }))
}

/// Uploaded files, where `settings` say.
pub(crate) fn attachments(settings: &Settings) -> Result<Attachments> {
    match &settings.files {
        Files::Folder(folder) => Ok(Attachments::in_folder(Path::new(folder))?),
        Files::S3 { bucket, prefix } => {
            let it = &settings.s3;
            let storage = engine::attachments::Bucket {
                bucket: bucket.clone(),
                prefix: prefix.clone(),
                endpoint: it.endpoint.as_ref().map(|it| it.as_str().to_owned()),
                region: it.region.clone(),
                key: it
                    .access_key
                    .clone()
                    .zip(it.secret_key.as_ref().map(|it| it.reveal().to_owned())),
            };
            Ok(Attachments::in_bucket(&storage)?)
        }
    }
}

fn sessions(settings: &Settings) -> identity::Limits {
    let it = &settings.sessions;
    identity::Limits {
        idle: TimeDelta::hours(it.idle_hours.into()),
        absolute: TimeDelta::days(it.longest_days.into()),
        sign_in_link: TimeDelta::minutes(it.link_minutes.into()),
        invitation: TimeDelta::days(it.invitation_days.into()),
        administrator_link: TimeDelta::minutes(it.link_minutes.into()),
        ..identity::Limits::default()
    }
}

impl Service {
    /// Begins to serve what `engine` does; `demo` says so on every page.
    pub(crate) fn begin(settings: &Settings, engine: Arc<Engine>, demo: bool) -> Result<Self> {
        let listener = listen(settings.listen)?;
        let show = settings.show_metrics();
        let site = Arc::new(Site::new(Arc::clone(&engine), site_settings(settings, &show, demo)?));
        let figures = match &show {
            ShowMetrics::At(address, token) => {
                let token = token.as_ref().map(|it| it.reveal().to_owned());
                Some(web::serve_figures(&site, token, listen(*address)?)?)
            }
            _ => None,
        };
        if let Some(smtp) = smtp(settings)? {
            web::send_letters(Arc::clone(&site), &smtp)?;
        }
        let serving = web::serve(site, listener).context("cannot begin to serve")?;
        let db = engine.db.clone();
        tokio::spawn(look_after(engine));
        Ok(Self { serving, figures, db })
    }

    /// Serves until the program is told to end, then ends without losing anything.
    pub(crate) async fn run(mut self) -> Result<()> {
        tokio::select! {
            ended = self.serving.ended() => ended.context("the service ended")?,
            told = told_to_end() => {
                tracing::info!(signal = told?, "ending");
                tokio::join!(self.serving.stop(), async {
                    if let Some(figures) = self.figures {
                        figures.stop().await;
                    }
                });
            }
        }
        match tokio::time::timeout(CLOSING, self.db.close()).await {
            Ok(closed) => closed?,
            Err(_) => tracing::warn!("the database did not let itself be closed"),
        }
        tracing::info!("ended");
        Ok(())
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        format!(
            "cannot listen at {address}; is another program there? Choose another with --listen"
        )
    })
}

fn site_settings(settings: &Settings, show: &ShowMetrics, demo: bool) -> Result<web::Settings> {
    let limits = &settings.limits;
    let number = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
    let mut site = web::Settings::new(settings.public_url.as_str().parse()?);
    site.name.clone_from(&settings.name);
    site.language = match settings.language {
        settings::Language::Da => web::Language::Da,
        settings::Language::En => web::Language::En,
    };
    site.trusted_proxies = settings.trusted_proxies.iter().map(|it| it.network()).collect();
    site.workers = settings.workers.into();
    site.body = number(limits.body_kib) << 10;
    site.metrics = match show {
        ShowMetrics::Here => Metrics::Everybody,
        ShowMetrics::WithToken(token) => Metrics::Token(token.reveal().to_owned()),
        ShowMetrics::Nowhere | ShowMetrics::At(..) => Metrics::Nobody,
    };
    site.drawing = DrawingLimits {
        at_once: number(limits.reports_at_once),
        of_one: number(limits.reports_waiting_per_person),
        patience: Duration::from_secs(limits.report_seconds.into()),
    };
    site.smtp = settings.smtp.host.is_some();
    site.demo = demo;
    Ok(site)
}

/// The server that takes letters, where there is one.
fn smtp(settings: &Settings) -> Result<Option<web::Smtp>> {
    let it = &settings.smtp;
    let Some(host) = it.host.clone() else { return Ok(None) };
    let from = it.from.clone().context("smtp.from says from which address letters come")?;
    let password = it.password.as_ref().map(|it| it.reveal().to_owned());
    Ok(Some(web::Smtp {
        host,
        port: it.port,
        sign_in: it.user.clone().zip(password),
        from,
        encryption: match it.tls {
            settings::Tls::Required => web::Encryption::Required,
            settings::Tls::Opportunistic => web::Encryption::Opportunistic,
            settings::Tls::None => web::Encryption::None,
        },
    }))
}

/// Forgets from time to time what is over.
async fn look_after(engine: Arc<Engine>) {
    let mut hours = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hours.tick().await;
        if let Err(error) = engine::housekeeping::run(&engine, Utc::now()).await {
            tracing::warn!(%error, "cannot forget what is over");
        }
    }
}

/// Waits for a signal to end; which.
#[cfg(unix)]
async fn told_to_end() -> Result<&'static str> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(tokio::select! {
        _ = terminate.recv() => "terminate",
        _ = interrupt.recv() => "interrupt",
    })
}

#[cfg(not(unix))]
async fn told_to_end() -> Result<&'static str> {
    tokio::signal::ctrl_c().await?;
    Ok("interrupt")
}

/// The link that makes the first administrator, while there is none.
pub(crate) async fn first_link(engine: &Engine, settings: &Settings) -> Result<Option<String>> {
    let link = recorded::first_link(engine, &engine.identity, Utc::now()).await?;
    let address = settings.public_url.as_str();
    Ok(link.map(|secret| format!("{address}/links/{}", secret.reveal())))
}

/// Runs `work` on as many threads as a service needs, and waits for nothing else.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}
