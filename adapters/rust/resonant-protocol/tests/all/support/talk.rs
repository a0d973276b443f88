//! Helpers for the tests of peers: configurations, a session, frames of the other end.

use resonant_protocol::crypto::{frame_nonce, Key};
use resonant_protocol::peer::{Config, Event, Output, Peer, Role};
use resonant_protocol::{
    DType, EncodeOptions, Flags, Json, JsonObject, Message, Modality, MsgType, RejectCode,
    SliceMeta, VFrame,
};

pub const HASH: u32 = 0x1234_5678;
pub const KEY: Key = [7; 32];
pub const SEALED: &str = "xchacha20poly1305";

pub fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Everything, unsealed and uncompressed.
pub fn config() -> Config {
    Config {
        embedding_space_id: "demo".to_owned(),
        space_hash32: HASH,
        d_model: 2048,
        modality: names(&["text", "image", "audio", "graph", "mixed"]),
        compress: names(&["none"]),
        crypto: names(&["none"]),
        dtype: names(&["f16", "i8", "q4", "sparse"]),
        critique: true,
        require_crypto: false,
        key: None,
        salt: [1; 16],
        mux: None,
        fec: None,
        repair: None,
        adaptive: None,
    }
}

/// As [`config`], with a key, a salt of its own and insistence on it.
pub fn sealing(salt: u8) -> Config {
    Config {
        crypto: names(&[SEALED]),
        require_crypto: true,
        key: Some(KEY),
        salt: [salt; 16],
        mux: None,
        fec: None,
        repair: None,
        adaptive: None,
        ..config()
    }
}

pub fn server(config: Config) -> Peer {
    Peer::new(Role::Server, config, 0).expect("a configuration")
}

pub fn client(config: Config) -> Peer {
    Peer::new(Role::Client, config, 0).expect("a configuration")
}

/// A client and a server with a session from the time 0 on; both have sent number 0 on stream_id 1.
pub fn session(ours: Config, theirs: Config) -> (Peer, Peer) {
    let (mut client, mut server) = (client(ours), server(theirs));
    let ping = client.ping(1, 0).expect("a ping");
    let capability = receive_all(&mut server, &ping, 0);
    receive_all(&mut client, &capability, 0);
    assert!(client.is_established() && server.is_established());
    (client, server)
}

/// Hands the datagrams of one peer to the other.
pub fn receive_all(to: &mut Peer, output: &Output, now: u64) -> Output {
    let mut all = Output::default();
    for datagram in &output.datagrams {
        let output = to.receive(datagram, now);
        all.datagrams.extend(output.datagrams);
        all.events.extend(output.events);
    }
    all
}

/// One I8 slice.
pub fn think(payload: &[u8]) -> VFrame {
    let shape = vec![u32::try_from(payload.len()).expect("a short payload")];
    let meta = SliceMeta {
        dtype: DType::I8,
        shape,
    };
    let slices = vec![(meta, payload.to_vec())];
    VFrame::new(MsgType::Think, Modality::Text, slices).expect("a frame")
}

/// A frame as another implementation would send it.
pub fn wire(mut frame: VFrame, stream_id: u32, frame_seq: u64, flags: Flags) -> Vec<u8> {
    frame.hdr.stream_id = stream_id;
    frame.hdr.frame_seq = frame_seq;
    frame.hdr.flags = flags;
    frame.hdr.space_hash32 = HASH;
    let nonce = frame_nonce(&[99; 16], stream_id, frame_seq);
    let options = EncodeOptions::new().key(&KEY).nonce(&nonce);
    frame.encode_with(&options).expect("a frame")
}

pub fn wire_think(stream_id: u32, frame_seq: u64) -> Vec<u8> {
    wire(think(b"thought"), stream_id, frame_seq, Flags::empty())
}

pub fn sync(json: &str) -> VFrame {
    let json = JsonObject::parse(json.as_bytes()).expect("an object");
    let message = Message::Sync { json };
    message.to_frame(Modality::Text).expect("a frame")
}

pub fn wire_sync(json: &str, stream_id: u32, frame_seq: u64) -> Vec<u8> {
    wire(sync(json), stream_id, frame_seq, Flags::empty())
}

pub fn heart() -> VFrame {
    Message::Heart.to_frame(Modality::Text).expect("a frame")
}

pub fn wire_heart(stream_id: u32, frame_seq: u64) -> Vec<u8> {
    wire(heart(), stream_id, frame_seq, Flags::empty())
}

/// The JSON object of a sent Sync frame that is not sealed.
pub fn json(datagram: &[u8]) -> JsonObject {
    let frame = VFrame::decode(datagram).expect("a frame");
    match Message::from_frame(&frame) {
        Ok(Message::Sync { json }) => json,
        other => panic!("{other:?} is not a Sync frame with JSON"),
    }
}

/// A string member of such an object.
pub fn text(datagram: &[u8], name: &str) -> String {
    match json(datagram).get(name) {
        Some(Json::Text(text)) => text.clone(),
        other => panic!("{name} is {other:?}"),
    }
}

/// The code of the only datagram, an error.
pub fn error_code(output: &Output) -> String {
    let [datagram] = output.datagrams.as_slice() else {
        panic!("{} datagrams", output.datagrams.len());
    };
    assert_eq!(text(datagram, "method"), "error");
    text(datagram, "code")
}

pub fn dropped(code: RejectCode) -> Vec<Event> {
    vec![Event::Dropped { code }]
}

/// The numbers of delivered messages.
pub fn delivered(events: &[Event]) -> Vec<u64> {
    let numbers = events.iter().filter_map(|event| match event {
        Event::Message(frame) => Some(frame.hdr.frame_seq),
        _ => None,
    });
    numbers.collect()
}

/// A server for whose client the stream 3 is open, by a HEAD with these members.
pub fn opened(members: &str, flags: Flags) -> Peer {
    let mut server = session(config(), config()).1;
    let head = format!(r#"{{"method":"head","dir":"up"{members}}}"#);
    let events = server.receive(&wire(sync(&head), 3, 0, flags), 0).events;
    assert!(matches!(events[..], [Event::Opened { stream_id: 3, .. }]));
    server
}
