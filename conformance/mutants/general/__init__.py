"""General mutation tools over the reference and the Rust crate, judged by the golden vectors alone. See README.md."""
