//! Do the portals' names resolve, and to addresses that may be asked?

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use url::Host;

use super::{Area, Finding, Look, settings};
use crate::config::Config;
use crate::fetch::Guard;

const LOOK: Look = Look("names", Area::Network);
const ADDRESSES: Look = Look("addresses", Area::Network);

/// For one name.
const PATIENCE: Duration = Duration::from_secs(3);
/// For all of them.
const IN_ALL: Duration = Duration::from_secs(20);
/// Names that are looked up at once.
const AT_ONCE: usize = 32;
/// Names that a line gives as examples.
const NAMED: usize = 5;

/// What became of one name.
#[derive(Debug)]
struct Answer {
    host: String,
    found: Result<Vec<IpAddr>, String>,
}

/// The hosts of all enabled sites.
pub async fn look(config: &Config) -> Vec<Finding> {
    let hosts: BTreeSet<String> =
        settings::enabled(config).flat_map(|site| &site.hosts).map(|host| bare(host).to_owned()).collect();
    if hosts.is_empty() {
        return vec![LOOK.ok("no site is enabled, so there is no name to look up")];
    }
    let all = hosts.len();
    let answers = resolve(hosts, PATIENCE, IN_ALL).await;
    let guard = Guard::new(config.allow_net.clone());
    judge(&answers, all, &guard)
}

/// Without a port.
fn bare(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Looks them all up, some at once; names that were not answered in time are among the answers, those that were not asked
/// are not.
async fn resolve(hosts: BTreeSet<String>, each: Duration, all: Duration) -> Vec<Answer> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for host in hosts {
        let places = Arc::clone(&places);
        tasks.spawn(async move {
            // invariant: the semaphore is never closed.
            let _place = places.acquire().await;
            let found = lookup(&host, each).await;
            Answer { host, found }
        });
    }
    let until = Instant::now() + all;
    let mut answers = Vec::new();
    while let Ok(Some(answer)) = timeout_at(until, tasks.join_next()).await {
        answers.extend(answer);
    }
    answers.sort_by(|a, b| a.host.cmp(&b.host));
    answers
}

async fn lookup(host: &str, limit: Duration) -> Result<Vec<IpAddr>, String> {
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => return Ok(vec![address.into()]),
        Ok(Host::Ipv6(address)) => return Ok(vec![address.into()]),
        _ => {}
    }
    match timeout(limit, tokio::net::lookup_host((host, 443))).await {
        Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
        // The first half of the message says again what was done.
        Ok(Err(error)) => {
            let said = error.to_string();
            Err(said.rsplit_once(": ").map_or(said.clone(), |(_, why)| why.to_owned()))
        }
        Ok(Ok(found)) => Ok(found.map(|address| address.ip()).collect()),
    }
}

fn judge(answers: &[Answer], all: usize, guard: &Guard) -> Vec<Finding> {
    let lost: Vec<String> = answers
        .iter()
        .filter_map(|answer| answer.found.as_ref().err().map(|why| format!("{} ({why})", answer.host)))
        .collect();
    let resolved = answers.len() - lost.len();
    let mut what = format!("{resolved} of {all} hosts of enabled sites resolve");
    if answers.len() < all {
        let _ = write!(what, "; {} were not asked for want of time", all - answers.len());
    }
    if !lost.is_empty() {
        let _ = write!(what, "; not: {}", some(&lost));
    }
    let mut out = vec![match resolved {
        0 => LOOK.fail(what, "look at /etc/resolv.conf, the resolver and the way to the network"),
        _ if resolved == all => LOOK.ok(what),
        _ => LOOK.warn(what, "a portal that was switched off is `disabled = \"why\"` in its site file"),
    }];
    let refused: Vec<String> = answers
        .iter()
        .filter_map(|answer| {
            let addresses = answer.found.as_ref().ok()?;
            addresses.iter().find_map(|address| {
                let kind = guard.check(*address).err()?;
                Some(format!("{} is at {address}, a {kind} address", answer.host))
            })
        })
        .collect();
    if !refused.is_empty() {
        let mend = "a portal that is meant to be there needs `allow_net`; otherwise the resolver is wrong";
        out.push(
            ADDRESSES.warn(format!("the address guard refuses {} hosts: {}", refused.len(), some(&refused)), mend),
        );
    } else if resolved > 0 {
        out.push(ADDRESSES.ok("the address guard lets all of them pass"));
    }
    out
}

fn some(lines: &[String]) -> String {
    let more = lines.len().saturating_sub(NAMED);
    let first = lines[..lines.len().min(NAMED)].join(", ");
    if more > 0 { format!("{first}, and {more} more") } else { first }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn answer(host: &str, found: Result<&str, &str>) -> Answer {
        let found = found.map(|address| vec![address.parse().unwrap()]).map_err(str::to_owned);
        Answer { host: host.to_owned(), found }
    }

    #[test]
    fn one_that_resolves_is_a_network() {
        let (good, bad) = (answer("a.gov.vn", Ok("113.160.1.1")), || answer("b.gov.vn", Err("no such name")));
        let levels = |answers: &[Answer], all| -> Vec<Level> {
            judge(answers, all, &Guard::default()).iter().map(|finding| finding.level).collect()
        };
        assert_eq!(levels(&[bad(), bad()], 2), [Level::Fail]);
        assert_eq!(levels(&[], 3), [Level::Fail]);
        let found = judge(&[good, bad()], 3, &Guard::default());
        assert_eq!((found[0].level, found[1].level), (Level::Warn, Level::Ok));
        assert!(found[0].found.contains("1 of 3") && found[0].found.contains("b.gov.vn (no such name)"), "{found:?}");
        assert!(found[0].found.contains("1 were not asked"), "{found:?}");
        assert_eq!(levels(&[answer("a.gov.vn", Ok("113.160.1.1"))], 1), [Level::Ok, Level::Ok]);
    }

    #[test]
    fn an_address_that_may_not_be_asked_is_said() {
        let answers = [answer("a.gov.vn", Ok("10.0.0.7"))];
        let found = judge(&answers, 1, &Guard::default());
        assert_eq!(found[1].level, Level::Warn);
        assert!(found[1].found.contains("a.gov.vn is at 10.0.0.7, a private address"), "{found:?}");
        let allowed = judge(&answers, 1, &Guard::new(vec!["10.0.0.0/8".parse().unwrap()]));
        assert_eq!(allowed[1].level, Level::Ok);
    }

    #[test]
    fn literals_need_no_resolver_and_ports_are_no_part_of_a_name() {
        assert_eq!(
            [bare("127.0.0.1:8080"), bare("[::1]:80"), bare("[::1]"), bare("x.vn")],
            ["127.0.0.1", "[::1]", "[::1]", "x.vn"]
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let hosts = ["127.0.0.1", "[::1]"].map(str::to_owned).into();
        let answers = runtime.block_on(resolve(hosts, PATIENCE, IN_ALL));
        assert!(answers.len() == 2 && answers.iter().all(|answer| answer.found.is_ok()), "{answers:?}");
    }

    #[test]
    fn a_resolver_that_is_silent_costs_no_more_than_its_bound() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let begun = std::time::Instant::now();
        let hosts = (0..40).map(|n| format!("host-{n}.invalid")).collect();
        let answers = runtime.block_on(resolve(hosts, Duration::ZERO, Duration::from_secs(2)));
        runtime.shutdown_background();
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        assert!(answers.iter().all(|answer| answer.found.is_err()), "{answers:?}");
    }
}
