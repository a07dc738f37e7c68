//! luutru
