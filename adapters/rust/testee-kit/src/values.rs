//! Frames as data, as an implementation takes and gives them.

use serde_json::{json, Value};

use crate::hex;
use crate::schema::{BadRequest, Members};

/// A key of XChaCha20-Poly1305.
pub type Key = [u8; 32];
/// A nonce of XChaCha20-Poly1305.
pub type Nonce = [u8; 24];

/// One slice of a frame. Given to `encode`, its values may be wrong on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The number of its dtype.
    pub dtype: u8,
    /// Its dims.
    pub dims: Vec<u32>,
    /// Its bytes.
    pub payload: Vec<u8>,
}

/// A frame as data. Given to `encode`, its values may be wrong on purpose: a type of 7 is for the implementation to
/// refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The number of its type, called `type` on the wire.
    pub mtype: u8,
    /// Its flags: 1 ZSTD, 2 XCHACHA, 4 STRONG_TAIL.
    pub flags: u16,
    /// Its stream.
    pub stream_id: u32,
    /// Its number in the stream.
    pub frame_seq: u64,
    /// The embedding space, 0 for none.
    pub space_hash32: u32,
    /// The number of its modality.
    pub modality: u8,
    /// Its slices.
    pub slices: Vec<Slice>,
}

impl Fields {
    /// Reads specs/ops/fields.json.
    ///
    /// # Errors
    /// If it does not fit the schema.
    pub fn read(value: Value) -> Result<Self, BadRequest> {
        let mut members = Members::of(value, "fields")?;
        let fields = Self {
            mtype: members.integer("type")?,
            flags: members.integer("flags")?,
            stream_id: members.integer("stream_id")?,
            frame_seq: members.decimal("frame_seq")?,
            space_hash32: members.integer("space_hash32")?,
            modality: members.integer("modality")?,
            slices: members
                .array("slices")?
                .into_iter()
                .map(Slice::read)
                .collect::<Result<_, BadRequest>>()?,
        };
        members.end()?;
        Ok(fields)
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let slices: Vec<Value> = self.slices.iter().map(Slice::to_json).collect();
        json!({
            "type": self.mtype,
            "flags": self.flags,
            "stream_id": self.stream_id,
            "frame_seq": self.frame_seq.to_string(),
            "space_hash32": self.space_hash32,
            "modality": self.modality,
            "slices": slices,
        })
    }
}

impl Slice {
    /// Reads a slice of specs/ops/fields.json.
    ///
    /// # Errors
    /// If it does not fit the schema.
    pub fn read(value: Value) -> Result<Self, BadRequest> {
        let mut members = Members::of(value, "slice")?;
        let slice = Self {
            dtype: members.integer("dtype")?,
            dims: members.integers("dims", ..)?,
            payload: members.bytes("payload")?,
        };
        members.end()?;
        Ok(slice)
    }

    fn to_json(&self) -> Value {
        json!({"dtype": self.dtype, "dims": self.dims, "payload": hex::encode(&self.payload)})
    }
}
