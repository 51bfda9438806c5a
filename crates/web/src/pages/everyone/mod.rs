//! Pages for everyone.

use crate::routes::Route;

/// Their routes.
pub(crate) const ROUTES: &[Route] = &[];
