//! The archivists' server: the real binary over real files, asked by real clients.

mod basics;
mod bundles;
mod captures;
mod files;
mod hardening;
pub mod server;
pub mod shared;
mod wasapi;
