//! What the relay keeps of a broadcast, as far as it was asked for. Pure, but for reading the relay's answer.

use super::Moment;
use crate::{events::object, property};
use blobcast_wire::Segment;
use wasm_bindgen::JsValue;

/// A segment that the relay keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub number: Segment,
    /// ms.
    pub duration: f64,
    pub mime: String,
    /// On the relay.
    pub path: String,
}

/// What the relay answers who asks what it keeps. Times in ms since the Unix epoch.
#[derive(Debug)]
pub struct Listing {
    /// Whether the relay keeps anything at all.
    pub keeps: bool,
    /// When what is kept begins and ends, if anything is.
    pub kept: Option<(f64, f64)>,
    /// The relay's clock.
    pub now: f64,
    entries: Vec<Entry>,
}

/// Entries in order, of which the first comes next.
#[derive(Debug, Default)]
pub struct Shelf {
    entries: Vec<Entry>,
    /// The segment that was taken last.
    taken: Option<Segment>,
    /// When what was taken ends, ms.
    end: f64,
}

impl Listing {
    pub fn read(answer: &JsValue) -> Self {
        let number = |name| property::get(answer, name).as_f64();
        let segments = js_sys::Array::from(&property::get(answer, "segments"));
        Self {
            keeps: property::get(answer, "keeps").is_truthy(),
            kept: number("from").zip(number("to")),
            now: number("now").unwrap_or_default(),
            entries: segments.iter().filter_map(|entry| Entry::read(&entry)).collect(),
        }
    }
}

impl Listing {
    /// As the page gets it: `{ from, to }` of Dates, or `null`.
    pub fn bounds(&self) -> JsValue {
        let date = |ms: f64| js_sys::Date::new(&ms.into()).into();
        self.kept.map_or(JsValue::NULL, |(from, to)| object(&[("from", date(from)), ("to", date(to))]))
    }
}

impl Entry {
    /// `None` for what is no media that plays.
    fn read(entry: &JsValue) -> Option<Self> {
        let number = |name| property::get(entry, name).as_f64();
        let text = |name| property::get(entry, name).as_string();
        Some(Self {
            number: number("number")? as Segment,
            duration: number("duration")?,
            mime: text("type")?,
            path: text("url")?,
        })
    }

    /// When it begins, ms since the Unix epoch.
    pub fn start(&self) -> f64 {
        self.number as f64 / 1e3
    }
}

impl Shelf {
    /// Adds what was not taken yet; whether there was any.
    pub fn add(&mut self, listing: Listing) -> bool {
        let taken = self.taken;
        self.entries = listing.entries.into_iter().filter(|entry| Some(entry.number) > taken).collect();
        !self.entries.is_empty()
    }

    /// When the next one begins, ms.
    pub fn next_start(&self) -> Option<f64> {
        self.entries.first().map(Entry::start)
    }

    pub fn take(&mut self) -> Option<Entry> {
        let entry = (!self.entries.is_empty()).then(|| self.entries.remove(0))?;
        self.taken = Some(entry.number);
        self.end = entry.start() + entry.duration;
        Some(entry)
    }

    /// The segment that was taken last.
    pub fn taken(&self) -> Option<Segment> {
        self.taken
    }

    /// From when on to ask for more, ms.
    pub fn end(&self) -> Option<Moment> {
        self.taken.map(|_| Moment::At(self.end as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(numbers: &[Segment]) -> Listing {
        let entry =
            |&number| Entry { number, duration: 2_000.0, mime: "video/webm".into(), path: "/a".into() };
        Listing { keeps: true, kept: None, now: 0.0, entries: numbers.iter().map(entry).collect() }
    }

    #[test]
    fn nothing_is_taken_twice_whatever_is_listed() {
        let mut shelf = Shelf::default();
        assert_eq!((shelf.end(), shelf.take()), (None, None));
        assert!(shelf.add(listing(&[2_000_000, 4_000_000])));
        assert_eq!(shelf.next_start(), Some(2_000.0));
        let taken = |shelf: &mut Shelf| shelf.take().map(|entry| entry.number);
        assert_eq!((taken(&mut shelf), taken(&mut shelf)), (Some(2_000_000), Some(4_000_000)));
        assert_eq!(shelf.end(), Some(Moment::At(6_000)));
        assert!(!shelf.add(listing(&[2_000_000, 4_000_000])), "all of these were taken");
        assert!(shelf.add(listing(&[4_000_000, 6_000_000])));
        assert_eq!((taken(&mut shelf), taken(&mut shelf)), (Some(6_000_000), None));
        assert_eq!(shelf.taken(), Some(6_000_000));
    }
}
