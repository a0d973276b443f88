//! `resonant-testee`: answers the conformance runner for the crate `resonant-protocol`.

use std::process::ExitCode;

use testee::ops::{ops, TRANSPORTS};
use testee::peers::Peers;

fn main() -> ExitCode {
    resonant_testee_kit::run(ops(), TRANSPORTS, Peers::new)
}
