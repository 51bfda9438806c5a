//! Reads a programme strictly.

use std::sync::LazyLock;

use forms::document::{self, Shape};
use forms::json::{self, LARGEST_FORM};
use forms::{Files, codes};
use model::{Finding, Programme};
use serde_json::Value;

static SHAPE: LazyLock<Shape> = LazyLock::new(Shape::of::<Programme>);

/// Whether `text` is meant as a programme, whatever is wrong with it: a JSON object with
/// `stages`.
pub fn is_programme(text: &str) -> bool {
    let document: Option<Value> = serde_json::from_str(text).ok();
    document.is_some_and(|it| it.get("stages").is_some() && it.get("properties").is_none())
}

/// Reads the programme at `path`; otherwise everything that does not fit.
pub fn read(files: &Files, path: &str) -> Result<Programme, Vec<Finding>> {
    let Some(text) = files.get(path) else {
        let message = format!("there is no file `{path}`");
        return Err(vec![codes::NO_SUCH_FILE.finding(json::whole(path), message)]);
    };
    document::read(&SHAPE, path, text, LARGEST_FORM)
}
