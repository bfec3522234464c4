//! What there is of one name, oldest first. Pure.

use super::{
    kind::Kind,
    label::{Label, end_of},
};
use crate::span::Span;
use blobcast_wire::Segment;
use std::{collections::VecDeque, num::NonZeroU32};

/// A finished segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recording {
    /// What its file is called.
    pub(crate) label: Label,
    /// How large that is.
    pub(crate) bytes: u64,
}

/// All finished segments of a name, 24 bytes each. (Room for more that is made beforehand costs none before it is used.)
#[derive(Debug, Default)]
pub(crate) struct Record {
    items: VecDeque<Item>,
    /// The types that there are. Mostly one.
    kinds: Vec<Kind>,
    /// The bytes of all.
    bytes: u64,
    /// Of the longest segment that there ever was, µs.
    longest: u64,
    is_whole: bool,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    number: Segment,
    bytes: u64,
    duration: Option<NonZeroU32>,
    /// Which of the types.
    kind: u32,
}

impl Item {
    fn end(&self) -> Segment {
        end_of(self.number, self.duration)
    }
}

impl Record {
    /// Puts one in, in place of the one with its number.
    pub(crate) fn put(&mut self, recording: Recording) {
        let item = self.item(recording);
        match self.find(item.number) {
            Ok(at) => {
                let before = std::mem::replace(&mut self.items[at], item);
                self.bytes -= before.bytes;
            }
            Err(at) => self.items.insert(at, item),
        }
        self.bytes += item.bytes;
    }

    /// Puts in what a folder has, but for what is known better. Of two with one number, the longer one was to take the other's
    /// place.
    pub(crate) fn fill(&mut self, mut found: Vec<Recording>) {
        found.sort_by_key(|recording| {
            let label = &recording.label;
            (label.number, std::cmp::Reverse(label.duration))
        });
        for recording in found {
            if let Err(at) = self.find(recording.label.number) {
                let item = self.item(recording);
                self.items.insert(at, item);
                self.bytes += item.bytes;
            }
        }
        self.items.shrink_to_fit();
        self.is_whole = true;
    }

    /// What the folder has is in it.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Takes the one with this label out, if it is there.
    pub(crate) fn remove(&mut self, label: &Label) {
        let Ok(at) = self.find(label.number) else { return };
        if self.recording(&self.items[at]).label == *label {
            self.bytes -= self.items[at].bytes;
            self.items.remove(at);
        }
    }

    /// The first so many that overlap a span, and whether there are more.
    pub(crate) fn list(&self, span: Span, most: usize) -> (Vec<Recording>, bool) {
        let first = span.from.saturating_sub(self.longest);
        let first = self.items.partition_point(|item| item.number < first);
        let items = self.items.range(first..).take_while(|item| item.number < span.to);
        let mut overlapping = items.filter(|item| span.overlaps(item.number, item.end()));
        let listed = overlapping.by_ref().take(most).map(|item| self.recording(item)).collect();
        (listed, overlapping.next().is_some())
    }

    /// When the first begins and the last ends.
    pub(crate) fn bounds(&self) -> Option<(Segment, Segment)> {
        Some((self.items.front()?.number, self.items.back()?.end()))
    }

    /// The bytes of all.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Recording> {
        self.items.iter().map(|item| self.recording(item))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn find(&self, number: Segment) -> Result<usize, usize> {
        self.items.binary_search_by_key(&number, |item| item.number)
    }

    fn item(&mut self, Recording { label, bytes }: Recording) -> Item {
        self.longest = self.longest.max(label.end() - label.number);
        // Most likely it is of the type that the one before it had.
        let known = self.kinds.iter().rposition(|kind| *kind == label.kind);
        let kind = known.unwrap_or_else(|| {
            self.kinds.push(label.kind);
            self.kinds.len() - 1
        });
        Item { number: label.number, bytes, duration: label.duration, kind: kind as u32 }
    }

