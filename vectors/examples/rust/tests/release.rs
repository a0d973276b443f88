//! The canary, then the vectors, from the release that RESONANT_VECTORS names: the folder it was unpacked to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vector_consumer::{read_json, run};

fn release() -> PathBuf {
    let folder = std::env::var_os("RESONANT_VECTORS");
    PathBuf::from(folder.expect("RESONANT_VECTORS names an unpacked release"))
}

/// The canaries of the profile `frame`, which this driver has to report, every one.
fn due(release: &Path) -> BTreeSet<String> {
    let key = read_json(&release.join("canary/key.json")).expect("the key");
    let canaries = key["canaries"].as_array().expect("canaries").iter();
    let ours = canaries.filter(|one| one["needs"] == Value::from(vec!["frame"]));
    ours.map(|one| one["case"].as_str().expect("a case").to_owned())
        .collect()
}

#[test]
fn the_canary_is_reported_and_the_vectors_pass() {
    let release = release();
    let canary = run(&release.join("canary/data")).expect("canaries");
    let due = due(&release);
    assert!(!due.is_empty(), "a canary without canaries");
    assert_eq!(
        canary.wrong.into_iter().collect::<BTreeSet<String>>(),
        due,
        "this driver is broken"
    );

    let vectors = run(&release.join("vectors/data")).expect("vectors");
    println!("canary: {} of {} reported", due.len(), canary.ran.len());
    let passed = vectors.ran.len() - vectors.wrong.len();
    println!("frame: {passed} of {} passed", vectors.ran.len());
    assert!(vectors.ran.len() > 1000, "vectors are missing");
    assert_eq!(vectors.wrong, Vec::<String>::new());
}
