//! What people do with their own account.

use actix_web::HttpResponse;
use actix_web::web::Path;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use engine::identity::tokens::NewToken;
use engine::identity::{Actor, Scope, SessionId, TokenId, account, recorded};
use serde::Serialize;

use super::coming::{UNUSABLE, session_cookie};
use super::profile;
use crate::client::Client;
use crate::cookies;
use crate::error::{FieldError, Problem};
use crate::input::Form;
use crate::language::Words;
use crate::page::{NoticeKind, Page};
use crate::session::SignedIn;
use crate::visit::{Visit, add_cookie};

/// Back to the profile, where the text `key` says what was done.
fn done(visit: &Visit, key: &str) -> HttpResponse {
    visit.go_saying("/profile", NoticeKind::Done, key, &[])
}

pub(super) async fn save(visit: Visit, who: SignedIn, form: Form) -> Result<HttpResponse, Problem> {
    let (name, language) = (form.get("name"), form.get("language"));
    let change =
        recorded::change_account(visit.engine(), &who.actor, name, language, visit.now).await;
    match change {
        Ok(_) => Ok(done(&visit, "profile.saved")),
        Err(error) => {
            let error = Problem::from(error).on_field(visit.words())?;
            profile::draw(&visit, &who, vec![error], None).await
        }
    }
}

pub(super) async fn change_password(
    visit: Visit,
    who: SignedIn,
    client: Client,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (engine, actor) = (visit.engine(), &who.actor);
    let proven = account::prove_password(
        &engine.db,
        actor,
        form.find("old"),
        form.get("new"),
        client.address,
        visit.now,
    );
    let changed = match proven.await {
        Ok(new) => recorded::change_password(engine, actor, new, visit.now).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(changed) => {
            let mut response = done(&visit, "profile.password_saved");
            add_cookie(&mut response, &session_cookie(&visit, &changed.signed_in));
            Ok(response)
        }
        Err(error) => {
            let (problem, words) = (Problem::from(error), visit.words());
            let error = match problem.code {
                "wrong-credentials" => FieldError::new("old", words.text("profile.password_wrong")),
                "rate-limited" => FieldError::new("old", problem.text(words)),
                _ => FieldError { field: "new".to_owned(), ..problem.on_field(words)? },
            };
            profile::draw(&visit, &who, vec![error], None).await
        }
    }
}

pub(super) async fn end_session(
    visit: Visit,
    who: SignedIn,
    id: Path<SessionId>,
) -> Result<HttpResponse, Problem> {
    recorded::end_session(visit.engine(), &who.actor, *id, visit.now).await?;
    Ok(done(&visit, "profile.session_ended"))
}

pub(super) async fn end_sessions(visit: Visit, who: SignedIn) -> Result<HttpResponse, Problem> {
    recorded::end_sessions(visit.engine(), &who.actor, false, visit.now).await?;
    Ok(done(&visit, "profile.sessions_ended"))
}

pub(super) async fn create_token(
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Problem> {
    // A day ends with its last second; without one, a token lasts for three months.
    let end = match form.filled("expires").map(str::parse::<NaiveDate>) {
        None => Some(visit.now + TimeDelta::days(90)),
        Some(day) => day
            .ok()
            .and_then(|it| Some(it.and_time(NaiveTime::from_hms_opt(23, 59, 59)?).and_utc())),
    };
    let made = match end {
        Some(expires_at) => {
            let wanted = |it: &Scope| form.all("scope").any(|word| word == it.word());
            let scopes = Scope::ALL.into_iter().filter(wanted).collect();
            let new = NewToken { name: form.get("name").to_owned(), scopes, expires_at };
            recorded::create_token(visit.engine(), &who.actor, new, visit.now).await
        }
        None => Err(engine::EngineError::invalid("expires_at", "range", "this is no day")),
    };
    match made {
        Ok((_, secret)) => {
            profile::draw(&visit, &who, Vec::new(), Some(secret.reveal().to_owned())).await
        }
        Err(error) => {
            let mut error = Problem::from(error).on_field(visit.words())?;
            error.field = match error.field.as_str() {
                "name" => "token-name".to_owned(),
                "expires_at" => "expires".to_owned(),
                _ => error.field,
            };
            profile::draw(&visit, &who, vec![error], None).await
        }
    }
}

pub(super) async fn revoke_token(
    visit: Visit,
    who: SignedIn,
    id: Path<TokenId>,
) -> Result<HttpResponse, Problem> {
    recorded::revoke_token(visit.engine(), &who.actor, *id, visit.now).await?;
    Ok(done(&visit, "profile.token_revoked"))
}

/// Everything that is known of who asks, as a file.
pub(super) async fn show_my_data(visit: Visit, who: SignedIn) -> Result<HttpResponse, Problem> {
    my_data(&visit, &who.actor).await
}

/// Everything that is known of `actor`, as a file.
pub(crate) async fn my_data(visit: &Visit, actor: &Actor) -> Result<HttpResponse, Problem> {
    let data = account::my_data(&visit.engine().db, actor).await?;
    let json = serde_json::to_string_pretty(&data).map_err(|it| Problem::failed(&it))?;
    Ok(HttpResponse::Ok()
        .content_type("application/json; charset=utf-8")
        .insert_header(("Content-Disposition", "attachment; filename=\"my-data.json\""))
        .body(json))
}

/// What `everyone/delete.html` shows.
#[derive(Debug, Serialize)]
struct Delete {
    errors: Vec<FieldError>,
}

impl Page for Delete {
    const TEMPLATE: &'static str = "everyone/delete.html";
    const MENU: &'static str = "profile";

    fn title(&self, words: &Words) -> String {
        words.text("delete.title")
    }
}

pub(super) async fn show_delete(visit: Visit, _: SignedIn) -> Result<HttpResponse, Problem> {
    visit.show(&Delete { errors: Vec::new() })
}

pub(super) async fn delete(
    visit: Visit,
    who: SignedIn,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let words = visit.words();
    if !form.has("sure") {
        let error = FieldError::new("sure", words.text("delete.not_sure"));
        return visit.show_as(UNUSABLE, &Delete { errors: vec![error] });
    }
    if let Err(error) = recorded::delete_account(visit.engine(), &who.actor, visit.now).await {
        let error = Problem::from(error).on_field(words)?;
        let error = FieldError { field: "sure".to_owned(), ..error };
        return visit.show_as(UNUSABLE, &Delete { errors: vec![error] });
    }
    let mut response = visit.go_saying("/sign-in", NoticeKind::Done, "delete.done", &[]);
    add_cookie(&mut response, &cookies::gone(cookies::SESSION));
    Ok(response)
}
