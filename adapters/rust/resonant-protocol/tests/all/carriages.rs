//! Frames that are put on the carriages of QUIC connections, and how carriages end there (QUI-4, QUI-5, QUI-10, QUI-12), without QUIC.

use crate::support::carriages::{behind_length, greeted, places, LINK};
use crate::support::talk;
use resonant_protocol::endpoint::{Carried, Outputs};
use resonant_protocol::peer::Event;
use resonant_protocol::transport::Carriage;
use resonant_protocol::RejectCode::{self};

#[test]
fn a_stream_has_its_uni_and_everything_else_is_on_main() {
    let mut client = greeted();
    let mut asked = Vec::new();
    let mut ask = |outputs: Outputs<u16>| asked.extend(places(&outputs).0);
    ask(client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap());
    ask(client
        .request(&LINK, |peer| peer.send(7, talk::think(b"a"), 0))
        .unwrap());
    ask(client
        .request(&LINK, |peer| peer.send(9, talk::think(b"b"), 0))
        .unwrap());
    ask(client.request(&LINK, |peer| peer.heart(9, 0)).unwrap());
    ask(client.request(&LINK, |peer| peer.heart(7, 0)).unwrap());
    ask(client
        .request(&LINK, |peer| peer.close_stream(9, 0))
        .unwrap());
    ask(client.request(&LINK, |peer| peer.ping(11, 0)).unwrap());
    let uni = Carriage::Uni(9);
    assert_eq!(
        asked,
        [
            uni,
            Carriage::Any,
            uni,
            uni,
            Carriage::Main,
            uni,
            Carriage::Main
        ]
    );
}

#[test]
fn frames_that_are_sent_again_are_on_the_uni_of_their_stream() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let _ = client
        .request(&LINK, |peer| peer.close_stream(9, 0))
        .unwrap();
    let incomplete = r#"{"method":"error","code":"STREAM_INCOMPLETE","message":"m","missing":["0"],"ref":{"stream_id":9,"frame_seq":"1"}}"#;
    let asked = talk::wire_sync(incomplete, 9, 0);
    let repaired = client.receive_bytes(&LINK, &behind_length(&asked), 0);
    assert_eq!(places(&repaired), (vec![Carriage::Uni(9); 2], vec![]));
}

#[test]
fn an_answer_on_the_stream_id_of_a_stream_stays_on_main_when_it_is_sent_again() {
    let mut client = greeted();
    let ask = |outputs: Result<Outputs<u16>, _>| drop(outputs.unwrap());
    ask(client.request(&LINK, |peer| peer.open_stream(9, false, None, 0)));
    let refused = talk::wire_sync(r#"{"method":"tail","frames":"0","total_len":"0"}"#, 9, 1);
    let answered = client.receive_bytes(&LINK, &behind_length(&refused), 0);
    assert_eq!(places(&answered).0, [Carriage::Main]);
    ask(client.request(&LINK, |peer| peer.close_stream(9, 0)));
    let incomplete = r#"{"method":"error","code":"STREAM_INCOMPLETE","message":"m","missing":["0","1"],"ref":{"stream_id":9,"frame_seq":"2"}}"#;
    let asked = talk::wire_sync(incomplete, 9, 2);
    let repaired = client.receive_bytes(&LINK, &behind_length(&asked), 0);
    let uni = Carriage::Uni(9);
    assert_eq!(places(&repaired).0, [uni, Carriage::Main, uni]);
}

#[test]
fn a_uni_ends_once_its_stream_need_not_be_kept() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let closed = client
        .request(&LINK, |peer| peer.close_stream(9, 0))
        .unwrap();
    assert_eq!(places(&closed).1, []);
    assert_eq!(places(&client.advance(10_000)).1, []);
    assert_eq!(places(&client.advance(10_001)).1, [Carried::Finish(9)]);
    assert_eq!(places(&client.advance(20_002)).1, []);
}

#[test]
fn a_uni_ends_when_the_other_end_says_that_its_stream_is_corrupt() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let _ = client
        .request(&LINK, |peer| peer.close_stream(9, 0))
        .unwrap();
    let corrupt = r#"{"method":"error","code":"STREAM_CORRUPT","message":"m","what":"frames","ref":{"stream_id":9,"frame_seq":"1"}}"#;
    let told = client.receive_bytes(&LINK, &behind_length(&talk::wire_sync(corrupt, 9, 0)), 0);
    assert_eq!(places(&told).1, [Carried::Finish(9)]);
}

#[test]
fn unis_end_with_their_session() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let lost = client.advance(45_000);
    assert_eq!(lost.events, [(LINK, Event::Lost)]);
    assert_eq!(places(&lost).1, [Carried::Finish(9)]);
}

#[test]
fn a_stream_whose_uni_was_stopped_is_over() {
    let mut client = greeted();
    let _ = client
        .request(&LINK, |peer| peer.open_stream(9, false, None, 0))
        .unwrap();
    let outputs = client.stop_own(&LINK, 9, 5, 0);
    let reset = Carried::Reset {
        stream_id: 9,
        number: 5,
    };
    assert_eq!(
        (outputs.carried, outputs.events),
        (vec![(LINK, reset)], vec![])
    );
    for refused in [
        client.request(&LINK, |peer| peer.send(9, talk::think(b"a"), 0)),
        client.request(&LINK, |peer| peer.heart(9, 0)),
        client.request(&LINK, |peer| peer.close_stream(9, 0)),
    ] {
        assert_eq!(refused.unwrap_err().code(), RejectCode::StreamState);
    }
    assert_eq!(places(&client.advance(44_000)).1, []); // no FIN behind a reset
}
