//! The client over QUIC: the same conversation on a connection of quinn.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use resonant_protocol::net::{QuicEndpoint, QuicLink};
use resonant_protocol::peer::Event;
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::arguments::Arguments;
use crate::{certificate, print_sent, setup, think, LISTEN, STREAM_ID};

/// The client: shakes hands, sends, and listens for a moment.
pub fn send(arguments: &Arguments, file: &Path) -> Result<(), Box<dyn Error>> {
    let tls = certificate::read(file)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (config, salts) = (setup::config(), setup::salts());
        let made = QuicEndpoint::connect(
            arguments.addr,
            certificate::NAME,
            tls,
            config,
            salts,
            STREAM_ID,
        );
        let (mut client, server) = made
            .await
            .map_err(|error| format!("no connection with {}: {error}", arguments.addr))?;
        greet(&mut client).await?;
        for seq in 1..=arguments.count.unwrap_or(1) {
            let (frame, mut length) = (think()?, 0);
            client.request(&server, |peer, now| {
                let output = peer.send(STREAM_ID, frame, now)?;
                length = output.datagrams.first().map_or(0, Vec::len);
                Ok(output)
            })?;
            print_sent(seq, server.remote, length)?;
        }
        let refused = timeout(Duration::from_millis(LISTEN), refusal(&mut client)).await;
        client.close().await;
        match refused {
            Ok(Some(code)) => Err(format!("the server refused: {}", code.escape_debug()).into()),
            _ => Ok(()),
        }
    })
}

async fn greet(client: &mut QuicEndpoint) -> Result<(), Box<dyn Error>> {
    loop {
        match client.next_event().await {
            (_, Event::Established(_)) => return Ok(()),
            (QuicLink { remote, .. }, Event::ErrorReceived { code, .. }) => {
                return Err(format!("no session with {remote}: {code}").into());
            }
            (QuicLink { remote, .. }, Event::Closed { code }) => {
                return Err(format!("{remote} ended the connection: {code:?}").into());
            }
            _ => {}
        }
    }
}

/// The code of the first error; none if the connection ends.
async fn refusal(client: &mut QuicEndpoint) -> Option<String> {
    loop {
        match client.next_event().await.1 {
            Event::ErrorReceived { code, .. } => return Some(code.into_owned()),
            Event::Closed { .. } => return None,
            _ => {}
        }
    }
}
