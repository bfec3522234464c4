//! Which segments a film is made of.

use super::MontageError;
use crate::{
    archive::{Catalogue, Recording},
    span::Span,
};
use blobcast_wire::Name;
use std::path::PathBuf;

/// How many segments one film has at most: more than a day of 2 s each.
pub(super) const MOST: usize = 50_000;

/// Segments of a name, oldest first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Takes {
    /// Where their files are.
    pub(super) folder: PathBuf,
    pub(super) recordings: Vec<Recording>,
}

impl Takes {
    /// What a name has in a span that plays: segments of which a part is in it, and they whole. It may have to wait for the disk.
    pub(crate) fn choose(catalogue: &Catalogue, name: &Name, span: Span) -> Result<Self, MontageError> {
        let listing = catalogue.list(name, span, MOST).map_err(MontageError::Disk)?;
        if listing.more {
            return Err(MontageError::TooMany);
        }
        let plays = |recording: &Recording| recording.label.duration.is_some();
        let recordings = listing.recordings.into_iter().filter(plays).collect();
        Ok(Self { folder: catalogue.folder(name), recordings: without_overlap(recordings, span) })
    }

    /// In which just these are, and nothing else that plays. There is none of nothing.
    pub(crate) fn span(&self) -> Option<Span> {
        let (first, last) = (self.recordings.first()?, self.recordings.last()?);
        Some(Span { from: first.label.number, to: last.label.number.saturating_add(1) })
    }
}

/// A segment ends where the next one begins, whatever its last picture was expected to last. So who asks from the beginning of one on
/// does not get the one before.
fn without_overlap(mut recordings: Vec<Recording>, span: Span) -> Vec<Recording> {
    let first = recordings.iter().rposition(|recording| recording.label.number <= span.from).unwrap_or(0);
    recordings.drain(..first);
    recordings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Label;

    #[test]
    fn who_asks_from_the_beginning_of_a_segment_on_does_not_get_the_one_before() {
        let recordings =
            [1000, 2000, 3000].map(|number| Recording { label: Label::new(number, "video/webm"), bytes: 1 });
        let from = |from| {
            let kept = without_overlap(recordings.to_vec(), Span { from, ..Span::ALL });
            kept.iter().map(|recording| recording.label.number).collect::<Vec<_>>()
        };
        assert_eq!(from(0), [1000, 2000, 3000]);
        assert_eq!(from(1999), [1000, 2000, 3000]);
        assert_eq!(from(2000), [2000, 3000]);
        assert_eq!(from(9000), [3000]);
    }
}
