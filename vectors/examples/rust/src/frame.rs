//! Frames between the form of the vectors and the types of the crate.

use resonant_protocol::{DType, Flags, FrameError, Modality, MsgType, SliceMeta, VFrame};
use serde_json::{json, Value};

/// The bytes of lower-case hexadecimal, nothing for any other text.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match *pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fields of a decoded frame, as in `specs/ops/fields.json`.
pub fn fields(frame: &VFrame) -> Value {
    let slices = frame.slices.iter().map(|(meta, payload)| {
        json!({"dtype": meta.dtype.to_wire(), "dims": meta.shape, "payload": hex(payload)})
    });
    json!({
        "type": frame.hdr.mtype.to_wire(),
        "flags": frame.hdr.flags.bits(),
        "stream_id": frame.hdr.stream_id,
        "frame_seq": frame.hdr.frame_seq.to_string(),
        "space_hash32": frame.hdr.space_hash32,
        "modality": frame.hdr.modality.to_wire(),
        "slices": slices.collect::<Vec<Value>>(),
    })
}

/// The encoded frame of fields, or why the crate refuses it. Nothing where the fields are not understood.
pub fn encoded(fields: &Value) -> Option<Result<Vec<u8>, FrameError>> {
    let given = Given::read(fields)?;
    Some(given.encode())
}

/// The fields with the types that JSON can be trusted to have, whatever their values.
struct Given {
    mtype: u8,
    flags: u16,
    stream_id: u32,
    frame_seq: u64,
    space_hash32: u32,
    modality: u8,
    slices: Vec<(u8, Vec<u32>, Vec<u8>)>,
}

impl Given {
    fn read(fields: &Value) -> Option<Self> {
        let slices = fields["slices"].as_array()?.iter().map(|slice| {
            let dims = slice["dims"].as_array()?.iter().map(number);
            let payload = bytes(slice["payload"].as_str()?)?;
            Some((
                number(&slice["dtype"])?,
                dims.collect::<Option<_>>()?,
                payload,
            ))
        });
        Some(Self {
            mtype: number(&fields["type"])?,
            flags: number(&fields["flags"])?,
            stream_id: number(&fields["stream_id"])?,
            frame_seq: fields["frame_seq"].as_str()?.parse().ok()?,
            space_hash32: number(&fields["space_hash32"])?,
            modality: number(&fields["modality"])?,
            slices: slices.collect::<Option<_>>()?,
        })
    }

    fn encode(self) -> Result<Vec<u8>, FrameError> {
        let slices = self.slices.into_iter().map(|(dtype, shape, payload)| {
            let dtype = DType::try_from(dtype)?;
            Ok((SliceMeta { dtype, shape }, payload))
        });
        let slices = slices.collect::<Result<Vec<_>, FrameError>>()?;
        let mtype = MsgType::try_from(self.mtype)?;
        let mut frame = VFrame::new(mtype, Modality::try_from(self.modality)?, slices)?;
        frame.hdr.flags = Flags::from_bits(self.flags)?;
        frame.hdr.stream_id = self.stream_id;
        frame.hdr.frame_seq = self.frame_seq;
        frame.hdr.space_hash32 = self.space_hash32;
        frame.encode()
    }
}

fn number<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    T::try_from(value.as_u64()?).ok()
}
