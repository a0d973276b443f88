//! A testee's session and the other ends of its peers.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use resonant_protocol::{DType, JsonObject, Message, Modality, MsgType, SliceMeta, VFrame};
use resonant_testee_kit::pieces::cut;
use resonant_testee_kit::session::Session;
use resonant_testee_kit::Wires;
use serde_json::{json, Value};
use testee::ops::ops;
use testee::peers::Peers;

/// A session that hello has opened, and the address of its wire socket.
pub struct Testee {
    session: Session<Peers>,
    wire: SocketAddr,
    id: u32,
}

impl Testee {
    pub fn new() -> Self {
        let wire = UdpSocket::bind("127.0.0.1:0").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = wire.local_addr().unwrap();
        let wires = Wires {
            udp: Some(wire),
            tcp: Some(listener),
            quic: Some(UdpSocket::bind("127.0.0.1:0").unwrap()), // which a testee without the feature leaves alone
        };
        let mut testee = Self {
            session: Session::new("t".to_owned(), ops(), Peers::new(wires).unwrap()),
            wire: address,
            id: 0,
        };
        assert!(testee.ask("hello", json!({"token": "t"}))["ok"].is_object());
        testee
    }

    pub fn ask(&mut self, op: &str, input: Value) -> Value {
        self.id += 1;
        let request = json!({"op": op, "case": "", "profile": "handshake", "input": input});
        let datagrams = cut(self.id, request.to_string().as_bytes()).unwrap();
        let runner = SocketAddr::from(([127, 0, 0, 1], 1));
        let replies = datagrams
            .iter()
            .map(|datagram| self.session.receive(datagram, runner));
        let reply = replies.last().flatten().expect("a reply");
        serde_json::from_slice(&reply.datagram[12..]).expect("JSON")
    }

    pub fn ok(&mut self, op: &str, input: Value) {
        assert_eq!(self.ask(op, input), json!({"ok": {}}), "{op}");
    }

    pub fn open_server(&mut self) {
        self.ok("peer_open", json!({"role": "server", "config": config()}));
    }

    pub fn poll(&mut self) -> Vec<Value> {
        let reply = self.ask("peer_poll", json!({}));
        reply["ok"]["events"].as_array().expect("events").clone()
    }
}

pub fn config() -> Value {
    json!({
        "embedding_space_id": "", "space_hash32": 0, "d_model": 8, "modality": ["text"],
        "compress": ["none"], "crypto": ["none"], "dtype": ["i8"], "critique": false,
        "require_crypto": false, "salt": "00".repeat(16),
    })
}

/// The other end of a conversation. What a testee sends is there when its reply is (TST-17).
pub struct End(UdpSocket);

impl End {
    pub fn new(testee: &Testee) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(testee.wire).unwrap();
        Self(socket)
    }

    /// Its name for a testee that is a server.
    pub fn link(&self) -> String {
        format!("udp-{}", self.port())
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    pub fn send(&self, frame: VFrame, stream_id: u32, frame_seq: u64) {
        let mut frame = frame;
        frame.hdr.stream_id = stream_id;
        frame.hdr.frame_seq = frame_seq;
        self.0.send(&frame.encode().unwrap()).unwrap();
    }

    pub fn ping(&self) {
        self.send(sync(r#"{"method":"ping","ts":0}"#), 1, 0);
    }

    pub fn next(&self) -> VFrame {
        VFrame::decode(&self.next_datagram()).expect("a frame")
    }

    pub fn next_datagram(&self) -> Vec<u8> {
        let mut buffer = [0; 65_536];
        let limit = Some(Duration::from_secs(10));
        self.0.set_read_timeout(limit).unwrap();
        let length = self.0.recv(&mut buffer).expect("a datagram");
        buffer[..length].to_vec()
    }

    /// The method of the next frame.
    pub fn method(&self) -> String {
        let frame = self.next();
        let Ok(Message::Sync { json }) = Message::from_frame(&frame) else {
            panic!("{frame:?}");
        };
        let object: Value = serde_json::from_str(json.text()).unwrap();
        object["method"].as_str().expect("a method").to_owned()
    }

    pub fn is_idle(&self) -> bool {
        self.0.set_nonblocking(true).unwrap();
        let outcome = self.0.recv(&mut [0; 65_536]);
        self.0.set_nonblocking(false).unwrap();
        outcome.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

pub fn sync(json: &str) -> VFrame {
    let json = JsonObject::parse(json.as_bytes()).unwrap();
    Message::Sync { json }.to_frame(Modality::Text).unwrap()
}

pub fn think() -> VFrame {
    let (dtype, shape) = (DType::I8, vec![2]);
    let slices = vec![(SliceMeta { dtype, shape }, vec![1, 255])];
    VFrame::new(MsgType::Think, Modality::Text, slices).unwrap()
}

pub fn message() -> Value {
    json!({"kind": "message", "stream_id": 3, "type": 0, "modality": 0,
        "slices": [{"dtype": 2, "dims": [2], "payload": "01ff"}]})
}
