//! The configurations of peers (specs/ops/peer_open.json).

use resonant_protocol::peer::{Adaptive, Config, Mux, RepairGroups};
use resonant_testee_kit::{BadRequest, Members};
use serde_json::Value;

/// The configuration of a peer.
pub(crate) fn config(value: Value) -> Result<Config, BadRequest> {
    let mut members = Members::of(value, "config")?;
    let config = Config {
        embedding_space_id: members.string("embedding_space_id")?,
        space_hash32: members.integer("space_hash32")?,
        d_model: members.integer("d_model")?,
        modality: names(&mut members, "modality")?,
        compress: names(&mut members, "compress")?,
        crypto: names(&mut members, "crypto")?,
        dtype: names(&mut members, "dtype")?,
        critique: members.boolean("critique")?,
        require_crypto: members.boolean("require_crypto")?,
        key: members.optional("key", Members::fixed)?,
        salt: members.fixed("salt")?,
        mux: members.optional("mux", mux)?,
        fec: members.optional("fec", names)?,
        repair: members.optional("repair", groups)?,
        adaptive: members.optional("adaptive", adaptive)?,
    };
    members.end()?;
    if config.d_model == 0 {
        return Err("config.d_model is 0".into());
    }
    Ok(config)
}

fn names(members: &mut Members, name: &str) -> Result<Vec<String>, BadRequest> {
    let items = members.array(name)?.into_iter();
    let name = |item| match item {
        Value::String(text) => Ok(text),
        _ => Err(format!("config.{name} holds something but a string").into()),
    };
    items.map(name).collect()
}

fn mux(input: &mut Members, name: &str) -> Result<Mux, BadRequest> {
    let mut members = Members::of(input.value(name)?, "mux")?;
    let mux = Mux {
        streams: members.integer("streams")?,
        frames: members.integer("frames")?,
    };
    members.end()?;
    Ok(mux)
}

fn groups(input: &mut Members, name: &str) -> Result<RepairGroups, BadRequest> {
    let mut members = Members::of(input.value(name)?, "repair")?;
    let groups = RepairGroups {
        k: members.integer("k")?,
        r: members.integer("r")?,
        step: members.integer("step")?,
    };
    members.end()?;
    Ok(groups)
}

fn adaptive(input: &mut Members, name: &str) -> Result<Adaptive, BadRequest> {
    let mut members = Members::of(input.value(name)?, "adaptive")?;
    let controller = members.optional("controller", Members::boolean)?;
    let adaptive = Adaptive {
        tolerance: tolerance(&mut members, "tolerance")?,
        keys: members.optional("keys", tolerance)?,
        values: members.optional("values", tolerance)?,
        controller: controller.unwrap_or_default(),
    };
    members.end()?;
    Ok(adaptive)
}

fn tolerance(input: &mut Members, name: &str) -> Result<u32, BadRequest> {
    match input.integer(name)? {
        tolerance @ 0..=16_777_216 => Ok(tolerance),
        tolerance => Err(format!("adaptive.{name} {tolerance} is over 16777216").into()),
    }
}
