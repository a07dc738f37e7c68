//! x
mod coverage;
mod frontier;
mod rows;
