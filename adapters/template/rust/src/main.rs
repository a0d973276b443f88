//! The testee. Nothing here has to change: your part is yours.rs, and testee-kit speaks the testee protocol.

mod yours;

use std::process::ExitCode;

fn main() -> ExitCode {
    resonant_testee_kit::run(resonant_testee_kit::ops_of(yours::Yours), &[], Ok)
}
