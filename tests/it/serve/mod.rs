//! The archivists' server: the real binary over real files, asked by real clients.

pub mod access;
mod basics;
mod bundles;
mod captures;
mod doorstep;
mod files;
mod hardening;
mod html;
mod made;
mod pages;
mod scoped;
mod searching;
pub mod server;
pub mod shared;
mod wasapi;
