//! A WACZ of a selection, which the server makes in the background; then it is a file like any other.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use url::Url;

use super::address::{Selection, beside, same_server};
use super::client::Client;
use super::error::PullError;

/// How often the server is asked how far it is.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How far a bundle is.
#[derive(Debug, Deserialize)]
struct Job {
    token: String,
    state: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    checksums: BTreeMap<String, Option<String>>,
    #[serde(default)]
    location: Option<String>,
}

/// A bundle that is ready.
#[derive(Debug)]
pub struct Bundle {
    /// Where.
    pub url: Url,
    /// Bytes.
    pub size: Option<u64>,
    /// As listed.
    pub checksums: BTreeMap<String, Option<String>>,
}

/// Orders a bundle and waits until it is ready.
pub async fn order(client: &Client, server: &Url, selection: &Selection) -> Result<Bundle, PullError> {
    let mut url = beside(server, "bundles");
    let days = [("from", selection.from), ("to", selection.until)];
    let days = days.into_iter().filter_map(|(name, day)| Some((name, day?.to_string())));
    let sites = selection.sites.iter().map(|site| ("site", site.clone()));
    url.query_pairs_mut().append_pair("by", "captured").extend_pairs(sites.chain(days));
    let mut job: Job = client.json(Method::POST, &url).await?;
    loop {
        let wrong = |why: String| PullError::Answer { url: url.to_string(), why };
        match (job.state.as_str(), &job.location) {
            ("complete", Some(place)) => {
                let place = url.join(place).map_err(|error| wrong(format!("{place}: {error}")))?;
                return Ok(Bundle { url: place, size: job.size, checksums: job.checksums });
            }
            ("queued" | "running", _) => {}
            _ => return Err(wrong(format!("the bundle was not made: {}", job.reason.unwrap_or(job.state)))),
        }
        tokio::time::sleep(LOOK_EVERY).await;
        let look = beside(server, "bundles/jobs/").join(&job.token).ok().filter(|look| same_server(look, server));
        let look = look.ok_or_else(|| wrong("the job has no name that can be asked for".to_owned()))?;
        job = client.json(Method::GET, &look).await?;
    }
}

/// What the file is called here.
pub fn file_name(selection: &Selection) -> String {
    let days = [selection.from, selection.until].into_iter().flatten().map(|day| day.to_string());
    let words: Vec<String> =
        std::iter::once("luutru".to_owned()).chain(selection.sites.iter().cloned()).chain(days).collect();
    let mut name = crate::archive::warc::file_safe(&words.join("-"));
    name.truncate(120);
    name + ".wacz"
}
