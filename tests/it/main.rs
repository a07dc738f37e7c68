//! One integration binary; themed files.

mod crash;
mod examples;
mod flow;
mod harness;
mod polite;
mod support;
mod tidy;
