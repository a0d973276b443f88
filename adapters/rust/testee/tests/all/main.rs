//! The tests of the testee in one program, so that what they need is linked once.

mod payloads;
mod peer_batches;
mod peer_inputs;
mod peers;
mod process;
mod sessions;
mod support;

use std::fs;
use std::path::Path;

#[test]
fn every_file_here_is_a_module() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all");
    for entry in fs::read_dir(here).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let module = format!("mod {};", name.trim_end_matches(".rs"));
        let listed = include_str!("main.rs").lines().any(|line| line == module);
        assert!(
            listed || name == "main.rs",
            "{name} is not in main.rs: its tests do not run"
        );
    }
}
