//! The archivists' server: the real binary over real files, asked by real clients.

mod basics;
pub mod server;
