//! One integration binary; themed files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod bundles;
mod bytes;
mod crash;
mod daemon;
mod daemon_control;
mod daemon_stage;
mod disk;
mod errors;
mod examples;
mod exports;
mod extract;
mod families;
mod faults;
mod fixity;
mod flow;
mod gates;
mod harness;
mod interrupt;
mod judges;
mod metrics;
mod near;
mod package;
mod pages;
mod places;
mod polite;
mod portals;
mod probe;
mod pull;
mod raw;
mod recovery;
mod recurring;
mod reindex;
mod requisites;
mod score;
mod serve;
mod sitemaps;
mod support;
mod takedowns;
mod templates;
mod tidy;
mod tls;
mod units;
mod versions;
mod walking;
