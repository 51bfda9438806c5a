//! The REST API under `/api/v1`.

use crate::routes::Route;

/// Its routes.
pub(crate) const ROUTES: &[Route] = &[];
