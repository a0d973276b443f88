//! Replays a dialogue (`vectors/dialogues.md`) against an endpoint of the crate, a link for each address.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::iter;

use resonant_protocol::crypto::Key;
use resonant_protocol::endpoint::{Endpoint, Outputs};
use resonant_protocol::peer::Role;
use serde_json::{Map, Value};

use super::dialogue_acts::{config, number, perform};
use super::dialogue_judge::{compare_events, compare_frame, event_json};
use super::judge::Verdict;
use super::whole::Steps;
use super::{close, unhex};

/// One dialogue: its endpoint, the clock, and what has come from it and was not claimed yet.
struct Dialogue {
    endpoint: Endpoint<String>,
    over_tcp: bool,
    key: Option<Key>,
    clock: u64,
    datagrams: BTreeMap<String, VecDeque<Vec<u8>>>,
    events: Vec<Value>,
    named: BTreeMap<String, Vec<u8>>,
}

/// Agrees if every step holds over this transport.
pub fn replay(input: &Value, given: &Value, steps: &Steps, transport: &str) -> Verdict {
    let over_tcp = match transport {
        "udp" => false,
        "tcp" => true,
        other => return Err(format!("transport {other}")),
    };
    let role = match input["role"].as_str() {
        Some("client") => Role::Client,
        Some("server") => Role::Server,
        other => return Err(format!("role {other:?}")),
    };
    let config = config(given);
    let further = (1..=u8::MAX).map(|number| [number; 16]);
    let salts = iter::once(config.salt).chain(further);
    let key = config.key;
    let endpoint = Endpoint::new(role, config, salts).expect("a configuration");
    let mut dialogue = Dialogue {
        endpoint: endpoint.keeping_lost().with_limit(1024),
        over_tcp,
        key,
        clock: 0,
        datagrams: BTreeMap::new(),
        events: Vec::new(),
        named: BTreeMap::new(),
    };
    if role == Role::Client {
        let (server, stream_id) = ("a".to_owned(), number(&input["stream_id"]));
        let pinged = if over_tcp {
            dialogue.endpoint.connect_over_tcp(server, stream_id, 0)
        } else {
            dialogue.endpoint.connect(server, stream_id, 0)
        };
        dialogue.keep(pinged.map_err(|error| error.to_string())?);
    } else if over_tcp {
        let named = steps.iter().filter_map(|step| step["link"].as_str());
        for link in iter::once("a").chain(named).collect::<BTreeSet<_>>() {
            let accepted = dialogue.endpoint.accept(link.to_owned(), 0);
            dialogue.keep(accepted);
        }
    }
    for (place, step) in steps.iter().enumerate() {
        let verdict = dialogue.step(step.as_object().expect("a step"));
        verdict.map_err(|what| format!("step {place}: {what}"))?;
    }
    dialogue.end()
}

impl Dialogue {
    fn step(&mut self, step: &Map<String, Value>) -> Verdict {
        let from = step.get("link").and_then(Value::as_str).unwrap_or("a");
        let known = step.keys().find(|name| {
            !["link", "as", "reject", "optional"].contains(&name.as_str()) // they qualify the step
        });
        let kind = known.expect("a kind of step").as_str();
        let value = &step[kind];
        match kind {
            "send" => self.send(from, &unhex(value.as_str().expect("hex"))),
            "write" => self.write(from, &unhex(value.as_str().expect("hex"))),
            "close" => self.close(from, value.as_str().expect("a way to close")),
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
            "expect_bytes" => {
                let datagram = self.next_datagram(from)?;
                let same = datagram == unhex(value.as_str().expect("hex"));
                return same.then_some(()).ok_or("other bytes".to_owned());
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

    fn keep(&mut self, outputs: Outputs<String>) {
        for (address, datagram) in outputs.datagrams {
            let datagrams = self.datagrams.entry(address).or_default();
            datagrams.push_back(datagram);
        }
        let events = outputs.events.iter();
        self.events
            .extend(events.map(|(address, event)| event_json(address, event)));
    }

    fn send(&mut self, from: &str, datagram: &[u8]) {
        if self.over_tcp {
            let length = u32::try_from(datagram.len())
                .expect("a length")
                .to_le_bytes();
            return self.write(from, &[&length[..], datagram].concat());
        }
        let from = from.to_owned();
        let outputs = self.endpoint.receive(from, datagram, self.clock);
        self.keep(outputs);
    }

    fn write(&mut self, from: &str, bytes: &[u8]) {
        let outputs = self
            .endpoint
            .receive_bytes(&from.to_owned(), bytes, self.clock);
        self.keep(outputs);
    }

    fn close(&mut self, from: &str, way: &str) {
        let (from, clock) = (from.to_owned(), self.clock);
        let outputs = if way == "reset" {
            self.endpoint.reset(&from, clock)
        } else {
            self.endpoint.end(&from, clock)
        };
        self.keep(outputs);
    }

    fn send_each(&mut self, from: &str, value: &Value) {
        let frame = unhex(value["frame"].as_str().expect("hex"));
        for frame_seq in number::<u64>(&value["from"])..=number(&value["to"]) {
            let mut content = frame[..frame.len() - 4].to_vec();
            content[8..16].copy_from_slice(&frame_seq.to_le_bytes());
            self.send(from, &close(content));
        }
    }

    fn act(&mut self, to: &str, act: &Value, reject: Option<&Value>) -> Verdict {
        let (to, clock) = (to.to_owned(), self.clock);
        let outcome = self.endpoint.request(&to, |peer| perform(peer, act, clock));
        match (outcome, reject) {
            (Ok(outputs), None) => self.keep(outputs),
            (Err(error), Some(code)) if code == error.code().as_str() => {}
            (outcome, reject) => return Err(format!("{outcome:?} instead of {reject:?}")),
        }
        Ok(())
    }

    fn advance(&mut self, milliseconds: u64) {
        self.clock += milliseconds;
        let outputs = self.endpoint.advance(self.clock);
        self.keep(outputs);
    }

    fn next_datagram(&mut self, from: &str) -> Result<Vec<u8>, String> {
        let datagrams = self.datagrams.get_mut(from);
        let datagram = datagrams.and_then(VecDeque::pop_front);
        datagram.ok_or("no datagram came".to_owned())
    }

    fn expect(&mut self, from: &str, frame: &Value, name: Option<&Value>) -> Verdict {
        let datagram = self.next_datagram(from)?;
        compare_frame(&datagram, frame, self.key.as_ref())?;
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
