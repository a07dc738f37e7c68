//! Civil dates in Vietnam time (UTC+7, no summer time) and the forms in which portals print them.

use std::time::{SystemTime, UNIX_EPOCH};

/// A moment in Vietnam time, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// Days since 1970-01-01.
    pub day: i64,
    /// Seconds since midnight.
    pub second: u32,
}

const WEEKDAYS: [&str; 7] = ["Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật", "Thứ hai", "Thứ ba", "Thứ tư"];

impl Stamp {
    /// The given civil day at the given time.
    pub fn new(date: (i32, u8, u8), hour: u32, minute: u32) -> Self {
        Self { day: days_from_civil(date), second: hour * 3600 + minute * 60 }
    }

    /// The present moment.
    pub fn now() -> Self {
        let secs = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()) + 7 * 3600;
        Self { day: (secs / 86_400).cast_signed(), second: (secs % 86_400) as u32 }
    }

    /// This moment and `minutes` more.
    pub fn plus_minutes(self, minutes: u32) -> Self {
        let second = self.second + minutes * 60;
        Self { day: self.day + i64::from(second / 86_400), second: second % 86_400 }
    }

    /// Year, month, day.
    pub fn civil(self) -> (i32, u8, u8) {
        civil_from_days(self.day)
    }

    /// Hour and minute.
    pub fn clock(self) -> (u32, u32) {
        (self.second / 3600, self.second / 60 % 60)
    }

    /// `20/11/2026`.
    pub fn dmy(self) -> String {
        let (y, m, d) = self.civil();
        format!("{d:02}/{m:02}/{y}")
    }

    /// `20/11/2026 09:35`.
    pub fn dmy_hm(self) -> String {
        let (h, mi) = self.clock();
        format!("{} {h:02}:{mi:02}", self.dmy())
    }

    /// The named parts (`y`, `m`, `d`, `h`, `i`) as digits without borders.
    pub fn digits(self, parts: &str) -> String {
        let ((year, month, day), (hour, minute)) = (self.civil(), self.clock());
        let part = |name: char| match name {
            'y' => year.to_string(),
            'm' => format!("{month:02}"),
            'd' => format!("{day:02}"),
            'h' => format!("{hour:02}"),
            _ => format!("{minute:02}"),
        };
        parts.chars().map(part).collect()
    }

    /// `20/11/26`, as Liferay lists print it.
    pub fn dmy_short(self) -> String {
        let (y, m, d) = self.civil();
        format!("{d:02}/{m:02}/{:02}", y % 100)
    }

    /// `Thứ sáu`.
    pub fn weekday(self) -> &'static str {
        WEEKDAYS[self.day.rem_euclid(7) as usize]
    }

    /// `Thứ Sáu`.
    pub fn weekday_title(self) -> String {
        let (head, tail) = self.weekday().split_once(' ').unwrap_or_default();
        let mut letters = tail.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        format!("{head} {first}{}", letters.as_str())
    }

    /// RFC 3339 with `+07:00`.
    pub fn rfc3339(self) -> String {
        let (y, m, d) = self.civil();
        let (h, mi) = self.clock();
        format!("{y}-{m:02}-{d:02}T{h:02}:{mi:02}:{:02}+07:00", self.second % 60)
    }

    /// The form of HTTP and RSS dates, in GMT.
    pub fn http(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let total = self.day * 86_400 + i64::from(self.second) - 7 * 3600;
        let utc = Self { day: total.div_euclid(86_400), second: total.rem_euclid(86_400) as u32 };
        let (y, m, d) = utc.civil();
        let (h, mi) = utc.clock();
        let (day, month) = (DAYS[utc.day.rem_euclid(7) as usize], MONTHS[usize::from(m) - 1]);
        format!("{day}, {d:02} {month} {y} {h:02}:{mi:02}:{:02} GMT", utc.second % 60)
    }

    /// RFC 822 with `+0700`, as feeds print it.
    pub fn rfc822(self) -> String {
        let gmt = Self { second: self.second + 7 * 3600, ..self };
        let gmt = Self { day: gmt.day + i64::from(gmt.second / 86_400), second: gmt.second % 86_400 };
        gmt.http().replace("GMT", "+0700")
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn epoch_ms(self) -> i64 {
        (self.day * 86_400 + i64::from(self.second) - 7 * 3600) * 1000
    }

    /// .NET ticks of this moment, as the storage of one family names its files.
    pub fn ticks(self) -> u64 {
        (self.day.unsigned_abs() + 719_162) * 864_000_000_000 + u64::from(self.second) * 10_000_000
    }
}

/// Howard Hinnant's `days_from_civil`.
fn days_from_civil((y, m, d): (i32, u8, u8)) -> i64 {
    let y = i64::from(y) - i64::from(m <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((i64::from(m) + 9) % 12) + 2) / 5 + i64::from(d) - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

fn civil_from_days(z: i64) -> (i32, u8, u8) {
    let z = z + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = (doy - (153 * mp + 2) / 5 + 1) as u8;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    ((yoe + era * 400 + i64::from(m <= 2)) as i32, m as u8, d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_both_ways() {
        for day in [-1, 0, 59, 11_016, 20_777, 30_000] {
            assert_eq!(days_from_civil(civil_from_days(day)), day);
        }
        let stamp = Stamp::new((2026, 11, 20), 9, 35);
        assert_eq!(stamp.weekday(), "Thứ sáu");
        assert_eq!(stamp.rfc3339(), "2026-11-20T09:35:00+07:00");
        assert_eq!(stamp.http(), "Fri, 20 Nov 2026 02:35:00 GMT");
        assert_eq!(stamp.rfc822(), "Fri, 20 Nov 2026 09:35:00 +0700");
        assert_eq!(stamp.epoch_ms(), 1_795_142_100_000);
        assert_eq!(stamp.weekday_title(), "Thứ Sáu");
        // 2023-11-09 14:18:32 is a known tick count of such a file name.
        let known = Stamp { day: Stamp::new((2023, 11, 9), 0, 0).day, second: 14 * 3600 + 18 * 60 + 32 };
        assert_eq!(known.ticks() / 10_000_000, 63_835_136_312);
    }
}
