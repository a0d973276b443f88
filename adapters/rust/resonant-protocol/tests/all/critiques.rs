//! Critiques: divergence, mask and explanation (MSG-3, MSG-5, MSG-11 to MSG-13, MSG-19, MSG-20).

use crate::support::parts;
use crate::support::parts::{f16, i8, json, q4, read, sparse, Slice};
use crate::support::slice;
use resonant_protocol::{DType, Message, MsgType, RejectCode};

#[test]
fn critique() {
    let mask = slice(DType::I8, &[2, 2], &[0, 1, 1, 0]);
    let reason = json(r#"{"note":"a","magnitude":0,"suggested_correction":"","more":[null]}"#);
    for divergence in [
        vec![f16(&[2, 2])],
        vec![i8(&[2, 2])],
        vec![i8(&[2, 2]), f16(&[1])],
    ] {
        for with_mask in [false, true] {
            for with_reason in [false, true] {
                let mut slices = divergence.clone();
                slices.extend(with_mask.then(|| mask.clone()));
                slices.extend(with_reason.then(|| reason.clone()));
                let found = read(MsgType::Critique, &slices).unwrap();
                let Message::Critique {
                    mask, explanation, ..
                } = found
                else {
                    panic!("{found:?}")
                };
                assert_eq!(
                    (mask.is_some(), explanation.is_some()),
                    (with_mask, with_reason)
                );
            }
        }
    }
    let refused = |slices: &[Slice]| parts::refused(MsgType::Critique, slices);
    let (d, slots) = (f16(&[2, 2]), RejectCode::BadSlots);
    assert_eq!(refused(&[]), (slots, "MSG-1"));
    assert_eq!(refused(&[q4(4)]), (slots, "MSG-3"));
    assert_eq!(refused(&sparse()), (slots, "MSG-3"));
    assert_eq!(refused(&[d.clone(), f16(&[1])]), (slots, "MSG-3"));
    assert_eq!(refused(&[d.clone(), mask.clone(), q4(1)]), (slots, "MSG-3"));
    assert_eq!(
        refused(&[d.clone(), reason.clone(), mask.clone()]),
        (slots, "MSG-2")
    );
    assert_eq!(
        refused(&[d.clone(), i8(&[4])]),
        (RejectCode::BadMask, "MSG-11")
    );
    assert_eq!(
        refused(&[d.clone(), i8(&[0])]),
        (RejectCode::BadMask, "MSG-11")
    );
    let two = slice(DType::I8, &[2, 2], &[0, 1, 2, 0]);
    assert_eq!(
        refused(&[d.clone(), two, json("[]")]),
        (RejectCode::BadMask, "MSG-12")
    );
    assert_eq!(
        refused(&[d.clone(), mask.clone(), mask.clone()]),
        (RejectCode::BadJson, "MSG-13")
    );
    let brace = slice(DType::I8, &[2, 2], b"{\x01\x01\x01");
    assert_eq!(
        refused(&[d.clone(), brace]),
        (RejectCode::BadJson, "MSG-13")
    );
    for wrong in [
        r#"{"note":1}"#,
        r#"{"note":null}"#,
        r#"{"suggested_correction":[]}"#,
        r#"{"magnitude":-1}"#,
        r#"{"magnitude":-0.5}"#,
        r#"{"magnitude":"1"}"#,
        r#"{"magnitude":null}"#,
    ] {
        assert_eq!(
            refused(&[d.clone(), json(wrong)]),
            (RejectCode::BadJson, "MSG-20")
        );
    }
    for right in [
        r#"{"magnitude":-0}"#,
        r#"{"magnitude":-0.0}"#,
        r#"{"magnitude":1e300}"#,
    ] {
        assert!(read(MsgType::Critique, &[d.clone(), json(right)]).is_ok());
    }
}
