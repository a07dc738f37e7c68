//! What a program that runs for months tells the one who watches it: ready, alive, ending.
//!
//! Promises: it never holds anything up; where nobody watches, it says nothing.

mod notify;

pub use notify::Notify;
