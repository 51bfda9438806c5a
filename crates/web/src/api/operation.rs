//! What an operation of the API takes and gives.

use actix_web::http::Method;
use engine::identity::Scope;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::routes::{Access, Route, api, api_file, api_upload};

/// A route of the API with its description.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The route.
    pub(crate) route: Route,
    /// Its description.
    pub(crate) spec: Spec,
}

/// How a type is described.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What an operation takes and gives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    /// Its name, for programs that are made from the description.
    pub(crate) id: &'static str,
    /// What it does, in a sentence.
    pub(crate) summary: &'static str,
    /// What a token must be for; nothing where a token is not enough, or none is needed.
    pub(crate) scope: Option<Scope>,
    /// What may stand behind the question mark.
    pub(crate) query: Option<SchemaOf>,
    /// What it takes.
    pub(crate) takes: Takes,
    /// What it gives.
    pub(crate) gives: Gives,
    /// The status where it is done.
    pub(crate) status: u16,
    /// Whether the answer says at which revision it is.
    pub(crate) has_revision: bool,
    /// Whether the request must say which revision it is about.
    pub(crate) needs_revision: bool,
}

/// What an operation takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// A JSON document.
    Json(SchemaOf),
    /// Fields and a file.
    Form(SchemaOf),
}

/// What an operation gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Gives {
    /// Nothing.
    Nothing,
    /// A JSON document.
    Json(SchemaOf),
    /// A file of this media type.
    File(&'static str),
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Spec {
    /// One that needs `scope`.
    pub(crate) const fn new(id: &'static str, scope: Scope, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            scope: Some(scope),
            query: None,
            takes: Takes::Nothing,
            gives: Gives::Nothing,
            status: 204,
            has_revision: false,
            needs_revision: false,
        }
    }

    /// One for which no token is enough.
    pub(crate) const fn for_session(self) -> Self {
        Self { scope: None, ..self }
    }

    /// What may stand behind the question mark.
    pub(crate) const fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(schema_of::<T>), ..self }
    }

    /// It takes a JSON document.
    pub(crate) const fn takes<T: JsonSchema>(self) -> Self {
        Self { takes: Takes::Json(schema_of::<T>), ..self }
    }

    /// It takes fields and a file.
    pub(crate) const fn takes_form<T: JsonSchema>(self) -> Self {
        Self { takes: Takes::Form(schema_of::<T>), ..self }
    }

    /// It gives a JSON document.
    pub(crate) const fn gives<T: JsonSchema>(self) -> Self {
        Self { gives: Gives::Json(schema_of::<T>), status: 200, ..self }
    }

    /// It gives a file.
    pub(crate) const fn gives_file(self, media_type: &'static str) -> Self {
        Self { gives: Gives::File(media_type), status: 200, ..self }
    }

    /// It makes something.
    pub(crate) const fn makes(self) -> Self {
        Self { status: 201, ..self }
    }

    /// Its answer says at which revision it is.
    pub(crate) const fn with_revision(self) -> Self {
        Self { has_revision: true, ..self }
    }

    /// Its request must say which revision it is about.
    pub(crate) const fn needs_revision(self) -> Self {
        Self { needs_revision: true, ..self }
    }
}

/// An operation that looks.
pub(crate) const fn get(
    path: &'static str,
    access: Access,
    spec: Spec,
    handler: fn() -> actix_web::Route,
) -> Operation {
    Operation { route: api(Method::GET, path, access, handler), spec }
}

/// An operation that makes a file.
pub(crate) const fn download(
    path: &'static str,
    access: Access,
    spec: Spec,
    handler: fn() -> actix_web::Route,
) -> Operation {
    Operation { route: api_file(path, access, handler), spec }
}

/// An operation that changes something.
pub(crate) const fn change(
    method: Method,
    path: &'static str,
    access: Access,
    spec: Spec,
    handler: fn() -> actix_web::Route,
) -> Operation {
    Operation { route: api(method, path, access, handler), spec }
}

/// An operation that takes a file.
pub(crate) const fn upload(
    path: &'static str,
    access: Access,
    spec: Spec,
    handler: fn() -> actix_web::Route,
) -> Operation {
    Operation { route: api_upload(Method::POST, path, access, handler), spec }
}
