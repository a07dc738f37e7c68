//! One integration binary; themed files.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by panicking")]

mod crash;
mod examples;
mod flow;
mod harness;
mod polite;
mod portals;
mod probe;
mod support;
mod tidy;
