//! Pages for administrators; the audit log is for secretariats too.

mod audit;
mod lists;
mod organisations;
mod outbox;
mod people;

use actix_web::web::to;

use crate::routes::{Access, Route, action, file, page};

/// Their routes.
pub(crate) const ROUTES: &[Route] = &[
    page("/admin/people", Access::Administrator, || to(people::show)),
    action("/admin/people", Access::Administrator, || to(people::invite)),
    page("/admin/people/{person}", Access::Administrator, || to(people::show_one)),
    action("/admin/people/{person}", Access::Administrator, || to(people::save)),
    action("/admin/people/{person}/memberships", Access::Administrator, || {
        to(people::add_membership)
    }),
    action(
        "/admin/people/{person}/memberships/{organisation}/remove",
        Access::Administrator,
        || to(people::remove_membership),
    ),
    action("/admin/people/{person}/sign-out", Access::Administrator, || to(people::sign_out)),
    action("/admin/people/{person}/link", Access::Administrator, || to(people::send_link)),
    action("/admin/people/{person}/disable", Access::Administrator, || to(people::disable)),
    action("/admin/people/{person}/enable", Access::Administrator, || to(people::enable)),
    page("/admin/organisations", Access::Administrator, || to(organisations::show)),
    action("/admin/organisations", Access::Administrator, || to(organisations::create)),
    page("/admin/organisations/{organisation}", Access::Administrator, || {
        to(organisations::show_one)
    }),
    action("/admin/organisations/{organisation}", Access::Administrator, || {
        to(organisations::save)
    }),
    action("/admin/organisations/{organisation}/people", Access::Administrator, || {
        to(organisations::invite)
    }),
    page("/admin/audit", Access::Staff, || to(audit::show)),
    file("/admin/audit.csv", Access::Staff, || to(audit::csv)),
    file("/admin/audit.ndjson", Access::Staff, || to(audit::ndjson)),
    page("/admin/outbox", Access::Administrator, || to(outbox::show)),
    action("/admin/outbox/{message}/again", Access::Administrator, || to(outbox::again)),
];
