//! Replays a dialogue (`vectors/dialogues.md`) against peers of the crate, one for each address.

use std::collections::{BTreeMap, VecDeque};

use resonant_protocol::peer::{Config, Output, Peer, Role};
use serde_json::{Map, Value};

use super::dialogue_acts::{config, number, perform};
use super::dialogue_judge::{compare_events, compare_frame, event_json};
use super::judge::Verdict;
use super::support::{close, unhex};

/// One dialogue: its peers, the clock, and what has come from them and was not claimed yet.
struct Dialogue {
    role: Role,
    config: Config,
    clock: u64,
    /// In the order in which their addresses first appeared.
    peers: Vec<(String, Peer)>,
    datagrams: BTreeMap<String, VecDeque<Vec<u8>>>,
    events: Vec<Value>,
    named: BTreeMap<String, Vec<u8>>,
}

/// Whether every step holds.
pub fn replay(input: &Value) -> Verdict {
    let role = match input["role"].as_str() {
        Some("client") => Role::Client,
        Some("server") => Role::Server,
        other => return Err(format!("role {other:?}")),
    };
    let mut dialogue = Dialogue {
        role,
        config: config(&input["config"]),
        clock: 0,
        peers: Vec::new(),
        datagrams: BTreeMap::new(),
        events: Vec::new(),
        named: BTreeMap::new(),
    };
    if role == Role::Client {
        let stream_id = number(&input["stream_id"]);
        let output = dialogue.peer("a").ping(stream_id, 0);
        dialogue.keep("a", output.map_err(|error| error.to_string())?);
    }
    for (place, step) in input["steps"].as_array().expect("steps").iter().enumerate() {
        let verdict = dialogue.step(step.as_object().expect("a step"));
        verdict.map_err(|what| format!("step {place}: {what}"))?;
    }
    dialogue.end()
}

impl Dialogue {
    fn step(&mut self, step: &Map<String, Value>) -> Verdict {
        let from = step.get("peer").and_then(Value::as_str).unwrap_or("a");
        let known = step.keys().find(|name| {
            !["peer", "as", "reject", "optional"].contains(&name.as_str()) // they qualify the step
        });
        let kind = known.expect("a kind of step").as_str();
        let value = &step[kind];
        match kind {
            "send" => self.send(from, &unhex(value.as_str().expect("hex"))),
            "send_each" => self.send_each(from, value),
            "act" => return self.act(from, value, step.get("reject")),
            "advance" => self.advance(number(value)),
            "expect" => return self.expect(from, value, step.get("as")),
            "expect_again" if step.contains_key("optional") => {
                let allowed = &self.named[value.as_str().expect("a name")];
                let came = self.datagrams.entry(from.to_owned()).or_default();
                while came.front() == Some(allowed) {
                    came.pop_front();
                }
            }
            "expect_again" => {
                let datagram = self.next_datagram(from)?;
                let same = self.named.get(value.as_str().expect("a name")) == Some(&datagram);
                return same.then_some(()).ok_or("another datagram".to_owned());
            }
            "expect_nothing" => return self.expect_nothing(from),
            "events" => {
                let events = std::mem::take(&mut self.events);
                return compare_events(&events, value.as_array().expect("events"));
            }
            other => return Err(format!("unknown step {other}")),
        }
        Ok(())
    }

    fn end(mut self) -> Verdict {
        let addresses: Vec<String> = self.datagrams.keys().cloned().collect();
        for address in addresses {
            self.expect_nothing(&address)?;
        }
        compare_events(&std::mem::take(&mut self.events), &[])
    }

    /// The peer for an address. Only the first has the salt of the configuration.
    fn peer(&mut self, address: &str) -> &mut Peer {
        let place = self.peers.iter().position(|(known, _)| known == address);
        let place = place.unwrap_or_else(|| {
            let mut config = self.config.clone();
            if !self.peers.is_empty() {
                config.salt = [u8::try_from(self.peers.len()).unwrap(); 16];
            }
            let peer = Peer::new(self.role, config, self.clock).expect("a configuration");
            self.peers.push((address.to_owned(), peer));
            self.peers.len() - 1
        });
        &mut self.peers[place].1
    }

    fn keep(&mut self, address: &str, output: Output) {
        let datagrams = self.datagrams.entry(address.to_owned()).or_default();
        datagrams.extend(output.datagrams);
        let events = output.events.iter();
        self.events
            .extend(events.map(|event| event_json(address, event)));
    }

    fn send(&mut self, from: &str, datagram: &[u8]) {
        let clock = self.clock;
        let output = self.peer(from).receive(datagram, clock);
        self.keep(from, output);
    }

    fn send_each(&mut self, from: &str, value: &Value) {
        let frame = unhex(value["frame"].as_str().expect("hex"));
        for frame_seq in number::<u64>(&value["from"])..=number(&value["to"]) {
            let mut content = frame[..frame.len() - 4].to_vec();
            content[8..16].copy_from_slice(&frame_seq.to_le_bytes());
            self.send(from, &close(content));
        }
    }

    fn act(&mut self, from: &str, act: &Value, reject: Option<&Value>) -> Verdict {
        let clock = self.clock;
        let outcome = perform(self.peer(from), act, clock);
        match (outcome, reject) {
            (Ok(output), None) => self.keep(from, output),
            (Err(error), Some(code)) if code == error.code().as_str() => {}
            (outcome, reject) => return Err(format!("{outcome:?} instead of {reject:?}")),
        }
        Ok(())
    }

    /// Deadlines are met in the order of their times, whichever peer they belong to.
    fn advance(&mut self, milliseconds: u64) {
        let end = self.clock + milliseconds;
        loop {
            let deadlines = self.peers.iter().filter_map(|(_, peer)| peer.deadline_ms());
            self.clock = deadlines.min().map_or(end, |time| time.min(end));
            for place in 0..self.peers.len() {
                let output = self.peers[place].1.advance(self.clock);
                let address = self.peers[place].0.clone();
                self.keep(&address, output);
            }
            if self.clock == end {
                return;
            }
        }
    }

    fn next_datagram(&mut self, from: &str) -> Result<Vec<u8>, String> {
        let datagrams = self.datagrams.get_mut(from);
        let datagram = datagrams.and_then(VecDeque::pop_front);
        datagram.ok_or("no datagram came".to_owned())
    }

    fn expect(&mut self, from: &str, frame: &Value, name: Option<&Value>) -> Verdict {
        let datagram = self.next_datagram(from)?;
        compare_frame(&datagram, frame, self.config.key.as_ref())?;
        if let Some(name) = name.and_then(Value::as_str) {
            self.named.insert(name.to_owned(), datagram);
        }
        Ok(())
    }

    fn expect_nothing(&mut self, from: &str) -> Verdict {
        match self.next_datagram(from) {
            Err(_) => Ok(()),
            Ok(datagram) => Err(format!("a datagram too many: {datagram:02x?}")),
        }
    }
}
