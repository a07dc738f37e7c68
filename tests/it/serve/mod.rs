//! The archivists' server: the real binary over real files, asked by real clients.

mod basics;
mod bundles;
mod captures;
mod files;
mod hardening;
mod html;
mod made;
mod pages;
mod searching;
pub mod server;
pub mod shared;
mod wasapi;
