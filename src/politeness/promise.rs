//! The pace as one line, for a capture's metadata: what was promised when the request was made.

use std::time::Duration;

use super::Pace;

/// Name of the line in a metadata record.
pub const PACE_LINE: &str = "luutru-pace-ms";

impl Pace {
    /// `delay=5000 crawl-delay-cap=120000 backoff-first=60000 backoff-max=86400000`, in milliseconds.
    pub fn to_line(&self) -> String {
        let ms = |duration: Duration| duration.as_millis();
        format!(
            "delay={} crawl-delay-cap={} backoff-first={} backoff-max={}",
            ms(self.delay),
            ms(self.crawl_delay_cap),
            ms(self.backoff_first),
            ms(self.backoff_max)
        )
    }

    /// Reads such a line, in any order; `None` if a value is missing. Words of later versions are passed over.
    pub fn from_line(line: &str) -> Option<Self> {
        let value = |name: &str| {
            let mut words = line.split(' ').filter_map(|word| word.split_once('='));
            let (_, text) = words.find(|(key, _)| *key == name)?;
            text.parse().ok().map(Duration::from_millis)
        };
        Some(Self {
            delay: value("delay")?,
            crawl_delay_cap: value("crawl-delay-cap")?,
            backoff_first: value("backoff-first")?,
            backoff_max: value("backoff-max")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_reads_back() {
        let pace = Pace { delay: Duration::from_millis(250), ..Pace::default() };
        assert_eq!(Pace::from_line(&pace.to_line()), Some(pace));
        assert_eq!(Pace::from_line(&format!("{} more=1", Pace::default().to_line())), Some(Pace::default()));
        assert_eq!(Pace::from_line("delay=5000"), None);
        assert_eq!(Pace::from_line("delay=x crawl-delay-cap=1 backoff-first=1 backoff-max=1"), None);
    }
}
