//! The archivists' server: the real binary over real files, asked by real clients.

pub mod access;
mod basics;
mod doorstep;
pub mod server;
