//! `luutru` (lưu trữ, "to archive"): a polite crawler and archiving daemon for the news lists of public portals.
//!
//! The rooms, in the order data flows:

/// Words that pass between rooms: addresses, digests, dates with their source, limits, clocks.
pub mod model;

/// `luutru.toml` and site files, turned into checked values; every fault names file, line and mend.
pub mod config;

/// What came over the wire, turned into a page that can be read: media type, charset, bounded DOM.
pub mod page;

/// What a portal looks like: CMS families, reading a list page, finding the next one.
pub mod portal;

/// From a page to an article's cleaned text, dates, byline and fingerprints.
pub mod article;

/// Frontier, hashes and politeness state behind one small trait; a cache of what the WARC files say.
pub mod ledger;

/// robots.txt, one budget per server, back-off: the only room that can make a `Permit`.
pub mod politeness;

/// One exchange over the wire: address guard, TLS, the tee that keeps the bytes, limits.
pub mod fetch;

/// Schedule, frontier, coverage and the pipeline that wires all rooms.
pub mod crawl;

/// Captures and texts to WARC files, their indexes and the catalogue; and back.
pub mod archive;

/// A machine, a configuration and a root, looked at: is it fit?
pub mod doctor;

/// The WARC files alone, read as a witness: was every server asked politely?
pub mod audit;

/// Tokens that the server gave out, and what each opens.
pub mod access;
/// Catalogue and texts, made searchable by their words; a cache.
pub mod search;

/// What a long-running program tells those who watch it.
pub mod observe;

/// The files of an archive root, served to archivists; reads only.
pub mod serve;

/// One line of JSON to the daemon, and its answer: the control socket.
pub mod control;
/// A server elsewhere, turned into a verified copy here.
pub mod pull;

/// The command line: one file a command; output, progress, exit codes.
pub mod cli;
