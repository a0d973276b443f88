//! Sync frames as they are received: the members of their methods (HSK-10, STM-2).

use super::fields::{
    boolean, decimal, decimals, hash64, integer, malformed, md5, names, object, positive,
    reset_code, space_id, string, Members, Result,
};
use super::method::Method;
use super::offer::{Offer, Space};
use crate::error::{FrameError, RejectCode};
use crate::json::JsonObject;
use crate::limits::MAX_TOLERANCE;
use crate::peer::config::{direction_to, Mux, Role};
use crate::peer::event::{Announce, Reference};

/// Greatest urgency, which is served last (section 1 of mux.md).
pub(crate) const MAX_URGENCY: u8 = 7;

/// The peer that reads a frame: its role, and the members that mean something to it.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) role: Role,
    pub(crate) has_fec: bool,
    /// Whether the peer takes part in multiplexing, whether its methods are known, and whether it is agreed.
    pub(crate) has_mux: bool,
    pub(crate) knows_mux: bool,
    pub(crate) is_mux_agreed: bool,
    /// Whether the peer is in a session and sends adaptive messages.
    pub(crate) takes_quality: bool,
}

impl Reader {
    /// MUX-1, MUX-2.
    fn mux(self, members: Members<'_>) -> Result<Option<Mux>> {
        let Some(members) = self.has_mux.then_some(members) else {
            return Ok(None);
        };
        let Some(members) = members.optional("mux", self::object)? else {
            return Ok(None);
        };
        let mux = Mux {
            streams: members.required("streams", integer)?,
            frames: members.required("frames", integer)?,
        };
        if mux.is_right() {
            return Ok(Some(mux));
        }
        Err(malformed("mux is out of its ranges".to_owned()))
    }

    /// FEC-4, FEC-6.
    fn fec(self, members: Members<'_>) -> Result<Option<Vec<String>>> {
        if self.has_fec {
            members.optional("fec", names)
        } else {
            Ok(None)
        }
    }
}

/// The members of a ping that matter.
pub(crate) struct Ping {
    pub(crate) v: Option<i64>,
    pub(crate) space: Space,
    pub(crate) offer: Offer,
}

impl Ping {
    pub(crate) fn read(object: &JsonObject, reader: Reader) -> Result<Self> {
        let members = Members(object.members());
        members.required("ts", integer::<i64>)?;
        members.optional("d_model", positive)?;
        let id = members.optional("embedding_space_id", space_id)?;
        let hash = members.optional("space_hash32", integer)?;
        let mut offer = Offer {
            modality: members.optional("modality", names)?,
            compress: members.optional("compress", names)?,
            crypto: members.optional("crypto", names)?,
            mux: reader.mux(members)?,
            fec: reader.fec(members)?,
            ..Offer::default()
        };
        if let Some(supports) = members.optional("supports", self::object)? {
            offer.critique = supports.optional("critique", boolean)?.unwrap_or(false);
            offer.dtype = supports.optional("dtype", names)?;
        }
        Ok(Self {
            v: members.optional("v", integer)?,
            space: Space {
                id: id.unwrap_or_default().to_owned(),
                hash: hash.unwrap_or(0),
            },
            offer,
        })
    }
}

/// The members of a capability that matter.
pub(crate) struct Capability {
    pub(crate) agreed_proto: i64,
    pub(crate) space: Space,
    pub(crate) offer: Offer,
    pub(crate) require_crypto: bool,
}

impl Capability {
    pub(crate) fn read(object: &JsonObject, reader: Reader) -> Result<Self> {
        let members = Members(object.members());
        members.required("v", integer::<i64>)?;
        members.required("d_model", positive)?;
        let supports = members.required("supports", self::object)?;
        let require_crypto = supports.optional("require_crypto", boolean)?;
        Ok(Self {
            agreed_proto: members.required("agreed_proto", integer)?,
            space: Space {
                id: members.required("embedding_space_id", space_id)?.to_owned(),
                hash: members.required("space_hash32", integer)?,
            },
            offer: Offer {
                modality: members.optional("modality", names)?,
                compress: Some(members.required("compress", names)?),
                crypto: Some(members.required("crypto", names)?),
                dtype: Some(supports.required("dtype", names)?),
                critique: supports.required("critique", boolean)?,
                mux: reader.mux(members)?,
                fec: reader.fec(members)?,
            },
            require_crypto: require_crypto.unwrap_or(false),
        })
    }
}

