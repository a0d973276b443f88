//! Every number that bounds a frame or a peer, under the name that it has in the specification's table of limits.
//! A name ends with its unit, but for those that users of the crate know by another name.

// Frames

/// The only version of the wire format (FRM-2).
pub const VERSION: u8 = 1;
/// Length in bytes of the shortest frame: no slices, empty body (FRM-25).
pub const MIN_FRAME_LEN: usize = 33;
/// Greatest length in bytes of a frame, and greatest plain size (FRM-26, FRM-27).
pub const MAX_FRAME_LEN: usize = 65_536;
/// Bytes of a header with an empty slice table (section 1 of the frame specification).
pub(crate) const HEADER_BYTES: usize = 29;
/// `MIN_FRAME_LEN` for sums that are kept in u64 because they come from the wire.
pub(crate) const MIN_PLAIN_BYTES: u64 = 33;
/// `MAX_FRAME_LEN` for the same sums.
pub(crate) const MAX_PLAIN_BYTES: u64 = 65_536;
/// Greatest length of a datagram's content over UDP (FRM-28).
pub(crate) const MAX_DATAGRAM_BYTES: usize = 65_507;
/// Least rank of a slice (FRM-15).
pub(crate) const MIN_SLICE_DIMS: usize = 1;
/// Greatest rank of a slice, which one byte says (FRM-15).
pub(crate) const MAX_SLICE_DIMS: usize = 255;

// Transforms

/// Bytes of the nonce in front of a sealed body (XCH-2).
pub(crate) const NONCE_BYTES: usize = 24;
/// Bytes of the tag behind a ciphertext (XCH-2).
pub(crate) const TAG_BYTES: usize = 16;

// Messages and tensors

/// Greatest nesting of a JSON slice, its own object counting 1 (MSG-17).
pub(crate) const MAX_JSON_LEVELS: usize = 16;
/// 2⁵³ − 1, the greatest magnitude of an integer in JSON (MSG-18).
pub(crate) const MAX_JSON_INTEGER: u64 = 9_007_199_254_740_991;
/// Number of elements that share a scale (QNT-1).
pub(crate) const SCALE_BLOCK_ELEMENTS: usize = 32;
/// The same for sums that are kept in u64 because they come from the wire (MSG-8).
pub(crate) const SCALE_BLOCK: u64 = 32;
/// Greatest number of elements of a dense tensor that is made of a sparse one (SPR-9).
pub(crate) const MAX_DENSE_ELEMENTS: usize = 4_194_304;

// Reed-Solomon codes and adaptive quantization

/// Least number of data shards of a code (RSC-4).
pub(crate) const MIN_DATA_SHARDS: u8 = 1;
/// Greatest number of data shards of a code (RSC-4).
pub(crate) const MAX_DATA_SHARDS: u8 = 128;
/// Least number of parity shards of a code (RSC-4).
pub(crate) const MIN_PARITY_SHARDS: u8 = 1;
/// Greatest number of parity shards of a code (RSC-4).
pub(crate) const MAX_PARITY_SHARDS: u8 = 32;
/// Greatest tolerance (ADA-2).
pub(crate) const MAX_TOLERANCE: i64 = 16_777_216;
/// Number of stream_ids whose qualities are remembered (ADA-16).
pub(crate) const MIN_QUALITY_STREAMS: usize = 1024;
/// Least tolerance of a controller (ADA-17, ADA-19).
pub(crate) const MIN_CONTROLLER_TOLERANCE: u32 = 1024;
/// Greatest tolerance of a controller (ADA-17, ADA-18).
pub(crate) const MAX_CONTROLLER_TOLERANCE: u32 = 1_048_576;
/// Until a controller that hears of no loss halves its tolerances (ADA-19).
pub(crate) const HALVE_MS: u64 = 10_000;
/// Greatest budget of a choice (ADA-2).
pub(crate) const MAX_BUDGET_BYTES: i64 = 4_294_967_295;

// Forward error correction

/// Least length of a repair datagram (FEC-14).
pub(crate) const MIN_REPAIR_BYTES: usize = 59;
/// Greatest length of a repair datagram (FEC-14).
pub(crate) const MAX_REPAIR_BYTES: usize = 65_507;
/// Greatest length of a frame that is in a group (FEC-27).
pub(crate) const MAX_PROTECTED_BYTES: usize = 65_481;
/// Greatest number of frames of a group (FEC-35).
pub(crate) const MAX_GROUP_FRAMES: usize = 128;
/// Greatest number of repair datagrams of a group (FEC-35).
pub(crate) const MAX_GROUP_REPAIRS: usize = 32;
/// Greatest step from one frame of a group to the next (FEC-35).
pub(crate) const MAX_STEP_NUMBERS: usize = 16;
/// Number of groups that a receiver knows (FEC-17).
pub(crate) const KNOWN_GROUPS: usize = 64;
/// Number of accepted frames that are kept for recovery (FEC-18).
pub(crate) const MIN_RECOVERY_FRAMES: usize = 2048;
/// Greatest number of their bytes (FEC-18).
pub(crate) const MIN_RECOVERY_BYTES: usize = 16_777_216;
/// Greatest number of bytes of the repair that is kept and the frames that wait (FEC-19).
pub(crate) const MAX_KEPT_REPAIR_BYTES: usize = 16_777_216;
/// After its first frame, when a group that is not whole ends (FEC-29).
pub(crate) const FLUSH_MS: u64 = 20;

// Multiplexing

