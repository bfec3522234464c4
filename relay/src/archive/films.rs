//! Films that were laid out lately. A player asks for one in many ranges, and each would have all of its files opened once more.
//!
//! A film is one that is made of just these segments. So nobody has to say here that the archive has changed: what it has then is
//! another film.

use super::{Catalogue, Montage, MontageError, montage::Takes};
use crate::span::Span;
use blobcast_wire::Name;
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::{Arc, atomic::AtomicBool},
};

/// How much memory all of them may take, bytes, more or less: three days of segments of 2 s.
const ROOM: usize = 16 << 20;

/// Those that are kept.
#[derive(Debug)]
pub(crate) struct Films {
    catalogue: Arc<Catalogue>,
    room: usize,
    /// The newest first.
    kept: Mutex<VecDeque<Arc<Montage>>>,
}

impl Films {
    /// Of what an archive has.
    pub(crate) fn new(catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue, room: ROOM, kept: Mutex::default() }
    }

    /// What a name has in a span, as [`Montage::open`].
    pub(crate) fn open(
        &self,
        name: &Name,
        span: Span,
        is_called_off: &AtomicBool,
    ) -> Result<Arc<Montage>, MontageError> {
        let takes = Takes::choose(&self.catalogue, name, span)?;
        self.find(takes, |takes| Montage::lay_out(takes, is_called_off))
    }

    /// One that is kept, or else one that is laid out, without anybody else's waiting for that.
    fn find(
        &self,
        takes: Takes,
        lay_out: impl FnOnce(Takes) -> Result<Montage, MontageError>,
    ) -> Result<Arc<Montage>, MontageError> {
        let mut kept = self.kept.lock();
        if let Some(at) = kept.iter().position(|film| *film.takes() == takes)
            && let Some(film) = kept.remove(at)
        {
            kept.push_front(Arc::clone(&film));
            return Ok(film);
        }
        drop(kept);
        let film = Arc::new(lay_out(takes)?);
        if film.weight() > self.room {
            return Ok(film);
        }
        let mut kept = self.kept.lock();
        kept.push_front(Arc::clone(&film));
        let mut taken = 0;
        kept.retain(|film| {
            taken += film.weight();
            taken <= self.room
        });
        Ok(film)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Recording, *};
    use crate::archive::Label;
    use blobcast_container::Stored;
    use std::{fs, path::Path, time::Duration};

    /// A segment in normal form.
    const SEGMENT: &[u8] = include_bytes!("../../../fuzz/corpus/archive/chromium-camera-vp8-opus");

    /// As if the writer had finished it.
    fn keep(catalogue: &Catalogue, root: &Path, number: u64) {
        let file = Stored::read(SEGMENT).and_then(|stored| stored.seekable().ok()).expect("a file");
        let label = label(number);
        fs::create_dir_all(root.join("lobby")).expect("a folder");
        fs::write(root.join("lobby").join(label.to_string()), &file).expect("a file");
        catalogue.add(&name(), Recording { label, bytes: file.len() as u64 });
    }

    fn label(number: u64) -> Label {
        Label::new(number, "video/webm;codecs=vp8,opus").lasting(Some(Duration::from_secs(1)))
    }

    fn name() -> Name {
        "lobby".parse().expect("a name")
    }

    /// Two segments, and films with room for so many of these.
    fn films(root: &Path, room: usize) -> Films {
        let catalogue = Arc::new(Catalogue::new(root));
        keep(&catalogue, root, 1_000_000);
        keep(&catalogue, root, 2_000_000);
        let films = Films::new(catalogue);
        let one = films.open(&name(), Span::ALL, &AtomicBool::new(false)).expect("a film");
        Films { room: room * one.weight(), ..Films::new(films.catalogue) }
    }

    /// Asks for these spans; how many films were laid out.
    fn laid_out(films: &Films, spans: &[Span]) -> usize {
        let mut count = 0;
        for span in spans {
            let takes = Takes::choose(&films.catalogue, &name(), *span).expect("a list");
            let film = films.find(takes, |takes| {
                count += 1;
                Montage::lay_out(takes, &AtomicBool::new(false))
            });
            assert!(film.expect("a film").len > 0);
        }
        count
    }

    const FIRST: Span = Span { from: 0, to: 2_000_000 };
    const SECOND: Span = Span { from: 2_000_000, to: u64::MAX };

    #[test]
    fn a_film_is_laid_out_once_however_often_it_is_asked_for_until_the_archive_has_more_or_less() {
        let root = tempfile::tempdir().expect("a folder");
        let films = films(root.path(), 9);
        assert_eq!(laid_out(&films, &[Span::ALL; 5]), 1);
        assert_eq!(laid_out(&films, &[FIRST, Span::ALL, FIRST]), 1, "another one");
        keep(&films.catalogue, root.path(), 3_000_000);
        assert_eq!(laid_out(&films, &[Span::ALL, FIRST, Span::ALL]), 1, "the one that has more");
        films.catalogue.remove(&name(), &label(1_000_000));
        assert_eq!(laid_out(&films, &[Span::ALL, Span::ALL]), 1, "the one that has less");
    }

    #[test]
    fn those_that_nobody_asked_for_lately_make_room() {
        let root = tempfile::tempdir().expect("a folder");
        // Of both segments one, or of each.
        let films = films(root.path(), 1);
        assert_eq!(laid_out(&films, &[Span::ALL, Span::ALL, FIRST, Span::ALL]), 3);
        let none = Films { room: 0, kept: Mutex::default(), ..films };
        assert_eq!(laid_out(&none, &[SECOND, SECOND]), 2);
        assert!(none.kept.lock().is_empty());
    }
}
