//! A stretch of time, as `?from=&to=` has it. Pure.

use crate::ask::parameter;
use blobcast_wire::Segment;
use percent_encoding::percent_decode_str;
use std::{error::Error, fmt, str::FromStr};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// From a moment on and before another, µs since the Unix epoch as segments' numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Segment,
    pub(crate) to: Segment,
}

/// A moment: written as ms since the Unix epoch, as RFC 3339, or as ms before now with a minus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// µs since the Unix epoch.
    At(Segment),
    /// µs before now.
    Ago(u64),
}

/// A text that is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MomentError;

impl Span {
    /// All of it.
    pub(crate) const ALL: Self = Self { from: 0, to: Segment::MAX };

    /// From one moment until another, if they are said. `now` is µs since the Unix epoch.
    ///
    /// # Errors
    /// What is wrong, as one sentence.
    pub(crate) fn new(from: Option<Moment>, to: Option<Moment>, now: u64) -> Result<Self, &'static str> {
        let from = from.map_or(Self::ALL.from, |from| from.at(now));
        let to = to.map_or(Self::ALL.to, |to| to.at(now));
        if from > to { Err("to is before from: exchange them") } else { Ok(Self { from, to }) }
    }

    /// Reads a query, at `now`, µs since the Unix epoch.
    ///
    /// # Errors
    /// What is wrong, as one sentence.
    pub(crate) fn parse(query: &str, now: u64) -> Result<Self, String> {
        let get = |key: &str| {
            let text = parameter(query, key).map(|text| percent_decode_str(text).decode_utf8_lossy());
            text.map(|text| text.parse().map_err(|error| format!("{key} is {error}"))).transpose()
        };
        Ok(Self::new(get("from")?, get("to")?, now)?)
    }

    /// Whether something that begins and ends then is in it, all or a part. What takes no time is where it begins.
    pub(crate) fn overlaps(&self, start: Segment, end: Segment) -> bool {
        start < self.to && (self.from < end || self.from <= start)
    }
}

impl Moment {
    fn at(self, now: u64) -> Segment {
        match self {
            Self::At(micros) => micros,
            Self::Ago(micros) => now.saturating_sub(micros),
        }
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let micros = match text.parse::<f64>() {
            Ok(millis) if !millis.is_finite() => return Err(MomentError),
            Ok(millis) if millis.is_sign_negative() => {
                return Ok(Self::Ago((-millis * 1000.0).round() as u64));
            }
            Ok(millis) => (millis * 1000.0).round() as Segment,
            Err(_) => {
                let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| MomentError)?;
                (time.unix_timestamp_nanos() / 1000).try_into().map_err(|_| MomentError)?
            }
        };
        Ok(Self::At(micros))
    }
}

impl fmt::Display for MomentError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(
            "no time since 1970: write ms since the epoch, RFC 3339 such as 2026-11-26T00:43:28Z, or ms before now such as -60000",
        )
    }
}

impl Error for MomentError {}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_795_653_900_000_000;

    #[test]
    fn a_time_is_ms_or_rfc_3339() {
        let micros = 1_795_653_808_123_456;
        for text in [
            "1795653808123.456",
            "2026-11-26T00:43:28.123456Z",
            "2026-11-26T00:43:28.123456789Z",
            "2026-11-26T02:43:28.123456+02:00",
            "2026-11-26t00:43:28.123456z",
        ] {
            assert_eq!(text.parse(), Ok(Moment::At(micros)), "{text}");
        }
        assert_eq!("0".parse(), Ok(Moment::At(0)));
        assert_eq!("-60000".parse(), Ok(Moment::Ago(60_000_000)));
        assert_eq!((Moment::Ago(3).at(10), Moment::Ago(11).at(10)), (7, 0));
        for text in [
            "",
            "now",
            "NaN",
            "inf",
            "1969-12-31T23:59:59Z",
            "2026-11-26",
            "2026-11-26T00:43:28",
            "2026-13-01T00:00:00Z",
        ] {
            assert_eq!(text.parse::<Moment>(), Err(MomentError), "{text}");
        }
        // What a list says is what is asked for next, to the µs.
        for micros in [micros, micros + 1, 2 * micros] {
            assert_eq!((micros as f64 / 1000.0).to_string().parse(), Ok(Moment::At(micros)));
        }
    }

    #[test]
    fn a_query_may_say_both_ends_or_one_or_none() {
        assert_eq!(Span::parse("", NOW), Ok(Span::ALL));
        assert_eq!(Span::parse("token=x&from=1", NOW), Ok(Span { from: 1000, ..Span::ALL }));
        assert_eq!(Span::parse("from=1&to=2.5", NOW), Ok(Span { from: 1000, to: 2500 }));
        assert_eq!(Span::parse("from=-2&to=-0.5", NOW), Ok(Span { from: NOW - 2000, to: NOW - 500 }));
        let escaped = "to=1970-01-01T01%3A00%3A01%2B01%3A00";
        assert_eq!(Span::parse(escaped, NOW), Ok(Span { to: 1_000_000, ..Span::ALL }));
        assert_eq!(Span::parse("to=1&from=2", NOW), Err("to is before from: exchange them".into()));
        for (query, said) in [
            ("from=yesterday", "from is no time"),
            ("to=", "to is no time"),
            ("from", "from is no time"),
            ("from=1&to=x", "to is no time"),
        ] {
            let error = Span::parse(query, NOW).expect_err(query);
            assert!(error.starts_with(said) && error.contains("RFC 3339"), "{query}: {error}");
        }
    }

    #[test]
    fn what_only_touches_is_outside_and_what_takes_no_time_is_where_it_begins() {
        let span = Span { from: 10, to: 20 };
        for (start, end, is_in) in [
            (0, 10, false),
            (0, 11, true),
            (19, 30, true),
            (20, 30, false),
            (0, 30, true),
            (10, 10, true),
            (20, 20, false),
            (9, 9, false),
        ] {
            assert_eq!(span.overlaps(start, end), is_in, "{start} to {end}");
        }
    }
}
