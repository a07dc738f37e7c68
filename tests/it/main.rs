//! One integration binary; themed files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod bytes;
mod crash;
mod disk;
mod errors;
mod examples;
mod families;
mod faults;
mod flow;
mod harness;
mod interrupt;
mod near;
mod places;
mod polite;
mod portals;
mod probe;
mod raw;
mod recovery;
mod score;
mod serve;
mod support;
mod tidy;
mod tls;
mod versions;
