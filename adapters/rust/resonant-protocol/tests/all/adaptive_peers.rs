//! Peers that choose the form of their tensors: the worked conversation between two of them, and the API's own refusals.

use crate::support::talk;
use crate::support::talk::{config, delivered, names, receive_all, session};
use resonant_protocol::endpoint::Endpoint;
use resonant_protocol::net::TcpEndpoint;
use resonant_protocol::peer::{
    Adaptive, AdaptiveMessage, AdaptiveTensor, Config, Event, Output, Peer, Role,
};
use resonant_protocol::quant::Source;
use resonant_protocol::{DType, FrameError, Modality, MsgType, RejectCode, SliceMeta};

/// The tensor of section 4 of adaptive.md: I8 passes from 156, Q4 from 117,493.
const ROW: [u16; 8] = [
    0x3c00, 0xb800, 0x3400, 0x2c92, 0x32db, 0xbc00, 0x8000, 0x0000,
];

fn worked() -> Vec<u8> {
    let rows = [ROW; 4].into_iter().flatten();
    rows.flat_map(u16::to_le_bytes).collect()
}

fn dense(data: &[u8]) -> AdaptiveTensor<'_> {
    AdaptiveTensor {
        source: Source::F16,
        dims: &[4, 8],
        data,
    }
}

fn choosing(adaptive: Adaptive) -> Config {
    Config {
        dtype: names(&["f16", "i8", "q4"]),
        adaptive: Some(adaptive),
        ..config()
    }
}

fn send(
    peer: &mut Peer,
    stream_id: u32,
    mtype: MsgType,
    count: usize,
    now: u64,
) -> Result<Output, FrameError> {
    let data = worked();
    let tensors = vec![dense(&data); count];
    let message = AdaptiveMessage::new(mtype, Modality::Text, &tensors);
    peer.send_adaptive(stream_id, message, now)
}

/// The dtypes of the first slices of the tensors that arrive at the other end.
fn forms(from: &mut Peer, to: &mut Peer, stream_id: u32, mtype: MsgType, now: u64) -> Vec<DType> {
    let count = if mtype == MsgType::Cache { 2 } else { 1 };
    let sent = send(from, stream_id, mtype, count, now).expect("a message");
    let got = receive_all(to, &sent, now);
    let [Event::Message(frame)] = got.events.as_slice() else {
        panic!("{:?}", got.events);
    };
    let dtypes = frame.slices.iter().map(|(meta, _)| meta);
    let firsts = dtypes.filter(|meta| meta.shape == [4, 8]);
    firsts.map(|meta| meta.dtype).collect()
}

/// A TAIL of the client that finds numbers missing, and the answer to it.
fn lose(client: &mut Peer, server: &mut Peer, stream_id: u32, now: u64) {
    let head = client
        .open_stream(stream_id, false, None, now)
        .expect("one");
    let lost = client
        .send(stream_id, talk::think(b"lost"), now)
        .expect("a frame");
    let tail = client.close_stream(stream_id, now).expect("a TAIL");
    receive_all(server, &head, now);
    let asked = receive_all(server, &tail, now);
    let again = receive_all(client, &asked, now);
    assert_eq!(again.datagrams[0], lost.datagrams[0]);
    assert_eq!(delivered(&receive_all(server, &again, now).events), [1]);
}

#[test]
fn the_worked_conversation_has_its_forms() {
    use DType::{I8, Q4};
    let own = Adaptive {
        tolerance: 16_777,
        keys: Some(156),
        values: Some(117_493),
        controller: true,
    };
    let theirs = Config {
        salt: [2; 16],
        ..config()
    };
    let (mut client, mut server) = session(choosing(own), theirs);
    let think = |client: &mut Peer, server: &mut Peer, stream_id, now| {
        forms(client, server, stream_id, MsgType::Think, now)
    };
    assert_eq!(think(&mut client, &mut server, 3, 0), [I8]);
    let cache = forms(&mut client, &mut server, 3, MsgType::Cache, 0);
    assert_eq!(cache, [I8, Q4]);
    let told = server.send_quality(3, 150_000, 0).expect("a quality");
    assert_eq!(receive_all(&mut client, &told, 0), Output::default());
    assert_eq!(think(&mut client, &mut server, 3, 0), [Q4]);
    assert_eq!(think(&mut client, &mut server, 5, 0), [I8]);
    for (stream_id, second) in [(7, 1), (9, 2), (11, 3)] {
        lose(&mut client, &mut server, stream_id, second * 1000);
    }
    assert_eq!(think(&mut client, &mut server, 5, 12_999), [Q4]);
    assert_eq!(think(&mut client, &mut server, 5, 13_000), [I8]);
}

