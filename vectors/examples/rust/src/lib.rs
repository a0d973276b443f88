//! Reads vector files and runs their cases of the profile `frame` against the crate `resonant-protocol`.
//!
//! To drive another implementation, change `perform` alone.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod frame;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use resonant_protocol::{space_hash32, strong_tail_hash_hex, FrameError, VFrame};
use serde_json::{json, Value};

/// The results of a run over a folder of vectors.
#[derive(Debug, Default)]
pub struct Report {
    /// The ids of all cases that were run: profile/group/id.
    pub ran: Vec<String>,
    /// The ids of those that the implementation does not pass, in the same order.
    pub wrong: Vec<String>,
}

/// Runs every case of the profile `frame` below `data`.
///
/// # Errors
/// A file that cannot be read, or that is no vector file.
pub fn run(data: &Path) -> io::Result<Report> {
    let mut report = Report::default();
    for path in json_files(&data.join("frame"))? {
        run_file(&read_json(&path)?, &mut report)
            .ok_or_else(|| invalid(format!("{}: no vector file", path.display())))?;
    }
    Ok(report)
}

/// Reads a JSON file.
///
/// # Errors
/// A file that cannot be read, or that holds no JSON.
pub fn read_json(path: &Path) -> io::Result<Value> {
    serde_json::from_slice(&fs::read(path)?)
        .map_err(|error| invalid(format!("{}: {error}", path.display())))
}

fn invalid(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// The JSON files below a folder, in order of their paths.
fn json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(json_files(&path)?);
        } else if path.extension().is_some_and(|end| end == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Nothing where a member is missing or has another type.
fn run_file(file: &Value, report: &mut Report) -> Option<()> {
    let (profile, group) = (file["profile"].as_str()?, file["group"].as_str()?);
    let op = file["op"].as_str()?;
    for case in file["cases"].as_array()? {
        let id = format!("{profile}/{group}/{}", case["id"].as_str()?);
        if outcome(op, &case["input"])? != case["expect"] {
            report.wrong.push(id.clone());
        }
        report.ran.push(id);
    }
    Some(())
}

/// The implementation's outcome for an input, in the form of a case's `expect`.
fn outcome(op: &str, input: &Value) -> Option<Value> {
    Some(match perform(op, input)? {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({"reject": error.code().as_str()}),
    })
}

/// The implementation under test. Nothing for an op or an input that is not understood.
fn perform(op: &str, input: &Value) -> Option<Result<Value, FrameError>> {
    let text = |name: &str| input[name].as_str();
    Some(match op {
        "decode" => VFrame::decode(&frame::bytes(text("frame")?)?)
            .map(|decoded| json!({"fields": frame::fields(&decoded)})),
        "encode" => {
            frame::encoded(&input["fields"])?.map(|encoded| json!({"frame": frame::hex(&encoded)}))
        }
        "space_hash" => space_hash32(text("space_id")?, text("arch")?, text("data_sig")?)
            .map(|hash| json!({ "space_hash32": hash })),
        "tail_hash" => {
            let hash = strong_tail_hash_hex(&frame::bytes(text("data")?)?);
            Ok(json!({ "xxhash3_64": hash }))
        }
        _ => return None,
    })
}
