//! What only a run that lives on needs: `[revisit]`, `[alarm]` and `[daemon]` of `luutru.toml`.

use std::net::SocketAddr;
use std::time::Duration;

use super::Wrong;
use super::sheet::Section;
use super::units::{parse_duration, show_duration};

/// Visits of one article before they become yearly.
const MOST_AGES: usize = 20;

/// What the daemon goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lasting {
    /// Ages at which an archived article is visited again, youngest first; after the last of them once a year.
    pub revisit_after: Vec<Duration>,
    /// What is called with an alarm as JSON on its standard input; nothing without it.
    pub alarm_command: Vec<String>,
    /// Where figures can be asked for, beside the control socket.
    pub metrics: Option<SocketAddr>,
}

impl Default for Lasting {
    fn default() -> Self {
        let ages = [1, 24, 24 * 7, 24 * 30].map(Duration::from_hours);
        Self { revisit_after: ages.to_vec(), alarm_command: Vec::new(), metrics: None }
    }
}

pub(super) fn read(top: &Section<'_, '_>) -> Lasting {
    let mut lasting = Lasting::default();
    if let Some(table) = top.section("revisit") {
        let given = table.has("after");
        let ages = table.each("after", parse_duration);
        let rising = ages.windows(2).all(|pair| pair[0] < pair[1]);
        let long = ages.first().is_none_or(|first| *first >= Duration::from_secs(1));
        if given && (!rising || !long || ages.len() > MOST_AGES) {
            let shown: Vec<String> = ages.iter().map(|age| show_duration(*age)).collect();
            let what = format!("[revisit] \"after\" is no row of ages: {}", shown.join(", "));
            let mend = "write up to 20 ages of a second or more, each above the one before, such as [\"1h\", \"1d\"]";
            table.sheet.fault(&table.span(), Wrong::new(what, mend));
        } else if given {
            lasting.revisit_after = ages;
        }
        table.unknown_keys();
    }
    if let Some(table) = top.section("alarm") {
        lasting.alarm_command = table.texts("command").iter().map(|text| (*text.get_ref()).to_owned()).collect();
        table.unknown_keys();
    }
    if let Some(table) = top.section("daemon") {
        let open = table.text("metrics_beyond_loopback").is_some();
        lasting.metrics = table.parsed("metrics", |text| metrics_at(text, open));
        table.unknown_keys();
    }
    lasting
}

/// An address of loopback; another one where the file says why.
fn metrics_at(text: &str, open: bool) -> Result<SocketAddr, Wrong> {
    let mend = "write an address of loopback and a port, such as \"127.0.0.1:9464\" or \"[::1]:9464\"";
    let address: SocketAddr = text
        .parse()
        .map_err(|_| Wrong::new(format!("\"{}\" is no address to listen on", text.escape_debug()), mend))?;
    if address.ip().is_loopback() || open {
        return Ok(address);
    }
    let mend = "use 127.0.0.1, or say why others may read the figures: metrics_beyond_loopback = \"only the firewalled \
                monitoring host reaches this address\"";
    Err(Wrong::new(format!("{address} can be reached from elsewhere, and the figures need no password"), mend))
}
