//! How much of an archive stays, and what goes for that. Pure: time is an argument.

#![allow(rustdoc::bare_urls, reason = "these comments are the text of --help")]

use crate::archive::{Record, Recording};
use blobcast_wire::{Name, Segment};
use clap::Args;
use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

/// How much of the archive stays. What goes is the oldest; without any of these nothing does.
#[derive(Args, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "What stays in the archive (all of it, without any of these)")]
pub struct Retention {
    /// Removes what ended so long ago from the archive, such as 7d.
    #[arg(long = "archive-max-age", env = "BLOBCAST_ARCHIVE_MAX_AGE", value_name = "TIME",
        value_parser = humantime::parse_duration, requires = "archive")]
    pub max_age: Option<Duration>,

    /// Removes the oldest segments from the archive while it has more bytes than that.
    #[arg(
        long = "archive-max-bytes",
        env = "BLOBCAST_ARCHIVE_MAX_BYTES",
        value_name = "BYTES",
        requires = "archive"
    )]
    pub max_bytes: Option<u64>,

    /// Removes the oldest segments of a name while the archive has more bytes of that than these.
    #[arg(
        long = "archive-max-bytes-per-broadcast",
        env = "BLOBCAST_ARCHIVE_MAX_BYTES_PER_BROADCAST",
        value_name = "BYTES",
        requires = "archive"
    )]
    pub max_bytes_per_broadcast: Option<u64>,
}

