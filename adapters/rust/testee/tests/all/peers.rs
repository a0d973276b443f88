//! Peers on the wire socket, through a session (TST-15 to TST-18).

use crate::support::ends::{config, message, sync, think, End, Testee};
use serde_json::{json, Value};

#[test]
fn a_server_has_a_peer_for_every_address_and_tells_whose_events_they_are() {
    let mut testee = Testee::new();
    let (a, b) = (End::new(&testee), End::new(&testee));
    testee.open_server();
    a.ping();
    b.send(think(), 3, 0);
    a.send(think(), 3, 0);
    let events = testee.poll();
    let told: Vec<(&Value, &Value)> = events
        .iter()
        .map(|it| (&it["link"], &it["event"]))
        .collect();
    let (port_a, port_b) = (json!(a.link()), json!(b.link()));
    let expected = [
        (&port_a, &json!("established")),
        (&port_b, &json!("error_sent")),
        (&port_a, &json!("message")),
    ];
    assert_eq!(told, expected);
    let slices = json!([{"dtype": 2, "dims": [2], "payload": "01ff"}]);
    assert_eq!(events[2]["slices"], slices);
    assert_eq!(
        (a.method(), b.method()),
        ("capability".to_owned(), "error".to_owned())
    );
    assert_eq!(testee.poll(), Vec::<Value>::new(), "each event once");
}

#[test]
fn a_request_goes_to_the_peer_that_it_names() {
    let mut testee = Testee::new();
    let (a, b) = (End::new(&testee), End::new(&testee));
    testee.open_server();
    // Nobody has sent anything, so nobody has a session.
    assert_eq!(
        testee.ask("peer_send", message())["reject"]["code"],
        "HANDSHAKE_REQUIRED"
    );
    a.ping();
    testee.ok("peer_send", message()); // what waits is handled first
    assert_eq!(a.method(), "capability");
    assert_eq!(a.next().slices[0].1, [1, 255]);
    let with = |to: u16| {
        let mut input = message();
        input["link"] = json!(format!("udp-{to}"));
        input
    };
    let reply = testee.ask("peer_send", with(b.port()));
    assert_eq!(reply["reject"]["code"], "HANDSHAKE_REQUIRED");
    b.ping();
    testee.poll();
    assert!(
        testee.ask("peer_send", message())["error"].is_string(),
        "which of two?"
    );
    testee.ok("peer_send", with(b.port()));
    assert_eq!(b.method(), "capability");
    assert_eq!((b.next().hdr.frame_seq, a.is_idle()), (0, true));
}

/// The salt of what is sent to an end: a nonce on stream 0 begins with it (XCH-10).
fn salt(testee: &mut Testee, end: &End) -> Vec<u8> {
    let heart = json!({"kind": "heart", "stream_id": 0, "link": end.link()});
    testee.ok("peer_send", heart);
    end.next_datagram()[29..45].to_vec()
}

#[test]
fn the_first_address_has_the_salt_of_the_configuration_and_further_ones_drawn_ones() {
    let mut testee = Testee::new();
    let ends: Vec<End> = (0..3).map(|_| End::new(&testee)).collect();
    let mut config = config();
    config["crypto"] = json!(["xchacha20poly1305"]);
    config["key"] = json!("07".repeat(32));
    config["salt"] = json!("5a".repeat(16));
    testee.ok("peer_open", json!({"role": "server", "config": config}));
    let ping = r#"{"method":"ping","ts":0,"crypto":["xchacha20poly1305"]}"#;
    let salts: Vec<Vec<u8>> = ends
        .iter()
        .map(|end| {
            end.send(sync(ping), 1, 0);
            testee.poll();
            assert_eq!(end.method(), "capability");
            salt(&mut testee, end)
        })
        .collect();
    assert_eq!(salts[0], [0x5a; 16]);
    assert_ne!(salts[1], salts[0]);
    assert_ne!(salts[2], salts[0]);
    assert_ne!(salts[1], salts[2]);
    // After a loss it is the same peer, with the same salt.
    testee.ok("peer_advance", json!({"ms": 45_000}));
    while !ends[0].is_idle() {} // the hearts
    ends[0].send(sync(ping), 2, 0);
    testee.poll();
    assert_eq!(ends[0].method(), "capability");
    assert_eq!(salt(&mut testee, &ends[0]), [0x5a; 16]);
}

