//! When a file is full. Decided between captures, never inside one.

use std::time::Duration;

use jiff::Timestamp;

/// Bounds of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// Size that a file does not grow past, unless a single capture is larger.
    pub max_bytes: u64,
    /// Age after which it is sealed.
    pub max_age: Duration,
}

impl Default for Rotation {
    /// 1 GB (10^9 bytes), a day.
    fn default() -> Self {
        Self { max_bytes: 1_000_000_000, max_age: Duration::from_hours(24) }
    }
}

impl Rotation {
    /// Whether a file of `length` bytes, begun at `begun`, must be sealed before `next` bytes are appended at `now`.
    pub fn due(&self, length: u64, begun: Timestamp, now: Timestamp, next: u64) -> bool {
        // A clock that went back gives a negative age: the file is young.
        let age = Duration::try_from(now.duration_since(begun)).unwrap_or_default();
        length.saturating_add(next) > self.max_bytes || age >= self.max_age
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_age_count() {
        let begun: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let later = begun + Duration::from_hours(24);
        let rotation = Rotation { max_bytes: 100, ..Rotation::default() };
        assert!(!rotation.due(60, begun, begun, 40));
        assert!(rotation.due(60, begun, begun, 41));
        assert!(rotation.due(1, begun, later, 0));
        assert!(!rotation.due(1, later, begun, 0));
    }
}
