//! Both ends over QUIC: the same conversation on a connection of quinn.

use std::error::Error;
use std::path::Path;

use resonant_protocol::net::{QuicEndpoint, QuicLink};
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::arguments::Arguments;
use crate::{
    certificate_shown, certificate_trusted, send, setup, unbound, unmade, Next, Part, HANDSHAKE,
    PATIENCE,
};

/// Talks, for five minutes at most.
pub fn run(part: &Part, given: &Arguments, file: &Path) -> Result<(), Box<dyn Error>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (mut end, link) = made(part, given, file).await?;
        let talked = timeout(PATIENCE, talk(part, given, &mut end, link)).await;
        end.close().await;
        talked.map_err(|_| "nothing has come in time")?
    })
}

async fn made(
    part: &Part,
    given: &Arguments,
    file: &Path,
) -> Result<(QuicEndpoint, Option<QuicLink>), Box<dyn Error>> {
    let (config, salts) = (part.config(), setup::salts());
    if part.serves {
        let tls = certificate_shown::written(file)?;
        let server = QuicEndpoint::listen(given.addr, tls, config, salts);
        let server = server.map_err(|error| unbound(given, &error))?;
        setup::print_line(&format!("listening on {}", server.local_addr()?))?;
        return Ok((server, None));
    }
    let (tls, name) = (certificate_trusted::read(file)?, certificate_trusted::NAME);
    let made = QuicEndpoint::connect(given.addr, name, tls, config, salts, HANDSHAKE).await;
    let (client, link) = made.map_err(|error| unmade(given, &error))?;
    Ok((client, Some(link)))
}

async fn talk(
    part: &Part,
    given: &Arguments,
    end: &mut QuicEndpoint,
    link: Option<QuicLink>,
) -> Result<(), Box<dyn Error>> {
    loop {
        let (from, event) = end.next_event().await;
        match part.heed(&event)? {
            Next::Wait => {}
            Next::Send(stream_id) => send(stream_id, given.count, |ask| {
                end.request(&link.unwrap_or(from), ask)
            })?,
            Next::End => return Ok(()),
        }
    }
}
