//! Reading messages, and the JSON in them, is total: any slices give a message that can be sent again, or one code of its layer.

use crate::support::Random;
use resonant_protocol::{
    DType, JsonObject, Message, Modality, MsgType, RejectCode, SliceMeta, VFrame, VFrameView,
};

const DTYPES: [DType; 6] = [
    DType::F16,
    DType::I8,
    DType::I8,
    DType::I8,
    DType::Q4,
    DType::SparseCoo,
];
const TEXTS: [&str; 5] = [
    "{}",
    r#"{"note":"x"}"#,
    r#"{"magnitude":-1}"#,
    "{\"a\":[1,2.5]}",
    "{",
];
const CODES: [RejectCode; 5] = [
    RejectCode::BadSlots,
    RejectCode::BadScale,
    RejectCode::BadIndex,
    RejectCode::BadMask,
    RejectCode::BadJson,
];

fn number(random: &mut Random, below: usize) -> u32 {
    u32::try_from(random.below(below)).unwrap()
}

/// A valid slice that is likely to mean something behind those before it.
fn random_slice(
    random: &mut Random,
    before: Option<&(SliceMeta, Vec<u8>)>,
) -> (SliceMeta, Vec<u8>) {
    let mut dtype = DTYPES[random.below(DTYPES.len())];
    let mut shape: Vec<u32> = (0..=random.below(3)).map(|_| number(random, 7)).collect();
    if let Some((meta, payload)) = before {
        match (meta.dtype, random.below(4)) {
            (DType::SparseCoo, 0..=2) => {
                let nnz = u32::try_from(payload.len() / 2).unwrap();
                (dtype, shape) = (
                    DType::I8,
                    vec![nnz, u32::try_from(meta.shape.len()).unwrap(), 4],
                );
            }
            (DType::I8 | DType::Q4, 0..=1) => {
                let blocks = meta.elements().unwrap().div_ceil(32);
                (dtype, shape) = (DType::F16, vec![u32::try_from(blocks).unwrap()]);
            }
            (_, 3) => shape.clone_from(&meta.shape),
            _ => {}
        }
    }
    if dtype == DType::I8 && random.below(5) == 0 {
        let text = TEXTS[random.below(TEXTS.len())].as_bytes().to_vec();
        let shape = vec![u32::try_from(text.len()).unwrap()];
        return (SliceMeta { dtype, shape }, text);
    }
    let meta = SliceMeta { dtype, shape };
    let n = usize::try_from(meta.elements().unwrap()).unwrap();
    let length = match dtype {
        DType::F16 => 2 * n,
        DType::I8 => n,
        DType::Q4 => n.div_ceil(2),
        DType::SparseCoo => 2 * random.below(n.min(3) + 1),
    };
    let mut payload = random.bytes(length);
    // Mostly small numbers: bytes of masks, high bytes of coordinates, positive scales.
    let mask = [0x3f, 0x01, 0x00, 0xff][random.below(4)];
    payload.iter_mut().for_each(|byte| *byte &= mask);
    (meta, payload)
}

#[test]
fn reading_is_total() {
    let mut random = Random::new(41);
    let mut accepted = [0; 5];
    let mut refused = [0; 5];
    for _ in 0..100_000 {
        let mut slices = Vec::new();
        for _ in 0..random.below(6) {
            let slice = random_slice(&mut random, slices.last());
            slices.push(slice);
        }
        let place = random.below(5);
        let mtype = MsgType::try_from(u8::try_from(place).unwrap()).unwrap();
        let frame = VFrame::new(mtype, Modality::Graph, slices).unwrap();
        let bytes = frame.encode().unwrap();
        let message = Message::read(&VFrameView::parse(&bytes).unwrap());
        assert_eq!(message, Message::from_frame(&frame));
        match message {
            Ok(message) => {
                accepted[place] += 1;
                assert_eq!(message.to_frame(Modality::Graph).unwrap(), frame);
            }
            Err(error) => {
                let code = CODES.iter().position(|code| *code == error.code());
                refused[code.expect("a code of the message layer")] += 1;
            }
        }
    }
    let least = accepted.iter().chain(&refused).min();
    assert!(
        least > Some(&100),
        "accepted {accepted:?}, refused {refused:?}"
    );
}

/// Frames put together by hand need not be valid: those are refused before their slices are read.
#[test]
fn reading_broken_frames_is_total() {
    let mut random = Random::new(42);
    for _ in 0..20_000 {
        let slices = (0..random.below(4))
            .map(|_| {
                let (mut meta, mut payload) = random_slice(&mut random, None);
                match random.below(4) {
                    0 => meta.shape.clear(),
                    1 => meta.shape.push(u32::MAX),
                    2 => payload.push(0),
                    _ => {}
                }
                (meta, payload)
            })
            .collect();
        let mtype = MsgType::try_from(u8::try_from(random.below(5)).unwrap()).unwrap();
        let frame = VFrame::new(mtype, Modality::Text, slices).unwrap();
        let read = Message::from_frame(&frame);
        assert_eq!(
            read.is_err() && frame.encode().is_err(),
            frame.encode().is_err()
        );
    }
}

/// A random text of the grammar, or nearly so: what serde_json refuses is refused here as well.
#[test]
fn reading_json_is_total_and_never_laxer_than_serde_json() {
    const TOKENS: [&str; 30] = [
        "{", "}", "[", "]", ":", ",", "\"a\"", "\"b\"", "\"", "\\", "\\u", "d83d", "0", "-", "1",
        ".", "e", "+", "null", "true", "false", " ", "\n", "\"c\":1,", "\"d\":[", "{\"a\":", "é",
        "\u{1}", "//", "NaN",
    ];
    let mut random = Random::new(31);
    let mut accepted = 0;
    for _ in 0..200_000 {
        let mut text = String::from("{");
        for _ in 0..random.below(9) {
            text.push_str(TOKENS[random.below(TOKENS.len())]);
        }
        text.push_str(["}", "]}", "1}"][random.below(3)]);
        if JsonObject::parse(text.as_bytes()).is_ok() {
            accepted += 1;
            let other = serde_json::from_str::<serde_json::Value>(&text);
            assert!(other.is_ok(), "{text}");
        }
    }
    assert!(accepted > 1000, "only {accepted} texts were accepted");
}