/// Least number of open streams that a peer allows the other (MUX-2).
pub(crate) const MIN_MUX_STREAMS: u16 = 1;
/// Greatest number of open streams that a peer allows the other (MUX-2).
pub(crate) const MAX_MUX_STREAMS: u16 = 1024;
/// The least that a stream may run ahead of its receiver (MUX-2).
pub(crate) const MIN_MUX_FRAMES: u16 = 16;
/// The most that a stream may run ahead of its receiver (MUX-2).
pub(crate) const MAX_MUX_FRAMES: u16 = 1024;
/// Greatest number of data frames of a session that wait (MUX-12).
pub(crate) const MAX_WAITING_FRAMES: usize = 1024;
/// Greatest sum of their plain sizes (MUX-12).
pub(crate) const MAX_WAITING_TO_GO_BYTES: usize = 16_777_216;
/// After a stream began to wait, when blocked is sent (MUX-15).
pub(crate) const BLOCKED_REPEATS_MS: [u64; 4] = [1000, 3000, 7000, 15_000];
/// From then on, between one blocked and the next (MUX-15).
pub(crate) const BLOCKED_EVERY_MS: u64 = 15_000;
/// The time for which a stream that was reset counts as open (MUX-22, MUX-23).
pub(crate) const RESET_COUNTS_MS: u64 = 1000;
/// Greatest length of the code of a reset (section 1 of mux.md).
pub(crate) const MAX_RESET_CODE_CHARS: usize = 64;

// The handshake

/// Greatest number of replies in any one second (HSK-42).
pub(crate) const MAX_REPLIES_PER_SECOND: usize = 8;
/// That second.
pub(crate) const SECOND_MS: u64 = 1000;
/// After its first sending, when a ping is sent again (HSK-20).
pub(crate) const PING_REPEATS_MS: [u64; 3] = [1000, 3000, 7000];
/// After its first sending, when a ping is given up (HSK-21).
pub(crate) const HANDSHAKE_TIMEOUT_MS: u64 = 15_000;
/// Numbers that are known, from the highest that was accepted on a stream_id down (HSK-34).
pub(crate) const REPLAY_WINDOW_NUMBERS: u64 = 1024;
/// Number of stream_ids whose numbers are remembered (HSK-69).
pub(crate) const MIN_REMEMBERED_STREAMS: usize = 1024;
/// Greatest length of an embedding_space_id (HSK-10).
pub(crate) const MAX_SPACE_ID_CHARS: usize = 1024;
/// Number of answers to pings that are remembered (HSK-61).
pub(crate) const MIN_REMEMBERED_ANSWERS: usize = 64;
/// Number of stream_ids on which a peer sends under one salt (HSK-72).
pub(crate) const MIN_SENT_STREAMS: usize = 65_536;
/// Number of connections of an endpoint, unless it is given another. This bound is the crate's own.
pub const MAX_CONNECTIONS: usize = 64;

/// Number of sent datagrams whose memory a peer keeps for the next ones. This bound is the crate's own.
pub(crate) const MAX_SPARE_DATAGRAMS: usize = 4;

// Connections

/// Bytes of the length before a frame (TCP-1).
pub(crate) const LENGTH_BYTES: usize = 4;
/// After its first byte, when a frame has to be whole (TCP-8).
pub(crate) const FRAME_TIMEOUT_MS: u64 = 10_000;
/// After it was accepted, when a connection has to have a session (TCP-9).
pub(crate) const SESSION_TIMEOUT_MS: u64 = 15_000;
/// Greatest number of bytes of a connection that may wait for a slow reader (TCP-20).
pub const MAX_UNSENT_BYTES: usize = 16_777_216;
/// Greatest length of a frame that is sent as a datagram of QUIC (QUI-5).
pub(crate) const MAX_QUIC_DATAGRAM_BYTES: usize = 1_100;

// Streams

/// Numbers from the lowest that is missing on that can be held (STM-8).
pub(crate) const REORDER_WINDOW_NUMBERS: u64 = 1024;
/// Greatest number of bytes that wait in a session (STM-8).
pub(crate) const MAX_WAITING_BYTES: usize = 16_777_216;
/// Greatest number of open streams of the other end (STM-10).
pub(crate) const MIN_OPEN_STREAMS: usize = 64;
/// Number of closed streams that are remembered (STM-36).
pub(crate) const MIN_REMEMBERED_CLOSED_STREAMS: usize = 1024;
/// Number of numbers beyond the reorder window that are remembered as filled (STM-31).
pub(crate) const MIN_REMEMBERED_FAR_NUMBERS: usize = 1024;
/// Greatest number of missing numbers that an error names (STM-12, STM-13).
pub(crate) const MAX_MISSING_NUMBERS: usize = 64;
/// Greatest number of frames of one repair (STM-20).
pub(crate) const MAX_RESENT_FRAMES: usize = 64;
/// After its TAIL, how long a sent stream is kept for repair (STM-37).
pub(crate) const MIN_KEPT_MS: u64 = 10_000;
/// Greatest number of bytes that are kept for repair. This bound is the crate's own: beyond, the oldest go first.
pub(crate) const MAX_KEPT_BYTES: usize = 256 << 20;
/// Without a missing number, when a stream with a TAIL fails (STM-18).
pub(crate) const STREAM_TIMEOUT_MS: u64 = 10_000;
/// Without a sent frame, when a HEART is due (STM-22).
pub(crate) const HEART_MS: u64 = 15_000;
/// Without an accepted frame, when the other end is lost (STM-24).
pub(crate) const LOSS_MS: u64 = 45_000;