#[test]
fn a_client_pings_at_once_and_by_the_virtual_clock() {
    let mut testee = Testee::new();
    let (end, stranger) = (End::new(&testee), End::new(&testee));
    testee.ok("reset", json!({}));
    let open = json!({"role": "client", "config": config(), "link": "a", "transport": "udp", "remote": end.port(), "stream_id": 9});
    testee.ok("peer_open", open);
    assert_eq!((end.method(), end.is_idle()), ("ping".to_owned(), true));
    testee.ok("peer_advance", json!({"ms": 999}));
    assert!(end.is_idle());
    testee.ok("peer_advance", json!({"ms": 6001}));
    assert_eq!(
        (end.next().hdr.stream_id, end.method()),
        (9, "ping".to_owned())
    );
    assert_eq!((end.method(), end.is_idle()), ("ping".to_owned(), true));
    stranger.send(think(), 3, 0);
    assert_eq!(
        testee.poll(),
        Vec::<Value>::new(),
        "a client hears its server alone"
    );
    testee.ok("peer_advance", json!({"ms": 86_400_000}));
    let expected = json!({"link": "a", "event": "error_received", "code": "HANDSHAKE_TIMEOUT"});
    assert_eq!(testee.poll(), [expected]);
}

#[test]
fn what_arrives_is_handled_before_the_clock_moves() {
    let mut testee = Testee::new();
    let end = End::new(&testee);
    testee.open_server();
    end.ping();
    testee.ok("peer_advance", json!({"ms": 45_000}));
    let events = testee.poll();
    let names: Vec<&Value> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(names, ["established", "lost"]);
    let ping = sync(r#"{"method":"ping","ts":0}"#);
    end.send(ping, 2, 0);
    assert_eq!(testee.poll()[0]["event"], "established");
}

#[test]
fn closing_and_resetting_throw_away_what_waits() {
    let mut testee = Testee::new();
    let end = End::new(&testee);
    for op in ["peer_close", "reset"] {
        end.ping(); // with no peers open
        testee.open_server();
        assert_eq!(testee.poll(), Vec::<Value>::new());
        end.ping();
        testee.ok(op, json!({}));
        testee.ok(op, json!({}));
        testee.open_server();
        assert_eq!(testee.poll(), Vec::<Value>::new());
        testee.ok("reset", json!({}));
    }
    assert!(end.is_idle());
}

#[test]
fn streams_are_asked_for_one_frame_at_a_time() {
    let mut testee = Testee::new();
    let end = End::new(&testee);
    testee.open_server();
    end.ping();
    let announce = json!({"frames": "0", "total_len": "0", "md5": "d41d8cd98f00b204e9800998ecf8427e",
        "xxhash3_64": "2d06800538d394c2"});
    let head = json!({"kind": "head", "stream_id": 2, "strong_tail": true, "announce": announce});
    testee.ok("peer_send", head);
    testee.ok("peer_send", json!({"kind": "heart", "stream_id": 2}));
    testee.ok("peer_send", json!({"kind": "tail", "stream_id": 2}));
    let reply = testee.ask("peer_send", json!({"kind": "ping", "stream_id": 2}));
    assert_eq!(reply["reject"]["code"], "STREAM_STATE");
    let methods = [end.method(), end.method()];
    assert_eq!(methods, ["capability", "head"]);
    assert_eq!(
        (end.next().slices.len(), end.method()),
        (0, "tail".to_owned())
    );
}
