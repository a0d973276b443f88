//! Multiplexing between two peers: credit, blocked, the ends of streams and their order (MUX-9 to MUX-30).

use crate::support::slice;
use crate::support::talk;
use resonant_protocol::peer::{Config, Event, Mux, Output, Peer, Role};
use resonant_protocol::{DType, Modality, MsgType, RejectCode, VFrame, VFrameView};

fn config(streams: u16, frames: u16) -> Config {
    Config {
        mux: Some(Mux { streams, frames }),
        ..talk::config()
    }
}

/// A client with a session, and its server, which grants 2 streams of 16 frames.
fn pair() -> (Peer, Peer) {
    let mut client = Peer::new(Role::Client, config(3, 20), 0).unwrap();
    let mut server = Peer::new(Role::Server, config(2, 16), 0).unwrap();
    let ping = client.ping(1, 0).unwrap();
    let capability = server.receive(&ping.datagrams[0], 0);
    let [Event::Established(at_server)] = &capability.events[..] else {
        panic!("{:?}", capability.events);
    };
    assert_eq!(
        at_server.mux,
        Some(Mux {
            streams: 3,
            frames: 20
        })
    );
    let answered = client.receive(&capability.datagrams[0], 0);
    let [Event::Established(at_client)] = &answered.events[..] else {
        panic!("{:?}", answered.events);
    };
    assert_eq!(
        at_client.mux,
        Some(Mux {
            streams: 2,
            frames: 16
        })
    );
    (client, server)
}

fn think() -> VFrame {
    let slices = vec![slice(DType::F16, &[2], &[0, 60, 0, 192])];
    VFrame::new(MsgType::Think, Modality::Text, slices).unwrap()
}

/// Stream_ids and numbers of sent frames.
fn sent(output: &Output) -> Vec<(u32, u64)> {
    let view = |datagram: &Vec<u8>| {
        let view = VFrameView::parse(datagram).unwrap();
        (view.stream_id(), view.frame_seq())
    };
    output.datagrams.iter().map(view).collect()
}

/// Has a peer receive all of these, and gives what came of it.
fn deliver(to: &mut Peer, output: &Output, now: u64) -> Output {
    let mut all = Output::default();
    for datagram in &output.datagrams {
        let output = to.receive(datagram, now);
        all.datagrams.extend(output.datagrams);
        all.events.extend(output.events);
    }
    all
}

/// Opens a stream from the client to the server.
fn open(client: &mut Peer, server: &mut Peer, stream_id: u32) {
    let opened = client.open_stream(stream_id, false, None, 0).unwrap();
    deliver(server, &opened, 0);
}

#[test]
fn data_waits_at_the_limit_until_credit_comes() {
    let (mut client, mut server) = pair();
    let mut output = client.open_stream(3, false, None, 0).unwrap();
    for _ in 1..=18 {
        let more = client.send(3, think(), 0).unwrap();
        output.datagrams.extend(more.datagrams);
    }
    assert_eq!(sent(&output).last(), Some(&(3, 15))); // 16 is the limit
    let credits = deliver(&mut server, &output, 1);
    assert_eq!(sent(&credits), [(3, 0), (3, 1)]); // each 8 above the one before: with D = 8 and 16
    let went = deliver(&mut client, &credits, 2);
    assert_eq!(sent(&went), [(3, 16), (3, 17), (3, 18)]);
}

#[test]
fn a_frame_that_is_sent_by_reference_goes_and_waits_as_it_was_then() {
    let (mut client, mut server) = pair();
    let mut output = client.open_stream(3, false, None, 0).unwrap();
    let mut frame = think();
    for fill in 1..=18 {
        frame.slices[0].1.fill(fill);
        let more = client.send_by_ref(3, &mut frame, 0).unwrap();
        output.datagrams.extend(more.datagrams);
    }
    assert_eq!(sent(&output).last(), Some(&(3, 15)));
    let credits = deliver(&mut server, &output, 1);
    let rest = deliver(&mut client, &credits, 2);
    assert_eq!(sent(&rest), [(3, 16), (3, 17), (3, 18)]);
    let mut told = credits.events;
    told.extend(deliver(&mut server, &rest, 3).events);
    let fills = told.iter().filter_map(|event| match event {
        Event::Message(frame) => Some(frame.slices[0].1[0]),
        _ => None,
    });
    assert_eq!(fills.collect::<Vec<u8>>(), (1..=18).collect::<Vec<u8>>());
    // It is refused as any other, and remains what it was.
    frame.hdr.mtype = MsgType::Sync;
    let refused = client.send_by_ref(3, &mut frame, 4).unwrap_err();
    assert_eq!(refused.code(), RejectCode::FieldRange);
    assert_eq!(frame.slices[0].1, [18; 4]);
}

