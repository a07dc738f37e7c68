//! Requests in the order of time → breaches, servers, the sum.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::history::{History, Verdict};
use super::read::{Read, sorting};
use super::report::{Breach, BreachKind, ServerReport, Total, Word};
use super::request::Request;
use super::server::{Fault, Interest, Server, place};
use super::{AuditError, Scope, Watcher};
use crate::archive::warc::file_safe;

/// Requests after which progress is told.
const STEP: u64 = 10_000;

struct Judge<'a> {
    scope: &'a Scope,
    watch: &'a dyn Watcher,
    files: Vec<String>,
    history: History,
    servers: BTreeMap<String, Server>,
    count: u64,
    judged: u64,
    total: Total,
    /// The end of a line that has not come whole yet.
    rest: Vec<u8>,
}

/// Judges what was read, and tells it.
pub fn judge(scope: &Scope, read: Read, watch: &dyn Watcher) -> Result<Total, AuditError> {
    let total = Total {
        files: read.files.len() as u64,
        unreadable: read.unreadable,
        unclear: read.unclear,
        ..Total::default()
    };
    let mut judge = Judge {
        scope,
        watch,
        files: read.files,
        history: History::new(read.rules),
        servers: BTreeMap::new(),
        count: read.count,
        judged: 0,
        total,
        rest: Vec::new(),
    };
    match read.requests.write_to(&mut judge) {
        Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(sorting(error)),
        _ => {}
    }
    Ok(judge.tell())
}

impl Judge<'_> {
    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        let json = line.splitn(2, |&byte| byte == b' ').nth(1).unwrap_or_default();
        let request: Request = serde_json::from_slice(json)?;
        self.request(&request);
        self.judged += 1;
        if self.judged.is_multiple_of(STEP) {
            self.watch.step("judging", self.judged, self.count);
            if self.watch.stopped() {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
        Ok(())
    }

    fn request(&mut self, request: &Request) {
        let at = request.at();
        let within = self.scope.from.is_none_or(|from| from <= at) && self.scope.until.is_none_or(|until| at < until);
        let chosen = &self.scope.sites;
        let ours = chosen.is_empty() || chosen.iter().any(|site| file_safe(site) == file_safe(&request.site));
        let interest = Interest { within, ours };
        let name = request.server();
        let (verdict, crawl_delay) = self.history.judge(request);
        let server = self.servers.entry(name.clone()).or_default();
        let mut faults = server.take(request, crawl_delay, self.scope.delay, interest);
        if within {
            let host = request.url.host_str().unwrap_or_default();
            let port = request.url.port_or_known_default().unwrap_or(0);
            server.report.hosts.insert(format!("{host}:{port}"));
            server.report.sites.insert(request.site.clone());
        }
        if within && ours {
            faults.extend(robots(&mut server.report, verdict));
        }
        for fault in faults {
            self.breach(&name, request, fault);
        }
    }

    fn breach(&mut self, server: &str, request: &Request, (breach, what): Fault) {
        self.total.breaches += 1;
        self.watch.word(&Word::Breach(Breach {
            breach,
            server: server.to_owned(),
            site: request.site.clone(),
            url: request.url.to_string(),
            at: request.at().to_string(),
            place: place(request, &self.files),
            what,
        }));
    }

    /// Tells of each server, and the sum.
    fn tell(mut self) -> Total {
        let chosen = &self.scope.sites;
        for (name, Server { mut report, .. }) in self.servers {
            let of_site = |site: &String| chosen.iter().any(|wanted| file_safe(wanted) == file_safe(site));
            if report.captures == 0 || !(chosen.is_empty() || report.sites.iter().any(of_site)) {
                continue;
            }
            report.server = name;
            self.total.servers += 1;
            self.total.captures += report.captures;
            self.total.without_promise += report.without_promise;
            self.watch.word(&Word::Server(Box::new(report)));
        }
        self.total.stopped = self.watch.stopped();
        self.watch.word(&Word::Total(self.total.clone()));
        self.total
    }
}

/// Counts what robots.txt says of a request; what is wrong with it.
fn robots(report: &mut ServerReport, verdict: Verdict) -> Option<Fault> {
    let (count, fault) = match verdict {
        Verdict::Itself => return None,
        Verdict::Allowed => (&mut report.allowed, None),
        Verdict::WithReason(_) => (&mut report.passed_over, None),
        Verdict::Forbidden(rule) => {
            let what = format!("forbidden by the robots.txt in force ({rule}), and fetched");
            (&mut report.forbidden, Some((BreachKind::Forbidden, what)))
        }
        Verdict::Old(age_us) => {
            let what = format!("judged by a robots.txt that was {} h old", age_us / 3_600_000_000);
            (&mut report.old_robots, Some((BreachKind::OldRobots, what)))
        }
        Verdict::Unknown => {
            let what = "no robots.txt of its host is on record before it".to_owned();
            (&mut report.no_robots, Some((BreachKind::NoRobots, what)))
        }
    };
    *count += 1;
    fault
}

/// Lines come in pieces, as a sorter writes them.
impl Write for Judge<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let mut left = piece;
        while let Some(end) = memchr::memchr(b'\n', left) {
            let (line, after) = left.split_at(end);
            if self.rest.is_empty() {
                self.line(line)?;
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.line(&whole)?;
            }
            left = &after[1..];
        }
        self.rest.extend_from_slice(left);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
