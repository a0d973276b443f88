//! Memory that is used again: what is encoded into it, what is kept of it, and frames that keep their datagram.

use crate::support::talk::{config, session, think, wire, KEY};
use crate::support::{links, talk};
use resonant_protocol::crypto::Nonce;
use resonant_protocol::{
    DType, EncodeOptions, Flags, Modality, MsgType, RejectCode, SliceMeta, VFrame, VFrameBuf,
    VFrameView,
};

const NONCE: Nonce = [13; 24];

fn options() -> EncodeOptions<'static> {
    EncodeOptions::new().key(&KEY).nonce(&NONCE)
}

/// Frames of every combination of transforms and of many lengths, longer and shorter in turn.
fn frames() -> Vec<VFrame> {
    let mut frames = Vec::new();
    for length in [0_u8, 200, 3, 255] {
        for bits in 0..8 {
            let mut frame = think(&vec![length; 200 * usize::from(length)]);
            frame.hdr.flags = Flags::from_bits(bits).unwrap();
            frames.push(frame);
        }
    }
    frames
}

#[test]
fn what_is_encoded_does_not_depend_on_what_was_there() {
    let mut out = vec![0xff; 70_000];
    for frame in frames() {
        frame.encode_into_with(&mut out, &options()).unwrap();
        assert_eq!(out, frame.encode_with(&options()).unwrap());
    }
    let plain = think(b"thought");
    plain.encode_into(&mut out).unwrap();
    assert_eq!(out, plain.encode().unwrap());
}

#[test]
fn memory_that_suffices_stays_where_it_is() {
    let mut out = Vec::with_capacity(65_536);
    let place = out.as_ptr();
    for frame in frames() {
        frame.encode_into_with(&mut out, &options()).unwrap();
        assert_eq!((out.as_ptr(), out.capacity()), (place, 65_536));
    }
    let mut small = Vec::new();
    think(&[0; 60_000]).encode_into(&mut small).unwrap();
    assert_eq!(small.capacity(), small.len());
}

#[test]
fn a_frame_that_is_refused_leaves_nothing() {
    let refused = |frame: &VFrame, options: &EncodeOptions<'_>, code| {
        let mut out = b"stale".to_vec();
        let error = frame.encode_into_with(&mut out, options).unwrap_err();
        assert_eq!((error.code(), &out[..]), (code, &[][..]));
        let mut out = b"stale".to_vec();
        let direct = frame.encode_with(options).unwrap_err();
        assert_eq!(error, direct);
        if !frame.hdr.flags.contains(Flags::ZSTD) {
            assert_eq!(frame.encode_into(&mut out).unwrap_err().code(), code);
            assert!(out.is_empty());
        }
    };
    let mut wrong = think(b"thought");
    wrong.hdr.version = 2;
    refused(&wrong, &options(), RejectCode::BadVersion);
    let mut sealed = think(b"thought");
    sealed.hdr.flags = Flags::XCHACHA;
    refused(&sealed, &EncodeOptions::new(), RejectCode::KeyRequired);
    refused(&think(&[0; 65_600]), &options(), RejectCode::FrameTooLarge);
    let mut compressed = think(b"thought");
    compressed.hdr.flags = Flags::ZSTD;
    refused(&compressed, &options().level(0), RejectCode::FieldRange);
}

#[test]
fn a_length_that_is_not_there_is_not_allocated() {
    // Headers may say anything: memory is taken for what was checked, and nothing else.
    let meta = SliceMeta {
        dtype: DType::I8,
        shape: vec![u32::MAX; 200],
    };
    let mut wrong = VFrame::new(MsgType::Think, Modality::Text, vec![(meta, vec![])]).unwrap();
    wrong.hdr.slice_len = vec![u32::MAX];
    let mut out = Vec::new();
    assert!(wrong.encode_into(&mut out).is_err());
    wrong.hdr.num_slices = u64::MAX;
    assert!(wrong.encode_into(&mut out).is_err());
    assert_eq!(out.capacity(), 0);
}

#[test]
fn a_kept_datagram_shows_what_its_view_shows() {
    for frame in frames() {
        let bytes = frame.encode_with(&options()).unwrap();
        let place = bytes.as_ptr();
        let kept = VFrameBuf::decode_with_key(bytes.clone(), &KEY).unwrap();
        let view = VFrameView::parse_with_key(&bytes, &KEY).unwrap();
        assert_eq!(kept.view(), view);
        assert_eq!(kept.view().to_frame(), view.to_frame());
        assert_eq!(
            (kept.as_bytes(), &kept.clone().into_bytes()),
            (&bytes[..], &bytes)
        );
        // Its memory is the one that it was given, and comes back.
        let kept = VFrameBuf::decode_with_key(bytes, &KEY).unwrap();
        assert_eq!(kept.as_bytes().as_ptr(), place);
        if frame.hdr.flags == Flags::empty() {
            let shown = kept.view().plain_body().as_ptr_range();
            assert!(kept.as_bytes().as_ptr_range().contains(&shown.start));
        }
        let given_back = kept.into_bytes();
        assert_eq!(given_back.as_ptr(), place);
    }
    let sealed = wire(think(b"thought"), 1, 1, Flags::XCHACHA);
    let without_key = VFrameBuf::decode(sealed).unwrap_err();
    assert_eq!(without_key.code(), RejectCode::KeyRequired);
}

#[test]
fn a_peer_sends_in_the_memory_that_it_gets_back() {
    let (mut client, mut server) = session(config(), config());
    let mut sent = client.send(1, think(&[1; 60_000]), 0).unwrap();
    let place = sent.datagrams[0].as_ptr();
    client.reuse(std::mem::take(&mut sent.datagrams));
    let long = client.open_stream(3, true, None, 0).unwrap();
    assert_eq!(long.datagrams[0].as_ptr(), place);
    let received = talk::receive_all(&mut server, &long, 0);
    assert_eq!(received.events.len(), 1);
    client.reuse(long.datagrams);
    // A request that is refused loses nothing of it.
    assert!(client.send(3, think(&[1; 66_000]), 0).is_err());
    let next = client.send(3, think(b"thought"), 0).unwrap();
    assert_eq!(next.datagrams[0].as_ptr(), place);
    let received = talk::receive_all(&mut server, &next, 0);
    assert!(matches!(
        &received.events[..],
        [resonant_protocol::peer::Event::Message(frame)] if frame.slices[0].1 == b"thought"
    ));
}

#[test]
fn an_endpoint_gives_the_memory_to_the_peer_of_its_link() {
    let mut server = links::server();
    for link in [1, 2] {
        let capability = server.receive(link, &links::ping(1), 0);
        let place = capability.datagrams[0].1.as_ptr();
        server.reuse(capability.datagrams);
        let sent = server.request(&link, |peer| peer.heart(1, 0)).unwrap();
        assert_eq!(sent.datagrams[0].1.as_ptr(), place);
    }
    server.reuse([(9, vec![0; 100])]); // a link that is gone
    assert_eq!(links::known(&server), [1, 2]);
}
