//! The table of all routes, and what is made of it.
//!
//! A route exists only as a line here (or in a module's `ROUTES` that [`TABLES`] names), with
//! who may ask for it. Of two lines that fit an address, the first counts.

use actix_web::guard;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, to};

use crate::error::Problem;
use crate::{api, assets, figures, gate, health, pages};

/// A line of the table.
#[derive(Debug)]
pub struct Route {
    /// The method of HTTP; one that is `GET` is also `HEAD`.
    pub method: Method,
    /// The address, with names for its parts: `/rounds/{round}`.
    pub path: &'static str,
    /// Who may ask at all; what they may do there, the use cases decide.
    pub access: Access,
    /// What it is.
    pub kind: Kind,
    /// Whether it takes files, which are larger than other requests.
    pub uploads: bool,
    /// Whether it makes a file, which takes longer than other answers.
    pub downloads: bool,
    handler: fn() -> actix_web::Route,
}

/// Who may ask for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Who has signed in.
    SignedIn,
    /// Who runs rounds.
    Secretariat,
    /// Who runs rounds, and administrators.
    Staff,
    /// Administrators.
    Administrator,
}

/// What a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page to look at.
    Page,
    /// What a form of a page does; it leads to a page.
    Action,
    /// A file to download, or another answer that is no page.
    File,
    /// Part of the REST API.
    Api,
}

/// A page.
pub const fn page(path: &'static str, access: Access, handler: fn() -> actix_web::Route) -> Route {
    Route {
        method: Method::GET,
        path,
        access,
        kind: Kind::Page,
        uploads: false,
        downloads: false,
        handler,
    }
}

/// What a form does.
pub const fn action(
    path: &'static str,
    access: Access,
    handler: fn() -> actix_web::Route,
) -> Route {
    Route {
        method: Method::POST,
        path,
        access,
        kind: Kind::Action,
        uploads: false,
        downloads: false,
        handler,
    }
}

/// What a form does that brings a file.
pub const fn upload(
    path: &'static str,
    access: Access,
    handler: fn() -> actix_web::Route,
) -> Route {
    Route {
        method: Method::POST,
        path,
        access,
        kind: Kind::Action,
        uploads: true,
        downloads: false,
        handler,
    }
}

/// A file to download.
pub const fn file(path: &'static str, access: Access, handler: fn() -> actix_web::Route) -> Route {
    Route {
        method: Method::GET,
        path,
        access,
        kind: Kind::File,
        uploads: false,
        downloads: true,
        handler,
    }
}

/// Part of the REST API.
pub const fn api(
    method: Method,
    path: &'static str,
    access: Access,
    handler: fn() -> actix_web::Route,
) -> Route {
    Route { method, path, access, kind: Kind::Api, uploads: false, downloads: false, handler }
}

/// Part of the REST API that takes files.
pub const fn api_upload(
    method: Method,
    path: &'static str,
    access: Access,
    handler: fn() -> actix_web::Route,
) -> Route {
    Route { method, path, access, kind: Kind::Api, uploads: true, downloads: false, handler }
}

/// Part of the REST API that makes a file.
pub const fn api_file(
    path: &'static str,
    access: Access,
    handler: fn() -> actix_web::Route,
) -> Route {
    Route {
        method: Method::GET,
        path,
        access,
        kind: Kind::Api,
        uploads: false,
        downloads: true,
        handler,
    }
}

impl Route {
    /// Whether it only looks.
    pub fn is_safe(&self) -> bool {
        self.method == Method::GET
    }

    fn registered(&'static self) -> actix_web::Route {
        let it = (self.handler)();
        let it = if self.is_safe() {
            it.guard(guard::Any(guard::Get()).or(guard::Head()))
        } else {
            it.method(self.method.clone())
        };
        it.wrap(from_fn(move |request, next| gate::pass(self, request, next)))
    }
}

/// All tables.
const TABLES: &[&[Route]] = &[
    SERVICE,
    pages::company::ROUTES,
    pages::secretariat::ROUTES,
    pages::everyone::ROUTES,
    pages::admin::ROUTES,
];

const SERVICE: &[Route] = &[
    file("/healthz", Access::Public, || to(health::healthz)),
    file("/readyz", Access::Public, || to(health::readyz)),
    file("/metrics", Access::Public, || to(figures::show)),
    file("/robots.txt", Access::Public, || to(assets::robots)),
    file("/static/{name}", Access::Public, || to(assets::serve)),
];

/// All routes.
pub fn all() -> impl Iterator<Item = &'static Route> {
    TABLES.iter().copied().flatten().chain(api::routes())
}

/// Registers all routes, and what is said where there is none.
pub(crate) fn register(config: &mut ServiceConfig) {
    let mut paths: Vec<&str> = Vec::new();
    for route in all() {
        if !paths.contains(&route.path) {
            paths.push(route.path);
        }
    }
    for path in paths {
        let mut resource = web::resource(path);
        for route in all().filter(|it| it.path == path) {
            resource = resource.route(route.registered());
        }
        config.service(resource.default_service(to(no_such_method)));
    }
    config.default_service(NOWHERE.registered_for_all());
}

/// What is said where there is no route: who has signed in reads it on a page of theirs.
static NOWHERE: Route = page("", Access::Public, || to(nowhere));

impl Route {
    fn registered_for_all(&'static self) -> actix_web::Route {
        (self.handler)().wrap(from_fn(move |request, next| gate::pass(self, request, next)))
    }
}

async fn nowhere() -> Result<&'static str, Problem> {
    Err(Problem::not_found())
}

async fn no_such_method() -> Result<&'static str, Problem> {
    Err(Problem::of_status(actix_web::http::StatusCode::METHOD_NOT_ALLOWED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_route_stands_twice() {
        let lines: Vec<_> = all().map(|it| (&it.method, it.path)).collect();
        for (i, line) in lines.iter().enumerate() {
            assert!(!lines[..i].contains(line), "{line:?} stands twice");
        }
    }

    #[test]
    fn the_api_lies_under_its_own_address() {
        for route in all() {
            let inside = route.path.starts_with("/api/");
            assert_eq!(route.kind == Kind::Api, inside, "{} {}", route.method, route.path);
        }
    }
}
