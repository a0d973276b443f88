//! A received frame, as its checks see it.

use crate::frame::VFrameView;
use crate::peer::event::Reference;
use crate::wire_values::Flags;

/// A received frame that the frame layer accepted.
pub(crate) struct Arrival<'a> {
    pub(crate) view: &'a VFrameView<'a>,
    pub(crate) bytes: &'a [u8],
    pub(crate) is_sealed: bool,
    /// Whether its number is looked for and remembered (HSK-35).
    pub(crate) is_counted: bool,
}

impl Arrival<'_> {
    pub(crate) const fn stream_id(&self) -> u32 {
        self.view.stream_id()
    }

    pub(crate) const fn frame_seq(&self) -> u64 {
        self.view.frame_seq()
    }

    pub(crate) const fn reference(&self) -> Reference {
        Reference {
            stream_id: self.stream_id(),
            frame_seq: self.frame_seq(),
        }
    }

    pub(crate) fn is_strong(&self) -> bool {
        self.view.flags().contains(Flags::STRONG_TAIL)
    }
}
