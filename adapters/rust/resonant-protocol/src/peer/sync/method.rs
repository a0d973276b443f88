//! The method of a Sync frame with a JSON object.

/// The value of `method`. What a peer does not know is Other (HSK-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Ping,
    Capability,
    Error,
    Head,
    Tail,
    /// Of multiplexing, unknown where it was not agreed in the session (MUX-6, MUX-33).
    Credit,
    Blocked,
    Done,
    Reset,
    /// Of adaptive quantization, unknown to a peer that sends no adaptive messages (ADA-15).
    Quality,
    /// One that this version does not know.
    Other,
}

impl Method {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "ping" => Method::Ping,
            "capability" => Method::Capability,
            "error" => Method::Error,
            "head" => Method::Head,
            "tail" => Method::Tail,
            "credit" => Method::Credit,
            "blocked" => Method::Blocked,
            "done" => Method::Done,
            "reset" => Method::Reset,
            "quality" => Method::Quality,
            _ => Method::Other,
        }
    }
}