/// An error of the other end.
pub(crate) struct Report {
    pub(crate) code: String,
    pub(crate) reference: Option<Reference>,
    /// Of a `STREAM_INCOMPLETE`, though any error may have them.
    pub(crate) missing: Vec<u64>,
}

impl Report {
    pub(crate) fn read(object: &JsonObject) -> Result<Self> {
        let members = Members(object.members());
        let code = members.required("code", string)?.to_owned();
        members.required("message", string)?;
        let reference = match members.optional("ref", self::object)? {
            None => None,
            Some(members) => Some(Reference {
                stream_id: members.required("stream_id", integer)?,
                frame_seq: members.required("frame_seq", decimal)?,
            }),
        };
        let missing = members.optional("missing", decimals)?; // HSK-48: whatever the code is
        Ok(Self {
            code,
            reference,
            missing: missing.unwrap_or_default(),
        })
    }
}

/// Reads what a HEAD announces, if it does (STM-2).
pub(crate) fn read_head(
    object: &JsonObject,
    frame_seq: u64,
    reader: Reader,
) -> Result<Option<Announce>> {
    let members = Members(object.members());
    if reader.is_mux_agreed {
        let urgency = |value| integer::<u8>(value).filter(|it| *it <= MAX_URGENCY);
        members.optional("urgency", urgency)?; // MUX-6
    }
    if members.required("dir", string)? != direction_to(reader.role) {
        return Err(malformed(
            "dir is not the direction of the frame".to_owned(),
        ));
    }
    if frame_seq != 0 {
        return Err(wrong_number("a HEAD is not the first of its stream"));
    }
    let frames = members.optional("frames", decimal)?;
    let total_len = members.optional("total_len", decimal)?;
    let md5 = members.optional("md5", self::md5)?;
    let xxhash3_64 = members.optional("xxhash3_64", hash64)?;
    match (frames, total_len, md5, xxhash3_64) {
        (None, None, None, None) => Ok(None),
        (Some(frames), Some(total_len), Some(md5), Some(xxhash3_64)) => Ok(Some(Announce {
            frames,
            total_len,
            md5,
            xxhash3_64,
        })),
        _ => Err(malformed(
            "a HEAD has a part of its announcement".to_owned(),
        )),
    }
}

/// Reads the tolerance of a quality (section 6 of adaptive.md).
pub(crate) fn read_quality(object: &JsonObject) -> Result<u32> {
    let tolerance = |value| integer::<u32>(value).filter(|it| i64::from(*it) <= MAX_TOLERANCE);
    Members(object.members()).required("tolerance", tolerance)
}

/// One of the four methods of multiplexing.
pub(crate) enum Managing {
    Credit(u64),
    Blocked,
    Done,
    Reset(String),
}

impl Managing {
    /// `None` for another method.
    pub(crate) fn read(
        method: Method,
        object: &JsonObject,
        frame_seq: u64,
    ) -> Option<Result<Self>> {
        let members = Members(object.members());
        let limit = || members.required("limit", decimal);
        let is_head = || match frame_seq {
            0 => Err(wrong_number("it has the number of a HEAD")),
            _ => Ok(()),
        };
        Some(match method {
            Method::Credit => limit().map(Self::Credit),
            Method::Blocked => limit().and_then(|_| is_head().map(|()| Self::Blocked)),
            Method::Done => Ok(Self::Done),
            Method::Reset => {
                let code = members.required("code", reset_code);
                code.and_then(|code| is_head().map(|()| Self::Reset(code.to_owned())))
            }
            _ => return None,
        })
    }
}

/// The content of a TAIL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    pub(crate) frames: u64,
    pub(crate) total_len: u64,
    /// With STRONG_TAIL.
    pub(crate) xxhash3_64: Option<u64>,
}

impl Tail {
    pub(crate) fn read(object: &JsonObject, frame_seq: u64, is_strong: bool) -> Result<Self> {
        if frame_seq == 0 {
            return Err(wrong_number("a TAIL is the first of its stream"));
        }
        let members = Members(object.members());
        let xxhash3_64 = members.optional("xxhash3_64", hash64)?;
        if xxhash3_64.is_some() != is_strong {
            let detail = "xxhash3_64 and STRONG_TAIL do not go together";
            return Err(malformed(detail.to_owned()));
        }
        Ok(Self {
            frames: members.required("frames", decimal)?,
            total_len: members.required("total_len", decimal)?,
            xxhash3_64,
        })
    }
}

fn wrong_number(detail: &'static str) -> FrameError {
    FrameError::new(RejectCode::BadJson, "STM-2", detail)
}
