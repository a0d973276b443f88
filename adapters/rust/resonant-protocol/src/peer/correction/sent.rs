//! Groups of frames that were sent, for which repair is due (FEC-26, FEC-29, FEC-30).

use std::collections::BTreeMap;

use crate::limits::FLUSH_MS;
use crate::peer::config::RepairGroups;
use crate::repair::{repair, GroupId};

/// The groups that have not ended.
#[derive(Default)]
pub(crate) struct SentGroups(BTreeMap<(u32, u64), Group>);

/// The frames of a group so far.
struct Group {
    id: GroupId,
    frames: Vec<Vec<u8>>,
    /// The time at which the first of them was sent.
    begun: u64,
}

impl Group {
    /// The time at which it ends as it is.
    fn deadline(&self) -> Option<u64> {
        self.begun.checked_add(FLUSH_MS)
    }
}

impl SentGroups {
    /// Puts a frame that was sent into its group. Gives the repair of one that is whole by that.
    pub(crate) fn add(
        &mut self,
        own: RepairGroups,
        (stream_id, number): (u32, u64),
        frame: &[u8],
        now: u64,
    ) -> Vec<Vec<u8>> {
        let groups = self.0.range_mut((stream_id, 0)..=(stream_id, u64::MAX));
        let goes_on = |group: &Group| group.id.number(group.frames.len()) == Some(number);
        let mut goes_on = groups.filter(|(_, group)| goes_on(group));
        let key = if let Some((key, group)) = goes_on.next() {
            group.frames.push(frame.to_vec());
            *key
        } else {
            let id = GroupId {
                stream_id,
                base: number,
                step: own.step,
            };
            let group = Group {
                id,
                frames: vec![frame.to_vec()],
                begun: now,
            };
            self.0.insert((stream_id, number), group);
            (stream_id, number)
        };
        let is_whole = self
            .0
            .get(&key)
            .is_some_and(|group| group.frames.len() >= own.k.into());
        if is_whole {
            self.end(key, own.r)
        } else {
            Vec::new()
        }
    }

    /// Ends all groups of a stream_id, and gives their repair, that with the lowest base first.
    pub(crate) fn end_all(&mut self, stream_id: u32, r: u8) -> Vec<Vec<u8>> {
        let groups = self.0.range((stream_id, 0)..=(stream_id, u64::MAX));
        let keys: Vec<(u32, u64)> = groups.map(|(key, _)| *key).collect();
        keys.into_iter().flat_map(|key| self.end(key, r)).collect()
    }

    /// Ends the group of the stream_id whose time has come, that with the lowest base if there are several.
    pub(crate) fn end_due(&mut self, stream_id: u32, r: u8, now: u64) -> Vec<Vec<u8>> {
        let mut groups = self.0.range((stream_id, 0)..=(stream_id, u64::MAX));
        let is_due = |group: &Group| group.deadline().is_some_and(|time| time <= now);
        let key = groups.find(|(_, group)| is_due(group)).map(|(key, _)| *key);
        key.map_or_else(Vec::new, |key| self.end(key, r))
    }

    fn end(&mut self, key: (u32, u64), r: u8) -> Vec<Vec<u8>> {
        let group = self.0.remove(&key);
        let repair = group.and_then(|group| repair(group.id, r, &group.frames).ok());
        repair.unwrap_or_default()
    }

    /// The earliest time at which a group ends, and its stream_id.
    pub(crate) fn due(&self) -> Option<(u64, u32)> {
        let due = self.0.values();
        due.filter_map(|group| Some((group.deadline()?, group.id.stream_id)))
            .min()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
