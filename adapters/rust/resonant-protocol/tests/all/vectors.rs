//! The golden vectors of the repository, every file and every case.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::whole::Parts;
use crate::support::{dialogue, judge};
use serde_json::{json, Value};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../vectors/data");

#[test]
fn every_golden_case_agrees() {
    let mut cases = 0;
    let mut failures = Vec::new();
    for profile in profiles() {
        let files = json_files(&Path::new(DATA).join(&profile));
        assert!(!files.is_empty(), "no vector files of profile {profile}");
        for path in files {
            run_file(&path, &profile, &mut cases, &mut failures);
        }
    }
    println!("{cases} cases");
    assert!(cases > 0, "the vector files hold no cases");
    assert!(
        failures.is_empty(),
        "{} of {cases} cases failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Profiles whose dialogues need a library of their transport: the suite plays them against testees that have it.
const OVER_LIBRARIES: [&str; 2] = ["quic", "webrtc"];

/// The folders of the data: whatever profile is there is run, and one that is new to the judge fails.
fn profiles() -> Vec<String> {
    let entries = fs::read_dir(DATA).expect("the vectors");
    let names = entries.map(|entry| entry.expect("a folder entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| !OVER_LIBRARIES.contains(&name.as_str()));
    names.sort();
    for known in [
        "adapt",
        "fec",
        "frame",
        "handshake",
        "message",
        "mux",
        "quant",
        "rs",
        "sparse",
        "stream",
        "tcp",
        "xchacha",
        "zstd",
    ] {
        assert!(names.iter().any(|name| name == known), "{known} is gone");
    }
    names
}

fn run_file(path: &Path, profile: &str, cases: &mut usize, failures: &mut Vec<String>) {
    let text = fs::read_to_string(path).expect("a readable file");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(file["spec"], "1.0", "{}", path.display());
    assert_eq!(file["profile"], profile, "{}", path.display());
    let op = file["op"].as_str().expect("op");
    let group = file["group"].as_str().expect("group");
    let listed = file["cases"].as_array().expect("cases");
    assert!(!listed.is_empty(), "{} has no cases", path.display());
    let parts = Parts::of(&file);
    for case in listed {
        *cases += 1;
        let id = case["id"].as_str().expect("id");
        for (transport, verdict) in verdicts(op, case, &file, &parts) {
            if let Err(what) = verdict {
                failures.push(format!("{profile}/{group}/{id}{transport}: {what}"));
            }
        }
    }
}

/// The verdict on a case; on a dialogue, one for each transport that it is for.
fn verdicts(op: &str, case: &Value, file: &Value, parts: &Parts) -> Vec<(String, judge::Verdict)> {
    let input = &case["input"];
    if op != "dialogue" {
        let verdict = judge::judge(op, input, &case["expect"]);
        return vec![(String::new(), verdict)];
    }
    let named = [case, file].map(|it| it["transports"].as_array());
    let any = [json!("udp"), json!("tcp")];
    let transports = named[0].or(named[1]).map_or(&any[..], Vec::as_slice);
    let transports = transports.iter().map(|it| it.as_str().expect("a name"));
    let ours = |name: &&str| !OVER_LIBRARIES.contains(name);
    let (config, steps) = (parts.config(input), parts.steps(&input["steps"]));
    transports
        .filter(ours)
        .map(|transport| {
            let verdict = dialogue::replay(input, &config, &steps, transport); // which hold what is expected
            (format!(" over {transport}"), verdict)
        })
        .collect()
}

/// The JSON files under a folder, in order of their paths.
fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
