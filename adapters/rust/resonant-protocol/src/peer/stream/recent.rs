//! State by stream_id, of the stream_ids used last.

use std::collections::BTreeMap;

/// A map of at most `MOST` stream_ids, which forgets the one that was used longest ago.
#[derive(Debug)]
pub(crate) struct Recent<V, const MOST: usize> {
    entries: BTreeMap<u32, (u64, V)>,
    /// The stream_ids by their last use.
    uses: BTreeMap<u64, u32>,
    count: u64,
}

impl<V, const MOST: usize> Default for Recent<V, MOST> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            uses: BTreeMap::new(),
            count: 0,
        }
    }
}

impl<V: Default, const MOST: usize> Recent<V, MOST> {
    pub(crate) fn get(&self, stream_id: u32) -> Option<&V> {
        self.entries.get(&stream_id).map(|(_, value)| value)
    }

    /// Uses a stream_id, which begins with the default.
    pub(crate) fn touch(&mut self, stream_id: u32) -> &mut V {
        self.count = self.count.saturating_add(1);
        let value = self.remove(stream_id).unwrap_or_default();
        if self.entries.len() >= MOST
            && let Some((_, oldest)) = self.uses.pop_first()
        {
            self.entries.remove(&oldest);
        }
        self.uses.insert(self.count, stream_id);
        let entry = self.entries.entry(stream_id).or_insert((self.count, value));
        &mut entry.1
    }

    pub(crate) fn remove(&mut self, stream_id: u32) -> Option<V> {
        let (last_use, value) = self.entries.remove(&stream_id)?;
        self.uses.remove(&last_use);
        Some(value)
    }
}
