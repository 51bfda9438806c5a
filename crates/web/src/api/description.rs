//! The API described as OpenAPI 3.1, made from the operations and their types.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::to;
use engine::identity::Scope;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::operation::{Gives, Operation, Spec, Takes, get};
use super::operations;
use crate::cookies;
use crate::error::Problem;
use crate::routes::Access;

/// The operations.
pub(super) const OPERATIONS: &[Operation] = &[get(
    "/api/v1/openapi.json",
    Access::Public,
    Spec::new("description", Scope::Read, "This description.").gives::<Value>(),
    || to(show),
)];

async fn show() -> Result<HttpResponse, Problem> {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    Ok(HttpResponse::Ok().content_type("application/json").body(TEXT.as_str()))
}

/// Why a request was not done (RFC 9457). Some codes come with more members.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
struct ProblemView {
    /// `urn:assay:problem:` and the code.
    r#type: String,
    /// What went wrong, in a few words.
    title: String,
    /// The status of HTTP.
    status: u16,
    /// What went wrong, as a stable word.
    code: String,
    /// What happened and what to do, in the language of who asks.
    detail: String,
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|it| {
        it.meta_schema = None;
        it.definitions_path = "/components/schemas".into();
    })
}

/// The description of the API.
fn document() -> Value {
    let mut taken = settings().for_deserialize().into_generator();
    let mut given = settings().for_serialize().into_generator();
    let mut paths: Map<String, Value> = Map::new();
    let problem = given.subschema_for::<ProblemView>().to_value();
    for it in operations() {
        let described = describe(it, &mut taken, &mut given, &problem);
        let path = paths.entry(it.route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(it.route.method.as_str().to_lowercase(), described);
        }
    }
    let mut schemas = given.take_definitions(true);
    for (name, schema) in taken.take_definitions(true) {
        schemas.entry(name).or_insert(schema);
    }
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Assay",
            "version": "1",
            "description": "Assessments, rounds and what belongs to them. Conventions: docs/api.md.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": cookies::SESSION },
            },
        },
    })
}

fn describe(
    it: &Operation,
    taken: &mut SchemaGenerator,
    given: &mut SchemaGenerator,
    problem: &Value,
) -> Value {
    let (route, spec) = (&it.route, &it.spec);
    let changes = route.method != Method::GET;
    let mut parameters: Vec<Value> = path_parameters(route.path);
    if let Some(query) = spec.query {
        parameters.extend(query_parameters(query, taken));
    }
    if spec.needs_revision {
        parameters.push(header("If-Match", true, "The ETag that was read."));
    } else if changes && spec.has_revision && spec.status == 200 {
        parameters.push(header("If-Match", false, "The ETag that was read; checked where sent."));
    }
    if changes {
        let why = "1 to 200 visible characters; the same request with the same key is done once.";
        parameters.push(header("Idempotency-Key", false, why));
    }
    let mut operation = json!({
        "operationId": spec.id,
        "summary": spec.summary,
        "tags": [tag(route.path)],
        "parameters": parameters,
        "responses": responses(it, given, problem),
    });
    let Some(all) = operation.as_object_mut() else { return operation };
    match spec.takes {
        Takes::Nothing => {}
        Takes::Json(schema) => {
            let content = json!({ "application/json": { "schema": schema(taken) } });
            all.insert("requestBody".into(), json!({ "required": true, "content": content }));
        }
        Takes::Form(schema) => {
            let content = json!({ "multipart/form-data": { "schema": schema(taken) } });
            all.insert("requestBody".into(), json!({ "required": true, "content": content }));
        }
    }
    let security = match (route.access, spec.scope) {
        (Access::Public, _) => json!([]),
        (_, None) => json!([{ "session": [] }]),
        (_, Some(scope)) => {
            all.insert("x-scope".into(), scope.word().into());
            json!([{ "token": [] }, { "session": [] }])
        }
    };
    all.insert("security".into(), security);
    operation
}

/// What the operations of an address are about: the first part behind the version.
fn tag(path: &str) -> &str {
    path.split(['/', '.']).nth(3).unwrap_or_default()
}

fn header(name: &str, required: bool, description: &str) -> Value {
    let schema = json!({ "type": "string" });
    json!({
        "name": name, "in": "header", "required": required, "description": description,
        "schema": schema,
    })
}

/// The parts of an address that are named; most of them are ids.
fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str| {
        let schema = match name {
            "step" | "place" | "action" | "hash" => json!({ "type": "string" }),
            _ => json!({ "type": "string", "format": "uuid" }),
        };
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    names.map(parameter).collect()
}

fn query_parameters(query: super::operation::SchemaOf, taken: &mut SchemaGenerator) -> Vec<Value> {
    let schema = query(taken).to_value();
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.rsplit('/').next());
    // Its members are parameters; as a whole it is nothing that is sent.
    let schema = match name {
        Some(name) => taken.definitions_mut().remove(name).unwrap_or_default(),
        None => schema,
    };
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let members = schema.get("properties").and_then(Value::as_object);
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|it| it.remove("description"));
        json!({
            "name": name, "in": "query", "required": required.contains(&name.as_str()),
            "description": description, "schema": without_null(schema),
        })
    };
    members.into_iter().flatten().map(parameter).collect()
}

