//! Look-alike public portals on loopback.
