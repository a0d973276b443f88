//! Messages to frames, and tensors to their dense forms (MSG-7, MSG-10, MSG-22).

use resonant_protocol::{JsonObject, Message, Modality, RejectCode, Tensor, TensorData};

fn tensor(dims: &[u32], data: TensorData) -> Tensor {
    let dims = dims.to_vec();
    Tensor { dims, data }
}

#[test]
fn nothing_is_sent_that_would_be_refused_or_misread() {
    let codes = |scale| TensorData::I8 {
        codes: vec![0; 32],
        scale,
    };
    let one = tensor(
        &[1],
        TensorData::F16 {
            values: vec![0, 0x3c],
        },
    );
    let code = |message: Message| {
        let error = message.to_frame(Modality::Text).unwrap_err();
        (error.code(), error.clause())
    };
    // The context would be read as the scale of the query.
    let query = tensor(&[32], codes(None));
    let context = Some(one.clone());
    assert_eq!(
        code(Message::Ask { query, context }),
        (RejectCode::BadSlots, "MSG-7")
    );
    let hidden = tensor(&[32], codes(Some(vec![0, 0x80])));
    assert_eq!(
        code(Message::Think { hidden }),
        (RejectCode::BadScale, "MSG-9")
    );
    let hidden = tensor(&[32], codes(Some(vec![])));
    assert_eq!(
        code(Message::Think { hidden }),
        (RejectCode::BadScale, "MSG-8")
    );
    let hidden = tensor(&[33], codes(None));
    assert_eq!(
        code(Message::Think { hidden }),
        (RejectCode::LengthMismatch, "FRM-18")
    );
    let (values, index) = (vec![0; 2], vec![3, 0, 0, 0]);
    let hidden = tensor(&[3], TensorData::Sparse { values, index });
    assert_eq!(
        code(Message::Think { hidden }),
        (RejectCode::BadIndex, "SPR-4")
    );
    let critique = |mask| Message::Critique {
        divergence: one.clone(),
        mask: Some(mask),
        explanation: None,
    };
    assert_eq!(code(critique(vec![2])), (RejectCode::BadMask, "MSG-12"));
    assert_eq!(code(critique(vec![])).0, RejectCode::LengthMismatch);
    let json = JsonObject::parse(format!("{{\"a\":\"{}\"}}", "a".repeat(66_000)).as_bytes());
    assert_eq!(
        code(Message::Sync {
            json: json.unwrap()
        })
        .0,
        RejectCode::FrameTooLarge
    );
}

#[test]
fn dense_forms() {
    let half = [0, 0x38];
    let dense = |dims, data| tensor(dims, data).to_dense();
    let codes = || vec![0x21];
    let scale = Some(half.to_vec());
    assert_eq!(
        dense(
            &[1],
            TensorData::F16 {
                values: half.to_vec()
            }
        )
        .unwrap(),
        half
    );
    let scaled = dense(
        &[2],
        TensorData::Q4 {
            codes: codes(),
            scale,
        },
    )
    .unwrap();
    assert_eq!(scaled, [0, 0x38, 0, 0x3c]);
    let plain = dense(
        &[1],
        TensorData::I8 {
            codes: codes(),
            scale: None,
        },
    )
    .unwrap();
    assert_eq!(plain, [0x20, 0x50]); // 33
    let index = vec![1, 0, 0, 0];
    let found = dense(
        &[2],
        TensorData::Sparse {
            values: half.to_vec(),
            index,
        },
    )
    .unwrap();
    assert_eq!(found, [0, 0, 0, 0x38]);
    let (values, index) = (vec![], vec![]);
    let large = dense(&[u32::MAX], TensorData::Sparse { values, index });
    assert_eq!(large.unwrap_err().clause(), "SPR-9");
}
