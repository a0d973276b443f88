//! Messages and replies of several pieces, and replies that are kept.

use resonant_testee_kit::pieces::cut;
use serde_json::json;

use crate::support::*;

#[test]
fn each_piece_that_leaves_a_message_incomplete_is_answered_with_an_ask() {
    let mut session = new_session();
    let long = request("count", &json!({"data": "00".repeat(100_000)}));
    let pieces = cut(7, &long).unwrap();
    assert_eq!(pieces.len(), 4);
    assert_eq!(
        session.receive(&pieces[0], from(1)),
        None,
        "nobody is asked before hello"
    );
    ask(&mut session, 0, &hello(TOKEN));
    for (given, wanted) in [(2, 0), (0, 1), (0, 1), (1, 3)] {
        let asked = asked(session.receive(&pieces[given], from(1)));
        assert_eq!(asked, (7, wanted, 4));
    }
    let last = session.receive(&pieces[3], from(1)).expect("a reply");
    assert_eq!((piece(&last).request_id, piece(&last).count), (7, 1));
}

#[test]
fn pieces_of_a_kept_reply_are_sent_when_they_are_asked_for() {
    let mut session = open_session();
    let long = request("repeat", &json!({"text": "5a", "times": 40_000}));
    let repeated = ask(&mut session, 1, &long);
    assert_eq!(repeated, json!({"ok": {"text": "5a".repeat(40_000)}}));
    let again = further(&mut session, 1, 1, 2);
    assert!(again.is_some(), "as often as it is asked for");
    assert_eq!(further(&mut session, 1, 1, 2), again);
    for (id, index, count) in [(1, 2, 2), (1, 0, 1), (1, 0, 3), (9, 0, 2)] {
        assert_eq!(
            further(&mut session, id, index, count),
            None,
            "{id} {index} {count}"
        );
    }
    let mut long = again.unwrap().datagram;
    long.truncate(12);
    long[3] = b'A';
    assert!(session.receive(&long, from(1)).is_some());
    long.push(0);
    assert_eq!(session.receive(&long, from(1)), None, "13 bytes are no ask");
}

#[test]
fn kept_replies_are_sent_again_unperformed() {
    let mut session = open_session();
    let count = |data: &str| request("count", &json!({ "data": data }));
    let first = ask(&mut session, 1, &count(""));
    assert_eq!(first, json!({"ok": {"bytes": 0, "performed": 1}}));
    assert_eq!(ask(&mut session, 1, &count("ff")), first);
    let long = count(&"00".repeat(70_000));
    let kept = ask(&mut session, 2, &long);
    assert_eq!(kept, json!({"ok": {"bytes": 70_000, "performed": 2}}));
    let again: Vec<bool> = cut(2, &long)
        .unwrap()
        .iter()
        .map(|one| session.receive(one, from(1)).is_some())
        .collect();
    assert_eq!(again, [false, false, true], "once for a whole message");
    for id in 3..=65 {
        ask(&mut session, id, &count("00"));
    }
    assert_eq!(ask(&mut session, 2, &count("ff")), kept); // the 64th from the end
    let anew = ask(&mut session, 1, &count("ff")); // no longer kept
    assert_eq!(anew, json!({"ok": {"bytes": 1, "performed": 66}}));
}

#[test]
fn a_reply_that_no_pieces_hold_is_an_error() {
    let mut session = open_session();
    let around = r#"{"ok":{"text":""}}"#.len();
    let longest = json!({"text": "x", "times": 300 * 60_000 - around});
    let fits = ask(&mut session, 1, &request("repeat", &longest));
    assert!(fits["ok"]["text"].is_string());
    let more = json!({"text": "xx", "times": 300 * 30_000});
    let reply = ask(&mut session, 2, &request("repeat", &more));
    assert_eq!(
        reply,
        json!({"error": "the reply takes more than 300 pieces"})
    );
}
