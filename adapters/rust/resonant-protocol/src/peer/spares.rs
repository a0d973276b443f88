//! Memory of sent datagrams, for the next ones.

use crate::limits::{MAX_FRAME_LEN, MAX_SPARE_DATAGRAMS};

/// A few empty vectors. What each may have room for is bounded, so that nobody's large one is kept for ever.
#[derive(Default)]
pub(super) struct Spares(Vec<Vec<u8>>);

impl Spares {
    /// An empty vector, with memory if there is any.
    pub(super) fn take(&mut self) -> Vec<u8> {
        self.0.pop().unwrap_or_default()
    }

    /// Keeps the memory of a vector, unless it is too much.
    pub(super) fn put(&mut self, mut datagram: Vec<u8>) {
        let is_of_use = (1..=MAX_FRAME_LEN).contains(&datagram.capacity());
        if is_of_use && self.0.len() < MAX_SPARE_DATAGRAMS {
            datagram.clear();
            self.0.push(datagram);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_kept_within_bounds_and_holds_nothing() {
        let mut spares = Spares::default();
        spares.put(Vec::new());
        spares.put(Vec::with_capacity(MAX_FRAME_LEN + 1));
        assert_eq!(spares.take().capacity(), 0);
        for fill in 0..9 {
            spares.put(vec![fill; MAX_FRAME_LEN]);
        }
        let kept: Vec<Vec<u8>> = std::mem::take(&mut spares.0);
        assert_eq!(kept.len(), MAX_SPARE_DATAGRAMS);
        assert!(kept.iter().all(Vec::is_empty));
    }
}
