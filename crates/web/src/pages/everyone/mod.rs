//! Pages for everyone: coming in, and what is one's own.

pub(crate) mod account;
mod coming;
mod links;
mod profile;

use actix_web::web::to;

pub(crate) use profile::role;

use crate::routes::{Access, Route, action, file, page};

/// Their routes.
pub(crate) const ROUTES: &[Route] = &[
    page("/sign-in", Access::Public, || to(coming::show)),
    action("/sign-in", Access::Public, || to(coming::sign_in)),
    page("/sign-in/sent", Access::Public, || to(coming::sent)),
    action("/sign-out", Access::Public, || to(coming::sign_out)),
    action("/language", Access::Public, || to(coming::language)),
    page("/links/{secret}", Access::Public, || to(links::show)),
    action("/links/{secret}", Access::Public, || to(links::arrive)),
    page("/profile", Access::SignedIn, || to(profile::show)),
    action("/profile", Access::SignedIn, || to(account::save)),
    action("/profile/password", Access::SignedIn, || to(account::change_password)),
    action("/profile/sessions/end", Access::SignedIn, || to(account::end_sessions)),
    action("/profile/sessions/{session}/end", Access::SignedIn, || to(account::end_session)),
    action("/profile/tokens", Access::SignedIn, || to(account::create_token)),
    action("/profile/tokens/{token}/revoke", Access::SignedIn, || to(account::revoke_token)),
    file("/profile/data", Access::SignedIn, || to(account::show_my_data)),
    page("/profile/delete", Access::SignedIn, || to(account::show_delete)),
    action("/profile/delete", Access::SignedIn, || to(account::delete)),
];
