//! The runner that is obeyed, and nobody else (TST-3, TST-6).

use resonant_testee_kit::pieces::{cut, Ask};
use serde_json::json;

use crate::support::*;

#[test]
fn only_hello_with_the_token_opens() {
    let mut session = new_session();
    let nothing = json!({});
    for message in [hello("wrong"), request("stop", &nothing), b"{".to_vec()] {
        assert_eq!(send(&mut session, 1, 1, &message), None);
    }
    assert!(send(&mut session, 1, 1, &hello(TOKEN)).is_some());
}

#[test]
fn strangers_are_ignored() {
    let mut session = open_session();
    assert_eq!(send(&mut session, 2, 1, &hello(TOKEN)), None);
    // Not even a piece of theirs disturbs a message of the runner's.
    let long = request("count", &json!({"data": "00".repeat(70_000)}));
    let pieces = cut(1, &long).unwrap();
    assert_eq!(pieces.len(), 3);
    assert_eq!(asked(session.receive(&pieces[2], from(1))), (1, 0, 3));
    assert_eq!(session.receive(&pieces[0], from(2)), None);
    assert_eq!(asked(session.receive(&pieces[0], from(1))), (1, 1, 3));
    assert!(session.receive(&pieces[1], from(1)).is_some());
    let ask = Ask {
        request_id: 1,
        index: 0,
        count: 1,
    };
    assert_eq!(session.receive(&ask.datagram(), from(2)), None);
}

#[test]
fn stop_ends_and_a_forgotten_runner_is_a_stranger() {
    let mut session = open_session();
    let stop = request("stop", &json!({}));
    let reply = send(&mut session, 1, 1, &stop).unwrap();
    assert!(reply.stop);
    assert_eq!(piece(&reply).bytes, br#"{"ok":{}}"#);
    session.forget();
    assert_eq!(send(&mut session, 1, 2, &stop), None);
    assert!(send(&mut session, 2, 0, &hello(TOKEN)).is_some());
}
