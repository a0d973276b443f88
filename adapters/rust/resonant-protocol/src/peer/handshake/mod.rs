//! The handshake: what is offered, answered and agreed.

mod agreement;
mod answers;
mod waiting;
pub(super) mod write;

pub(super) use agreement::Agreement;
pub(super) use answers::{Answer, Answers};
pub(super) use waiting::Waiting;