#[test]
fn who_waits_for_a_second_says_so_and_is_answered() {
    let (mut client, mut server) = pair();
    let mut output = client.open_stream(3, false, None, 0).unwrap();
    for _ in 1..=16 {
        output
            .datagrams
            .extend(client.send(3, think(), 10).unwrap().datagrams);
    }
    deliver(&mut server, &output, 11); // and its two credits are lost
    assert_eq!(sent(&client.advance(1009)), []);
    let blocked = client.advance(1010);
    assert_eq!(sent(&blocked), [(3, 16)]);
    let credit = deliver(&mut server, &blocked, 1011);
    assert_eq!(sent(&credit), [(3, 2)]);
    assert_eq!(sent(&deliver(&mut client, &credit, 1012)), [(3, 17)]);
    assert_eq!(client.advance(20_000).events, []);
}

#[test]
fn what_is_beyond_the_limit_fails_its_stream() {
    let (mut client, mut server) = pair();
    open(&mut client, &mut server, 3);
    let mut frame = think();
    (frame.hdr.stream_id, frame.hdr.frame_seq) = (3, 16);
    frame.hdr.space_hash32 = talk::config().space_hash32;
    let refused = server.receive(&frame.encode().unwrap(), 1);
    let [Event::Failed { code, .. }] = &refused.events[..] else {
        panic!("{:?}", refused.events);
    };
    assert_eq!(*code, RejectCode::FlowControl);
    assert!(String::from_utf8_lossy(&refused.datagrams[0]).contains(r#""limit":"16""#));
}

#[test]
fn streams_count_until_they_are_done_or_their_reset_is_a_second_old() {
    let (mut client, mut server) = pair();
    open(&mut client, &mut server, 3);
    open(&mut client, &mut server, 4);
    let refused = client.open_stream(5, false, None, 0).unwrap_err();
    assert_eq!(refused.code(), RejectCode::StreamLimit);
    let tail = client.close_stream(3, 1).unwrap();
    let done = deliver(&mut server, &tail, 2);
    assert_eq!(
        deliver(&mut client, &done, 3).events,
        [Event::Done { stream_id: 3 }]
    );
    let reset = client.reset_stream(4, "ENOUGH", 4).unwrap();
    let failed = deliver(&mut server, &reset, 5);
    let reason = Some("ENOUGH".to_owned());
    let (stream_id, code, what) = (4, RejectCode::StreamReset, None);
    assert_eq!(
        failed.events,
        [Event::Failed {
            stream_id,
            code,
            what,
            reset: reason
        }]
    );
    client.open_stream(6, false, None, 6).unwrap();
    assert!(client.open_stream(7, false, None, 1003).is_err());
    assert!(client.open_stream(7, false, None, 1004).is_ok());
}

#[test]
fn a_held_stream_delivers_nothing_and_others_go_on() {
    let (mut client, mut server) = pair();
    open(&mut client, &mut server, 3);
    open(&mut client, &mut server, 4);
    server.hold(3, 1).unwrap();
    let held = deliver(&mut server, &client.send(3, think(), 1).unwrap(), 2);
    assert_eq!(held.events, []);
    let tail = deliver(&mut server, &client.close_stream(3, 2).unwrap(), 3);
    assert_eq!((tail.events, tail.datagrams), (vec![], vec![]));
    let other = deliver(&mut server, &client.send(4, think(), 3).unwrap(), 4);
    assert!(matches!(other.events[..], [Event::Message(_)]));
    assert!(!server
        .advance(14_000)
        .events
        .iter()
        .any(|it| matches!(it, Event::Failed { .. })));
    let resumed = server.resume(3, 14_001).unwrap();
    assert!(matches!(
        resumed.events[..],
        [Event::Message(_), Event::Complete { .. }]
    ));
    assert_eq!(
        server.hold(3, 14_002).unwrap_err().code(),
        RejectCode::StreamState
    );
}

#[test]
fn what_waited_goes_by_urgency_and_in_turn() {
    let (mut client, mut server) = pair();
    let opened = [
        client.open_stream(9, false, None, 0).unwrap(),
        client.open_urgent_stream(5, false, None, 7, 0).unwrap(),
    ];
    opened
        .iter()
        .for_each(|output| drop(deliver(&mut server, output, 0)));
    client.cork(0);
    for stream_id in [5, 9, 5, 9] {
        assert_eq!(
            client.send(stream_id, think(), 1).unwrap(),
            Output::default()
        );
    }
    assert_eq!(client.close_stream(9, 1).unwrap(), Output::default());
    let went = client.uncork(2);
    assert_eq!(sent(&went), [(9, 1), (9, 2), (9, 3), (5, 1), (5, 2)]);
    let refused = client.open_urgent_stream(6, false, None, 8, 3).unwrap_err();
    assert_eq!(refused.code(), RejectCode::FieldRange);
}

#[test]
fn values_out_of_their_ranges_are_refused() {
    for (streams, frames) in [(0, 16), (1025, 16), (1, 15), (1, 1025)] {
        let refused = Peer::new(Role::Client, config(streams, frames), 0).unwrap_err();
        assert_eq!(refused.code(), RejectCode::FieldRange);
    }
    let (mut client, _) = pair();
    client.open_stream(3, false, None, 0).unwrap();
    for code in ["", "lower", "WITH SPACE", &"A".repeat(65)] {
        let refused = client.reset_stream(3, code, 0).unwrap_err();
        assert_eq!(refused.code(), RejectCode::FieldRange, "{code}");
    }
}
