//! The archivists' server: the real binary over real files, asked by real clients.

mod basics;
mod html;
mod made;
mod pages;
mod searching;
pub mod server;
