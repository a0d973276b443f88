//! Slices to make messages of, and reading them both ways.

use resonant_protocol::{
    DType, FrameError, Message, Modality, MsgType, RejectCode, SliceMeta, VFrame, VFrameView,
};

use super::slice;

pub type Slice = (SliceMeta, Vec<u8>);

/// Reads a frame both ways, which must say the same.
pub fn read(mtype: MsgType, slices: &[Slice]) -> Result<Message, FrameError> {
    let frame = VFrame::new(mtype, Modality::Mixed, slices.to_vec()).unwrap();
    let bytes = frame.encode().unwrap();
    let message = Message::read(&VFrameView::parse(&bytes).unwrap());
    assert_eq!(message, Message::from_frame(&frame));
    if let Ok(message) = &message {
        assert_eq!(message.mtype(), mtype);
        assert_eq!(message.to_frame(Modality::Mixed).unwrap(), frame);
    }
    message
}

pub fn refused(mtype: MsgType, slices: &[Slice]) -> (RejectCode, &'static str) {
    let error = read(mtype, slices).unwrap_err();
    (error.code(), error.clause())
}

pub fn f16(dims: &[u32]) -> Slice {
    let n: u32 = dims.iter().product();
    slice(DType::F16, dims, &vec![0; usize::try_from(n).unwrap() * 2])
}

pub fn i8(dims: &[u32]) -> Slice {
    let n: u32 = dims.iter().product();
    slice(DType::I8, dims, &vec![0; usize::try_from(n).unwrap()])
}

pub fn q4(n: u32) -> Slice {
    slice(
        DType::Q4,
        &[n],
        &vec![0; usize::try_from(n.div_ceil(2)).unwrap()],
    )
}

pub fn json(text: &str) -> Slice {
    let len = u32::try_from(text.len()).unwrap();
    slice(DType::I8, &[len], text.as_bytes())
}

/// A tensor of 3 elements of which the second is stored.
pub fn sparse() -> [Slice; 2] {
    let index = slice(DType::I8, &[1, 1, 4], &[1, 0, 0, 0]);
    [slice(DType::SparseCoo, &[3], &[0, 0x3c]), index]
}
