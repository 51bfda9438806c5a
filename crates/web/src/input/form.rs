//! The fields of a form.

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures::future::{Ready, ready};

use super::Body;
use crate::error::Problem;

/// The fields of a form in their order; a name can stand more than once.
#[derive(Clone, Debug, Default)]
pub struct Form(pub(super) Rc<Fields>);

#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) fields: Vec<(String, String)>,
    pub(super) file: Option<File>,
}

/// A file that was uploaded.
#[derive(Clone, Debug)]
pub struct File {
    /// The name of the field.
    pub field: String,
    /// What the person calls the file; not to be trusted.
    pub name: String,
    /// What it holds.
    pub content: Bytes,
}

impl Form {
    /// The value of the first field called `name`; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// The value of the first field called `name`.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.fields().find(|(it, _)| *it == name).map(|(_, value)| value)
    }

    /// The value of the first field called `name`, where something is written in it.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.find(name).map(str::trim).filter(|it| !it.is_empty())
    }

    /// All values of the fields called `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields().filter(move |(it, _)| *it == name).map(|(_, value)| value)
    }

    /// Whether there is a field called `name`, such as the button that was pressed.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// All fields in their order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The fields called `name[…]` with what stands in the brackets: `cell[a][b]` gives `a`, `b`.
    pub fn inside<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (Vec<&'a str>, &'a str)> {
        self.fields().filter_map(move |(field, value)| {
            let rest = field.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            Some((rest.split("][").collect(), value))
        })
    }

    /// The file that came with the form, unless its field was left empty.
    pub fn file(&self) -> Option<&File> {
        self.0.file.as_ref()
    }
}

impl FromRequest for Form {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.extensions().get::<Body>() {
            Some(Body::Form(form)) => Ok(form.clone()),
            Some(Body::Empty) | None => Ok(Self::default()),
            Some(Body::Json(_)) => Err(Problem::unsupported()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_taken_apart() {
        let fields =
            [("cell[a.b][1][c]", "x"), ("cell[", "y"), ("cells[z]", "y"), ("cell[d]", "z")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let form = Form(Rc::new(Fields { fields, file: None }));
        let found: Vec<_> = form.inside("cell").collect();
        assert_eq!(found, [(vec!["a.b", "1", "c"], "x"), (vec!["d"], "z")]);
    }
}
