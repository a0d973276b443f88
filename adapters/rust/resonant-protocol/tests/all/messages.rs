//! Slots, scales and index slices (MSG-1 to MSG-9, MSG-13).

use crate::support::parts::{f16, i8, json, q4, read, refused, sparse, Slice};
use crate::support::slice;
use resonant_protocol::{DType, Message, MsgType, RejectCode};

/// Every way in which a tensor can take slices.
fn tensors() -> Vec<Vec<Slice>> {
    vec![
        vec![f16(&[2, 2])],
        vec![i8(&[40])],
        vec![i8(&[40]), f16(&[2])],
        vec![q4(33)],
        vec![q4(33), f16(&[2])],
        sparse().to_vec(),
    ]
}

#[test]
fn every_combination_of_tensors() {
    assert_eq!(
        refused(MsgType::Think, &[]),
        (RejectCode::BadSlots, "MSG-1")
    );
    for first in tensors() {
        let found = read(MsgType::Think, &first).unwrap();
        let Message::Think { hidden } = found else {
            panic!("{found:?}")
        };
        assert_eq!(hidden.dims, first[0].0.shape);
        assert_eq!(
            hidden.scale().is_some() || hidden.index().is_some(),
            first.len() == 2
        );
        assert!(matches!(
            read(MsgType::Ask, &first),
            Ok(Message::Ask { context: None, .. })
        ));
        assert_eq!(
            refused(MsgType::Cache, &first),
            (RejectCode::BadSlots, "MSG-1")
        );
        for second in tensors() {
            let both = [&first[..], &second].concat();
            let taken_for_scale =
                first.len() == 1 && first[0].0.dtype != DType::F16 && second == [f16(&[2, 2])];
            for mtype in [MsgType::Cache, MsgType::Ask] {
                if taken_for_scale {
                    assert_eq!(refused(mtype, &both), (RejectCode::BadScale, "MSG-8"));
                    continue;
                }
                assert!(read(mtype, &both).is_ok());
                let more = [&both[..], &[i8(&[1])]].concat();
                assert_eq!(refused(mtype, &more), (RejectCode::BadSlots, "MSG-2"));
            }
            let code = if taken_for_scale {
                RejectCode::BadScale
            } else {
                RejectCode::BadSlots
            };
            assert_eq!(refused(MsgType::Think, &both).0, code);
        }
    }
}

#[test]
fn scale_slices() {
    let dims = (RejectCode::BadScale, "MSG-8");
    for wrong in [&[1][..], &[3], &[0], &[1, 2], &[2, 1]] {
        assert_eq!(refused(MsgType::Think, &[i8(&[40]), f16(wrong)]), dims);
        assert_eq!(refused(MsgType::Think, &[q4(64), f16(wrong)]), dims);
    }
    assert!(read(MsgType::Think, &[i8(&[0, 7]), f16(&[0])]).is_ok());
    assert_eq!(refused(MsgType::Think, &[i8(&[0, 7]), f16(&[1])]), dims);
    for bits in [0x7c00_u16, 0x7e00, 0x8000, 0xbc00, 0xfc00, 0xffff] {
        for place in 0..2 {
            let mut scales = [0; 4];
            scales[2 * place..][..2].copy_from_slice(&bits.to_le_bytes());
            let scale = slice(DType::F16, &[2], &scales);
            let found = refused(MsgType::Think, &[i8(&[40]), scale]);
            assert_eq!(found, (RejectCode::BadScale, "MSG-9"));
        }
    }
    for bits in [0_u16, 1, 0x3c00, 0x7bff] {
        let scale = slice(DType::F16, &[1], &bits.to_le_bytes());
        assert!(read(MsgType::Think, &[q4(3), scale]).is_ok());
    }
}

#[test]
fn index_slices() {
    let [values, index] = sparse();
    let missing = (RejectCode::BadSlots, "SPR-1");
    assert_eq!(
        refused(MsgType::Think, std::slice::from_ref(&values)),
        missing
    );
    assert_eq!(refused(MsgType::Ask, &[values.clone(), f16(&[4])]), missing);
    let wrong = slice(DType::I8, &[1, 4], &index.1);
    assert_eq!(
        refused(MsgType::Think, &[values.clone(), wrong]),
        (RejectCode::BadIndex, "SPR-2")
    );
    let wrong = slice(DType::I8, &[1, 1, 4], &[3, 0, 0, 0]);
    assert_eq!(
        refused(MsgType::Think, &[values, wrong]),
        (RejectCode::BadIndex, "SPR-4")
    );
}

#[test]
fn sync_and_heart() {
    assert_eq!(read(MsgType::Sync, &[]), Ok(Message::Heart));
    assert!(matches!(
        read(MsgType::Sync, &[json("{}")]),
        Ok(Message::Sync { .. })
    ));
    let slots = RejectCode::BadSlots;
    for wrong in [f16(&[1]), q4(4), sparse()[0].clone()] {
        assert_eq!(refused(MsgType::Sync, &[wrong]), (slots, "MSG-3"));
    }
    assert_eq!(
        refused(MsgType::Sync, &[json("{}"), json("{}")]),
        (slots, "MSG-2")
    );
    assert_eq!(
        refused(MsgType::Sync, &[json("[]"), json("{}")]).0,
        RejectCode::BadJson
    );
    let flat = slice(DType::I8, &[1, 2], b"{}");
    assert_eq!(
        refused(MsgType::Sync, &[flat]),
        (RejectCode::BadJson, "MSG-13")
    );
}
