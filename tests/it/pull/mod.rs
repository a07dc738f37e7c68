//! `luutru pull` against servers that cut, lie, stall and point elsewhere.

mod faults;
mod library;
mod plain;
mod real;
