//! One place for every bound, so that nothing a server sends is unbounded.

use std::time::Duration;

/// Bounds on one exchange and on what is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a response head.
    pub head_bytes: usize,
    /// Bytes of a response body as received; what is over is cut and marked.
    pub body_bytes: usize,
    /// From the connection attempt to the end of the body.
    pub exchange: Duration,
    /// To connect, TLS included.
    pub connect: Duration,
    /// Without a byte received.
    pub idle: Duration,
    /// Redirect hops of one request.
    pub redirects: u8,
    /// Bytes of a body after its content coding was removed.
    pub decoded_bytes: usize,
    /// Decoded bytes for each received byte.
    pub decoded_ratio: usize,
    /// Nesting depth of a parsed page; deeper elements are flattened.
    pub dom_depth: usize,
    /// Bytes of HTML that are parsed.
    pub html_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 64 << 10,
            body_bytes: 16 << 20,
            exchange: Duration::from_mins(2),
            connect: Duration::from_secs(20),
            idle: Duration::from_mins(1),
            redirects: 5,
            decoded_bytes: 32 << 20,
            decoded_ratio: 200,
            dom_depth: 512,
            html_bytes: 8 << 20,
        }
    }
}
