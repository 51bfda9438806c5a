//! The service itself: the app, its workers, and how it ends.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::Data;
use actix_web::{App, Error, HttpResponse, HttpServer, web};

use crate::site::Site;
use crate::{around, routes};

/// How long what is being answered may take when the service ends.
const LAST: Duration = Duration::from_secs(6);
/// How much longer it may take what began before nothing more was let in.
const VERY_LAST: Duration = Duration::from_secs(2);
/// So long nothing may have come before it is believed that nothing more comes.
const QUIET: Duration = Duration::from_millis(200);

/// The app, as the service and its tests run it.
pub fn app(
    site: Arc<Site>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Response = ServiceResponse<impl MessageBody + use<>>,
        Config = (),
        InitError = (),
        Error = Error,
    >,
> {
    App::new()
        .app_data(Data::from(site))
        .configure(routes::register)
        .wrap(from_fn(around::answer))
        .wrap(Compress::default())
}

/// A service that is running.
#[derive(Debug)]
pub struct Serving {
    /// The address at which it listens.
    pub address: SocketAddr,
    site: Arc<Site>,
    handle: ServerHandle,
    task: tokio::task::JoinHandle<io::Result<()>>,
}

/// Begins to answer what comes in at `listener`.
pub fn serve(site: Arc<Site>, listener: TcpListener) -> io::Result<Serving> {
    let address = listener.local_addr()?;
    let shared = Arc::clone(&site);
    let server = HttpServer::new(move || app(Arc::clone(&shared)))
        .workers(site.settings.workers)
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(1)
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    Ok(Serving { address, site, handle, task: tokio::spawn(server) })
}

/// Begins to answer, at an address of its own, those who read figures.
pub fn serve_figures(
    site: &Arc<Site>,
    token: Option<String>,
    listener: TcpListener,
) -> io::Result<Serving> {
    let address = listener.local_addr()?;
    let (shared, token) = (Arc::clone(site), token.map(Arc::<str>::from));
    let server = HttpServer::new(move || {
        let (site, token) = (Arc::clone(&shared), token.clone());
        App::new().route(
            "/metrics",
            web::get().to(move |request: actix_web::HttpRequest| {
                let (site, token) = (Arc::clone(&site), token.clone());
                async move { figures(&site, token.as_deref(), &request) }
            }),
        )
    })
    .workers(1)
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    Ok(Serving { address, site: Arc::clone(site), handle, task: tokio::spawn(server) })
}

fn figures(site: &Site, token: Option<&str>, request: &actix_web::HttpRequest) -> HttpResponse {
    if !crate::figures::is_allowed(request, token) {
        return HttpResponse::Unauthorized().insert_header(("WWW-Authenticate", "Bearer")).finish();
    }
    crate::figures::answer(site)
}

impl Serving {
    /// Waits until the service ends by itself, which it does only when it fails.
    pub async fn ended(&mut self) -> io::Result<()> {
        (&mut self.task).await.map_err(io::Error::other)?
    }

    /// Ends the service within ten seconds: takes no new connections, answers what came, refuses
    /// what comes after that, and gives up on what takes too long.
    pub async fn stop(self) {
        self.site.begin_to_stop();
        self.handle.pause().await;
        self.answered(QUIET, LAST).await;
        self.site.close();
        self.answered(Duration::ZERO, VERY_LAST).await;
        // Answers that are still on their way have a second.
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.task.await {
            tracing::error!(%error, "the service ended badly");
        }
    }

    /// Waits until nothing was being answered for as long as `quiet`, at most `most`.
    async fn answered(&self, quiet: Duration, most: Duration) {
        let begun = Instant::now();
        let mut busy = Instant::now();
        while begun.elapsed() < most {
            if self.site.at_work() > 0 {
                busy = Instant::now();
            } else if busy.elapsed() >= quiet {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