#[test]
fn a_refused_request_sends_nothing_and_takes_no_number() {
    let own = choosing(Adaptive::within(0));
    let coarse = Config {
        dtype: names(&["q4"]),
        ..config()
    };
    let (mut client, mut server) = session(own, coarse);
    let refused = send(&mut client, 3, MsgType::Think, 1, 0).expect_err("no exact form");
    assert_eq!(refused.code(), RejectCode::Tolerance);
    let refused = client.send_quality(3, 16_777_217, 0).expect_err("a range");
    assert_eq!(
        (refused.code(), refused.clause()),
        (RejectCode::FieldRange, "ADA-14")
    );
    let told = client.send_quality(3, 16_777_216, 0).expect("a quality");
    receive_all(&mut server, &told, 0);
    let told = server.send_quality(3, 16_777_216, 0).expect("a quality");
    receive_all(&mut client, &told, 0);
    let sent = send(&mut client, 3, MsgType::Think, 1, 0).expect("a message");
    assert_eq!(delivered(&receive_all(&mut server, &sent, 0).events), [1]);
}

#[test]
fn what_only_the_api_can_ask_for_is_refused() {
    let (mut client, _) = session(choosing(Adaptive::within(0)), config());
    let refused = send(&mut client, 3, MsgType::Sync, 1, 0).expect_err("no data frame");
    assert_eq!(refused.code(), RejectCode::FieldRange);
    let scalar = AdaptiveTensor {
        dims: &[],
        ..dense(&[0, 0])
    };
    let message = AdaptiveMessage::new(
        MsgType::Think,
        Modality::Text,
        std::slice::from_ref(&scalar),
    );
    let refused = client.send_adaptive(3, message, 0).expect_err("no dims");
    assert_eq!(refused.code(), RejectCode::BadRank);
    let (mut client, _) = session(config(), config());
    let refused = send(&mut client, 3, MsgType::Think, 1, 0).expect_err("no tolerance");
    assert_eq!(
        (refused.code(), refused.clause()),
        (RejectCode::UnsupportedFeature, "ADA-13")
    );
}

#[test]
fn a_tolerance_out_of_its_range_makes_no_peer() {
    let most = 16_777_216;
    for own in [
        Adaptive::within(most + 1),
        Adaptive {
            keys: Some(most + 1),
            ..Adaptive::within(0)
        },
        Adaptive {
            values: Some(most + 1),
            ..Adaptive::within(0)
        },
    ] {
        let refused = Peer::new(Role::Server, choosing(own), 0).expect_err("a range");
        assert_eq!(refused.code(), RejectCode::FieldRange);
    }
    assert!(Peer::new(Role::Server, choosing(Adaptive::within(most)), 0).is_ok());
}

#[test]
fn each_link_of_an_endpoint_has_tolerances_of_its_own() {
    let salts = (1..).map(|number| [number; 16]);
    let own = choosing(Adaptive::within(16_777));
    let mut server = Endpoint::new(Role::Server, own, salts).expect("a configuration");
    let client = |salt| {
        let config = Config {
            salt: [salt; 16],
            ..config()
        };
        talk::client(config)
    };
    for (link, salt, told) in [("a", 101, 150_000), ("b", 102, 0)] {
        let mut client = client(salt);
        let ping = client.ping(1, 0).expect("a ping");
        let answer = server.receive(link, &ping.datagrams[0], 0);
        client.receive(&answer.datagrams[0].1, 0);
        let told = client.send_quality(3, told, 0).expect("a quality");
        let heard = server.receive(link, &told.datagrams[0], 0);
        assert!(heard.events.is_empty(), "{link}");
    }
    for (link, form) in [("a", DType::Q4), ("b", DType::I8)] {
        let asked = server.request(&link, |peer| send(peer, 3, MsgType::Think, 1, 0));
        let (_, datagram) = &asked.expect("a message").datagrams[0];
        let frame = resonant_protocol::VFrame::decode(datagram).expect("a frame");
        assert_eq!(frame.slices[0].0.dtype, form, "{link}");
    }
}

#[test]
fn a_critique_goes_over_tcp_with_its_mask() {
    let salts = |first: u8| (first..).map(|number| [number; 16]);
    let own = choosing(Adaptive::within(16_777_216));
    let mut server = TcpEndpoint::listen("127.0.0.1:0", config(), salts(0)).expect("a port");
    let address = server.local_addr();
    let answering = std::thread::spawn(move || loop {
        if let Some((_, Event::Message(frame))) = server.next_event(None) {
            return frame;
        }
    });
    let (mut client, link) = TcpEndpoint::connect(address, own, salts(100), 1).expect("a server");
    while !matches!(client.next_event(None), Some((_, Event::Established(_)))) {}
    let data = worked();
    let tensors = [dense(&data)];
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![4, 8],
    };
    let message = AdaptiveMessage {
        slices: vec![(meta, vec![1; 32])],
        ..AdaptiveMessage::new(MsgType::Critique, Modality::Text, &tensors)
    };
    client
        .request(&link, |peer, now_ms| peer.send_adaptive(3, message, now_ms))
        .expect("a message");
    let frame = answering.join().expect("a frame");
    let shapes = frame
        .slices
        .iter()
        .map(|(meta, _)| (meta.dtype, meta.shape.as_slice()));
    let expected: [(DType, &[u32]); 3] = [
        (DType::I8, &[4, 8]),
        (DType::F16, &[1]),
        (DType::I8, &[4, 8]),
    ];
    assert!(shapes.eq(expected));
}
