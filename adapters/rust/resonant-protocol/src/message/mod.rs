//! Messages: what the slices of a frame mean, borrowed and owned.

mod explanation;
mod owned;
mod slices;
mod slots;

pub use explanation::Explanation;
pub use owned::Message;
pub(crate) use slices::MessageSlices;
pub(crate) use slots::write_tensor;
