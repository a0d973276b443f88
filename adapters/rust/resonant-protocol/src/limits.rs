//! What bounds a frame.

/// The only version of the wire format (FRM-2).
pub const VERSION: u8 = 1;
/// Length in bytes of the shortest frame: no slices, empty body (FRM-25).
pub const MIN_FRAME_LEN: usize = 33;
/// Greatest length in bytes of a frame, and greatest plain size (FRM-26, FRM-27).
pub const MAX_FRAME_LEN: usize = 65_536;

/// `MAX_FRAME_LEN` for sums that are kept in u64 because they come from the wire.
pub(crate) const MAX_PLAIN_SIZE: u64 = 65_536;
