//! Ping and capability as they are sent (section 1 of the handshake specification).

use super::agreement::Agreement;
use crate::error::FrameError;
use crate::json::Json;
use crate::limits::{MAX_DATAGRAM_BYTES, SECOND_MS};
use crate::peer::config::{Config, NONE, XCHACHA};
use crate::peer::sync::write::{check_carried, integer, list, mux, object, sync_frame};
use crate::peer::sync::{text, Added, Offer};

/// HSK-20.
pub(crate) fn ping(config: &Config, now: u64) -> Json {
    let mut crypto = config.crypto.clone();
    crypto.retain(|name| name != XCHACHA || config.key.is_some());
    let mut members = own_values(config);
    members.extend([
        ("method", text("ping")),
        ("ts", integer(now / SECOND_MS)),
        ("modality", list(&config.modality)),
        ("compress", list(&config.compress)),
        ("crypto", list(&crypto)),
        (
            "supports",
            object(vec![
                ("critique", Json::Bool(config.critique)),
                ("dtype", list(&config.dtype)),
            ]),
        ),
    ]);
    members.extend(config.mux.map(|own| ("mux", mux(own)))); // MUX-1
    members.extend(config.fec.iter().map(|names| ("fec", list(names)))); // FEC-4
    object(members)
}

/// HSK-13 to HSK-16, HSK-49, HSK-50.
pub(crate) fn capability(config: &Config, agreement: &Agreement) -> Json {
    let or_none = |names: &[&'static str]| match names {
        [] => list(&[NONE]), // HSK-15
        names => list(names),
    };
    let mut members = own_values(config);
    members.extend([
        ("method", text("capability")),
        ("agreed_proto", Json::Integer(1)),
        ("modality", list(&agreement.modality)),
        ("compress", or_none(&agreement.compress)),
        ("crypto", or_none(&agreement.crypto)),
        (
            "supports",
            object(vec![
                ("critique", Json::Bool(agreement.critique)),
                ("dtype", list(&agreement.dtype)),
                ("require_crypto", Json::Bool(config.require_crypto)),
            ]),
        ),
    ]);
    let own_mux = config.mux.filter(|_| agreement.mux.is_some());
    members.extend(own_mux.map(|own| ("mux", mux(own)))); // MUX-1
    members.extend(agreement.fec.iter().map(|names| ("fec", or_none(names)))); // FEC-5
    object(members)
}

/// Whether a ping at any time, and the longest capability, fit a datagram.
pub(crate) fn check_size(config: &Config) -> Result<(), FrameError> {
    let offer = Offer {
        mux: config.mux,
        fec: config.fec.clone(),
        ..Offer::default()
    };
    let agreement = Agreement::new(config, &offer, false);
    let capability = capability(config, &agreement);
    for json in [ping(config, u64::MAX), capability] {
        check_carried(sync_frame(&json)?.encode()?.len(), MAX_DATAGRAM_BYTES)?;
    }
    Ok(())
}

/// The members that ping and capability have in common.
fn own_values(config: &Config) -> Added {
    vec![
        ("v", Json::Integer(1)),
        ("d_model", integer(config.d_model)),
        ("embedding_space_id", text(&config.embedding_space_id)),
        ("space_hash32", Json::Integer(config.space_hash32.into())),
    ]
}