    fn recording(&self, item: &Item) -> Recording {
        let Item { number, bytes, duration, kind } = *item;
        let label = Label { number, duration, kind: self.kinds[kind as usize].clone() };
        Recording { label, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{collections::BTreeMap, time::Duration};

    fn recording(number: Segment, millis: u64, bytes: u64) -> Recording {
        let mime = if number.is_multiple_of(3) { "video/webm;codecs=vp8" } else { "audio/webm;codecs=opus" };
        let label = Label::new(number, mime).lasting(Some(Duration::from_millis(millis)));
        Recording { label, bytes }
    }

    fn numbers(listed: &[Recording]) -> Vec<Segment> {
        listed.iter().map(|recording| recording.label.number).collect()
    }

    #[test]
    fn a_segment_takes_24_bytes() {
        assert_eq!(size_of::<Item>(), 24);
    }

    #[test]
    fn a_list_is_what_overlaps_the_span_and_says_whether_there_is_more() {
        let mut record = Record::default();
        // A long one begins first and ends last.
        for (number, millis) in [(1000, 9), (3000, 2), (5000, 2), (7000, 0)] {
            record.put(recording(number, millis, 1));
        }
        let list = |from, to, most| {
            let (listed, more) = record.list(Span { from, to }, most);
            (numbers(&listed), more)
        };
        assert_eq!(list(0, u64::MAX, 9), (vec![1000, 3000, 5000, 7000], false));
        assert_eq!(list(0, u64::MAX, 3), (vec![1000, 3000, 5000], true));
        assert_eq!(list(5000, 7000, 9), (vec![1000, 5000], false));
        assert_eq!(list(9500, 9999, 9), (vec![1000], false));
        assert_eq!(list(10_000, u64::MAX, 9), (vec![], false));
        assert_eq!(list(0, 1000, 9), (vec![], false));
        assert_eq!(record.bounds(), Some((1000, 7000)));
        assert_eq!(Record::default().bounds(), None);
    }

    #[test]
    fn what_the_writer_has_said_is_newer_than_what_a_folder_had() {
        let mut record = Record::default();
        record.put(recording(2, 20, 200));
        record.fill(vec![
            recording(3, 3, 30),
            recording(2, 10, 100),
            recording(1, 5, 50),
            recording(1, 9, 90),
        ]);
        assert_eq!(
            record.iter().collect::<Vec<_>>(),
            [recording(1, 9, 90), recording(2, 20, 200), recording(3, 3, 30)]
        );
        assert_eq!(record.bytes(), 320);
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_map(steps in proptest::collection::vec((0..3u8, 1..20u64, 0..9u64, 0..99u64), 0..60), span in (0..30u64, 0..30u64), most in 0..9usize) {
            let mut record = Record::default();
            let mut map = BTreeMap::new();
            for (what, number, millis, bytes) in steps {
                let number = number * 1000;
                let label = recording(number, millis, bytes).label;
                if what == 0 {
                    record.remove(&label);
                    map.retain(|_, recording: &mut Recording| recording.label != label);
                } else {
                    record.put(recording(number, millis, bytes));
                    map.insert(number, recording(number, millis, bytes));
                }
            }
            prop_assert_eq!(record.iter().collect::<Vec<_>>(), map.values().cloned().collect::<Vec<_>>());
            prop_assert_eq!(record.bytes(), map.values().map(|recording| recording.bytes).sum::<u64>());
            let span = Span { from: span.0 * 1000, to: span.1 * 1000 };
            let overlaps = |label: &Label| span.overlaps(label.number, label.end());
            let all: Vec<_> = map.into_values().filter(|recording| overlaps(&recording.label)).collect();
            let (listed, more) = record.list(span, most);
            prop_assert_eq!(&listed[..], &all[..most.min(all.len())]);
            prop_assert_eq!(more, all.len() > most);
        }
    }
}
