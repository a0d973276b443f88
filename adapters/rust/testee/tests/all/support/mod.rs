//! Helpers for the tests.

pub mod ends;