impl Retention {
    /// Whether all stays.
    pub(crate) fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// What is to go now, µs since the Unix epoch: of each name its oldest, and so many at most. What is stuck is taken for gone: nothing else
    /// goes in its stead, and it is not among them.
    pub(crate) fn surplus<'a>(
        &self,
        records: impl Iterator<Item = (&'a Name, &'a Record)>,
        now: u64,
        most: usize,
        is_stuck: impl Fn(&Name, Segment) -> bool,
    ) -> Vec<(Name, Recording)> {
        let oldest = self.max_age.map_or(0, |age| {
            let micros = u64::try_from(age.as_micros()).unwrap_or(u64::MAX);
            now.saturating_sub(micros)
        });
        let mut surplus = Vec::new();
        let mut total = 0;
        let mut rests = Vec::new();
        for (name, record) in records {
            let mut bytes = record.bytes();
            let mut rest = record.iter().peekable();
            let is_surplus = |recording: &Recording, bytes| {
                recording.label.end() < oldest
                    || self.max_bytes_per_broadcast.is_some_and(|max_bytes| bytes > max_bytes)
            };
            while surplus.len() < most
                && let Some(recording) = rest.next_if(|recording| is_surplus(recording, bytes))
            {
                bytes -= recording.bytes;
                if !is_stuck(name, recording.label.number) {
                    surplus.push((name.clone(), recording));
                }
            }
            total += bytes;
            rests.push((name, rest));
        }
        // The oldest of each name, and the oldest of these first.
        let front = |at: usize, recording: &Recording| Reverse((recording.label.number, at));
        let fronts = rests.iter_mut().enumerate();
        let mut fronts: BinaryHeap<_> =
            fronts.filter_map(|(at, (_, rest))| Some(front(at, rest.peek()?))).collect();
        while surplus.len() < most
            && self.max_bytes.is_some_and(|max_bytes| total > max_bytes)
            && let Some(Reverse((_, at))) = fronts.pop()
            && let (name, rest) = &mut rests[at]
            && let Some(recording) = rest.next()
        {
            total -= recording.bytes;
            if !is_stuck(name, recording.label.number) {
                surplus.push(((*name).clone(), recording));
            }
            fronts.extend(rest.peek().map(|next| front(at, next)));
        }
        surplus
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Label;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    const ALL: usize = usize::MAX;

    /// Segments of 1 s each, by their seconds and bytes.
    fn record(segments: &[(u64, u64)]) -> Record {
        let mut record = Record::default();
        for &(seconds, bytes) in segments {
            let label = Label::new(seconds * 1_000_000, "video/webm").lasting(Some(Duration::from_secs(1)));
            record.put(Recording { label, bytes });
        }
        record
    }

    fn archive(names: &[(&str, &[(u64, u64)])]) -> BTreeMap<Name, Record> {
        names.iter().map(|(name, segments)| (name.parse().expect("a name"), record(segments))).collect()
    }

    /// What goes at a second, by name and second.
    fn gone(
        retention: Retention,
        archive: &BTreeMap<Name, Record>,
        now: u64,
        most: usize,
    ) -> Vec<(String, u64)> {
        let surplus = retention.surplus(archive.iter(), now * 1_000_000, most, |_, _| false);
        let key =
            |(name, recording): (Name, Recording)| (name.to_string(), recording.label.number / 1_000_000);
        surplus.into_iter().map(key).collect()
    }

    #[test]
    fn what_ended_long_ago_goes_first_then_what_its_name_has_too_much_of_then_the_oldest_of_all() {
        let archive = archive(&[("a", &[(10, 5), (20, 5), (30, 5)]), ("b", &[(15, 5), (25, 5), (35, 5)])]);
        let gone = |retention, most| gone(retention, &archive, 40, most);
        let named = |names: &[(&str, u64)]| {
            names.iter().map(|(name, at)| ((*name).to_owned(), *at)).collect::<Vec<_>>()
        };
        assert_eq!(gone(Retention::default(), ALL), []);
        let aged = Retention { max_age: Some(Duration::from_secs(24)), ..Retention::default() };
        assert_eq!(gone(aged, ALL), named(&[("a", 10)]), "one that ended 24 s ago stays");
        let small = Retention { max_bytes_per_broadcast: Some(9), ..Retention::default() };
        assert_eq!(gone(small, ALL), named(&[("a", 10), ("a", 20), ("b", 15), ("b", 25)]));
        let total = Retention { max_bytes: Some(15), ..Retention::default() };
        assert_eq!(gone(total, ALL), named(&[("a", 10), ("b", 15), ("a", 20)]));
        assert_eq!(gone(total, 2), named(&[("a", 10), ("b", 15)]));
        assert_eq!(gone(Retention { max_bytes: Some(10), ..aged }, ALL).len(), 4, "what went counts no more");
        assert_eq!(gone(Retention { max_bytes: Some(0), ..aged }, ALL).len(), 6);
    }

    #[test]
    fn for_longer_than_any_clock_counts_is_for_ever() {
        let archive = archive(&[("a", &[(10, 5)])]);
        // One that is half a second when it is cut to the 64 bits that µs have.
        let max_age = Some(Duration::from_secs(18_446_744_073_710));
        assert_eq!(gone(Retention { max_age, ..Retention::default() }, &archive, 40, ALL), []);
    }

    fn limits() -> impl Strategy<Value = Retention> {
        let limit = |range| proptest::option::of(range);
        (limit(0..40u64), limit(0..200u64), limit(0..80u64)).prop_map(
            |(age, max_bytes, max_bytes_per_broadcast)| Retention {
                max_age: age.map(Duration::from_secs),
                max_bytes,
                max_bytes_per_broadcast,
            },
        )
    }

    proptest! {
        #[test]
        fn what_stays_fits_and_nothing_goes_that_need_not(
            segments in proptest::collection::vec((0..4usize, 0..40u64, 1..30u64), 0..40),
            retention in limits(),
            most in 0..60usize,
        ) {
            const NOW: u64 = 50;
            let mut lists: [Vec<(u64, u64)>; 4] = Default::default();
            // No two begin at the same time.
            let mut taken = BTreeSet::new();
            segments.into_iter().filter(|(_, at, _)| taken.insert(*at)).for_each(|(name, at, bytes)| lists[name].push((at, bytes)));
            let names = ["a", "a/b", "c", "d"];
            let named: Vec<_> = names.iter().zip(&lists).map(|(name, list)| (*name, &list[..])).collect();
            let archive = archive(&named);
            let gone_list = gone(retention, &archive, NOW, ALL);
            let gone: BTreeSet<(String, Segment)> = gone_list.iter().cloned().collect();
            prop_assert_eq!(gone_list.len(), gone.len(), "nothing goes twice");
            let old = |at: u64| retention.max_age.is_some_and(|age| at + 1 < NOW.saturating_sub(age.as_secs()));
            let stays = |name: &str| {
                let list = lists[names.iter().position(|known| *known == name).expect("known")].iter();
                list.filter(|(at, _)| !gone.contains(&(name.to_owned(), *at))).collect::<Vec<_>>()
            };
            let bytes = |name: &str| stays(name).iter().map(|(_, bytes)| bytes).sum::<u64>();
            let total: u64 = names.iter().map(|name| bytes(name)).sum();
            prop_assert!(retention.max_bytes.is_none_or(|max| total <= max));
            for (name, list) in &named {
                prop_assert!(retention.max_bytes_per_broadcast.is_none_or(|max| bytes(name) <= max));
                prop_assert!(stays(name).iter().all(|(at, _)| !old(*at)));
                // Of a name the oldest go.
                let newest_gone = list.iter().filter(|(at, _)| gone.contains(&((*name).to_owned(), *at))).max();
                if let Some((newest, newest_bytes)) = newest_gone {
                    prop_assert!(stays(name).iter().all(|(at, _)| at > newest));
                    // The last one that went for its name's own sake, or for the sake of all.
                    let of_its_own = old(*newest)
                        || retention.max_bytes_per_broadcast.is_some_and(|max| bytes(name) + newest_bytes > max);
                    let is_last = gone_list.last() == Some(&((*name).to_owned(), *newest));
                    prop_assert!(of_its_own || !is_last || retention.max_bytes.is_some_and(|max| total + newest_bytes > max));
                    // Nothing older than it stays anywhere, if it went for the sake of all.
                    prop_assert!(of_its_own || names.iter().all(|name| stays(name).iter().all(|(at, _)| at > newest)));
                }
            }
            // A part of it is a part of it.
            let part = self::gone(retention, &archive, NOW, most);
            prop_assert!(part.len() == most.min(gone.len()) || part.len() == most);
            prop_assert!(part.len() <= most);
        }
    }
}