/// A schema that does not allow null, which an address cannot say.
fn without_null(mut schema: Value) -> Value {
    let is_null = |it: &Value| it == "null" || it.get("type").is_some_and(|it| it == "null");
    if let Some(types) = schema.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|it| it != "null");
        if let [only] = types.as_slice() {
            schema["type"] = only.clone();
        }
    }
    if let Some([one, other]) = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        return if is_null(other) { one.clone() } else { schema };
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.retain(|it| !it.is_null());
    }
    schema
}

fn responses(it: &Operation, given: &mut SchemaGenerator, problem: &Value) -> Value {
    let (route, spec) = (&it.route, &it.spec);
    let mut done = json!({ "description": "Done." });
    match spec.gives {
        Gives::Nothing => {}
        Gives::Json(schema) => {
            done["content"] = json!({ "application/json": { "schema": schema(given) } });
        }
        Gives::File(media_type) => {
            let schema = json!({ "type": "string", "format": "binary" });
            let media_type =
                if media_type == "application/octet-stream" { "*/*" } else { media_type };
            done["content"] = json!({ media_type: { "schema": schema } });
        }
    }
    if spec.has_revision {
        let schema = json!({ "type": "string" });
        done["headers"] = json!({ "ETag": { "schema": schema, "description": "The revision." } });
    }
    let mut responses = Map::new();
    responses.insert(spec.status.to_string(), done);
    let refusal = json!({
        "description": "Why not.",
        "content": { "application/problem+json": { "schema": problem } },
    });
    for status in refusals(route.access, &route.method, route.path, spec) {
        responses.insert(status.to_string(), refusal.clone());
    }
    Value::Object(responses)
}

/// The statuses with which an operation can be refused.
fn refusals(access: Access, method: &Method, path: &str, spec: &Spec) -> Vec<u16> {
    let changes = *method != Method::GET;
    let takes = !matches!(spec.takes, Takes::Nothing);
    let mut all = vec![400, 500, 503];
    if access != Access::Public {
        all.extend([401, 403, 404, 429]);
    }
    if path.contains('{') {
        all.extend([409, 422]);
    }
    if changes {
        all.extend([408, 409, 413, 415, 422, 423, 507]);
    }
    if takes {
        all.extend([413, 415, 422]);
    }
    if spec.has_revision && changes {
        all.extend([412]);
    }
    if spec.needs_revision {
        all.push(428);
    }
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::routes::{self, Kind};

    #[test]
    fn the_description_is_kept() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        let text = format!("{:#}\n", document());
        if std::env::var_os("UPDATE").is_some() {
            fs::write(path, &text).unwrap();
        }
        let kept = fs::read_to_string(path).unwrap_or_default();
        assert!(kept == text, "the API has changed: look at it, and run this test with UPDATE=1");
    }

    #[test]
    fn every_route_of_the_api_is_described_and_the_other_way_round() {
        let document = document();
        let described: BTreeSet<(String, String)> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, all)| {
                let methods = all.as_object().unwrap().keys();
                methods.map(|it| (it.to_uppercase(), path.clone())).collect::<Vec<_>>()
            })
            .collect();
        let routes: BTreeSet<(String, String)> = routes::all()
            .filter(|it| it.kind == Kind::Api)
            .map(|it| (it.method.to_string(), it.path.to_owned()))
            .collect();
        assert_eq!(described, routes);
    }

    #[test]
    fn every_code_is_explained() {
        let page = include_str!("../../../../docs/api.md");
        let words = crate::language::Language::En.words().beginning("problem.");
        let codes = words
            .keys()
            .filter_map(|it| it.split('.').nth_back(1).filter(|_| it.ends_with(".title")));
        // These concern signing in, which the API does not.
        let codes = codes.filter(|it| !it.starts_with("link-") && *it != "wrong-credentials");
        for code in codes {
            assert!(
                page.contains(&format!("| `{code}` |")),
                "docs/api.md does not explain `{code}`"
            );
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = operations().map(|it| it.spec.id).collect();
        assert_eq!(names.len(), operations().count());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut waiting = vec![&document];
        while let Some(it) = waiting.pop() {
            match it {
                Value::Object(all) => {
                    if let Some(Value::String(to)) = all.get("$ref") {
                        assert!(document.pointer(&to[1..]).is_some(), "{to}");
                    }
                    waiting.extend(all.values());
                }
                Value::Array(all) => waiting.extend(all),
                _ => {}
            }
        }
    }

    #[test]
    fn one_name_never_stands_for_two_shapes() {
        let mut taken = settings().for_deserialize().into_generator();
        let mut given = settings().for_serialize().into_generator();
        for it in operations() {
            if let Takes::Json(schema) | Takes::Form(schema) = it.spec.takes {
                schema(&mut taken);
            }
            if let Gives::Json(schema) = it.spec.gives {
                schema(&mut given);
            }
        }
        let given = given.take_definitions(true);
        for (name, schema) in taken.take_definitions(true) {
            if let Some(other) = given.get(&name) {
                assert_eq!(other, &schema, "{name}");
            }
        }
    }

    #[test]
    fn every_body_refuses_what_it_does_not_know() {
        let document = document();
        for (path, all) in document["paths"].as_object().unwrap() {
            for (method, operation) in all.as_object().unwrap() {
                let body = &operation["requestBody"]["content"]["application/json"]["schema"];
                let Some(to) = body["$ref"].as_str() else { continue };
                let schema = document.pointer(&to[1..]).unwrap();
                assert_eq!(schema["additionalProperties"], false, "{method} {path}");
            }
        }
    }
}
