//! The tests of the crate in one program, so that what they need is linked once.

mod adapt;
mod adaptive_peers;
mod carriages;
mod carriages_received;
mod critiques;
mod encoder;
mod endpoint;
mod endpoint_room;
mod endpoint_time;
mod json_slices;
mod json_strictness;
mod message_properties;
mod messages;
mod multiplexing;
mod net;
mod peer_checks;
mod peer_handshake;
mod peer_properties;
mod peer_refusals;
mod peer_stream_limits;
mod peer_streams;
mod peer_timers;
mod peer_window;
mod properties;
mod quant_sources;
mod quantizers;
mod quic;
mod reed_solomon;
mod repair;
mod reuse;
mod seed_example;
mod sending;
mod sparse_tensors;
mod support;
mod transport;
mod vectors;
mod worked_frames;
mod zstd_form;

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
