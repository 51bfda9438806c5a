//! End-to-end tests: each folder is a test program of its own.
