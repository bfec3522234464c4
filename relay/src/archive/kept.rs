//! The films that were laid out last, as far as there is room for them.

use super::{Catalogue, Montage, MontageError, montage::Takes};
use crate::span::Span;
use blobcast_wire::Name;
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};

/// How much memory all of them may take, bytes, more or less: three days of segments of 2 s.
pub(super) const ROOM: usize = 16 << 20;

/// Films of a catalogue. All of this waits for the disk, and compares lists that are long.
#[derive(Debug)]
pub(super) struct Kept {
    catalogue: Arc<Catalogue>,
    room: usize,
    /// The newest first.
    films: Mutex<VecDeque<Arc<Montage>>>,
}

impl Kept {
    /// None yet.
    pub(super) fn new(catalogue: Arc<Catalogue>, room: usize) -> Self {
        Self { catalogue, room, films: Mutex::default() }
    }

    /// What a name has in a span, if it is kept, or else the span of just these segments: two who ask for the same film may have asked in
    /// different words.
    pub(super) fn look(&self, name: &Name, span: Span) -> Result<Result<Arc<Montage>, Span>, MontageError> {
        let takes = Takes::choose(&self.catalogue, name, span)?;
        match self.take(&takes) {
            Some(film) => Ok(Ok(film)),
            None => takes.span().map(Err).ok_or(MontageError::Nothing),
        }
    }

    /// What a name has in a span by now: one that is kept, or else one that is laid out, and kept.
    pub(super) fn find(
        &self,
        name: &Name,
        span: Span,
        lay_out: impl FnOnce(Arc<Takes>) -> Result<Montage, MontageError>,
    ) -> Result<Arc<Montage>, MontageError> {
        let takes = Takes::choose(&self.catalogue, name, span)?;
        if let Some(film) = self.take(&takes) {
            return Ok(film);
        }
        let film = Arc::new(lay_out(Arc::new(takes))?);
        self.put(Arc::clone(&film));
        Ok(film)
    }

    fn take(&self, takes: &Takes) -> Option<Arc<Montage>> {
        let mut films = self.films.lock();
        let at = films.iter().position(|film| film.takes() == takes)?;
        let film = films.remove(at)?;
        films.push_front(Arc::clone(&film));
        Some(film)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.films.lock().is_empty()
    }

    /// Keeps one, as far as there is room for it and for those that were asked for before it.
    fn put(&self, film: Arc<Montage>) {
        if film.weight() > self.room {
            return;
        }
        let mut films = self.films.lock();
        films.push_front(film);
        let mut taken = 0;
        films.retain(|film| {
            taken += film.weight();
            taken <= self.room
        });
    }
}
