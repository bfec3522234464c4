//! Films that are laid out for who asks for them, and those that were lately. A player asks for one in many ranges, also for several at once, and
//! each would have all of its files opened once more.
//!
//! A film is one that is made of just these segments. So nobody has to say here that the archive has changed: what it has then is
//! another film.

use super::{Catalogue, Montage, MontageError, montage::Takes};
use crate::{span::Span, turns::Turns};
use blobcast_wire::Name;
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::{Arc, Weak, atomic::AtomicBool},
};
use tokio::sync::OnceCell;

/// How much memory all of them may take, bytes, more or less: three days of segments of 2 s.
const ROOM: usize = 16 << 20;

/// So many are laid out at a time, for which each of their files is opened once: the disk is there for what is live first.
const AT_A_TIME: usize = 2;

/// An archive's films.
#[derive(Debug)]
pub(crate) struct Films {
    catalogue: Arc<Catalogue>,
    /// Whose list is read: the longest takes 4 MB until it is known whether that film is there.
    choosing: Turns,
    laying_out: Turns,
    room: usize,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The newest first.
    kept: VecDeque<Arc<Montage>>,
    /// What somebody waits for.
    awaited: Vec<Weak<Awaited>>,
}

/// A film that is being laid out, by one of those who wait for it. When that one hangs up, the next one begins anew.
#[derive(Debug)]
struct Awaited {
    takes: Arc<Takes>,
    film: OnceCell<Arc<Montage>>,
}

impl Films {
    /// Of what an archive has.
    pub(crate) fn new(catalogue: Arc<Catalogue>) -> Self {
        let [choosing, laying_out] = [(); 2].map(|()| Turns::new(AT_A_TIME));
        Self { catalogue, choosing, laying_out, room: ROOM, known: Mutex::default() }
    }

    /// What a name has in a span, as [`Montage::open`].
    pub(crate) async fn open(&self, name: &Name, span: Span) -> Result<Arc<Montage>, MontageError> {
        let (catalogue, name) = (Arc::clone(&self.catalogue), name.clone());
        let choose = move |_: &AtomicBool| Takes::choose(&catalogue, &name, span);
        let takes = self.choosing.take(choose).await.map_err(MontageError::Disk)??;
        self.find(takes, Montage::lay_out).await
    }

    /// One that is kept, or else one that is laid out, once for all who wait for it.
    async fn find(
        &self,
        takes: Takes,
        lay_out: impl FnOnce(Arc<Takes>, &AtomicBool) -> Result<Montage, MontageError> + Send + 'static,
    ) -> Result<Arc<Montage>, MontageError> {
        let awaited = match self.known.lock().find(takes) {
            Ok(film) => return Ok(film),
            Err(awaited) => awaited,
        };
        let film = awaited.film.get_or_try_init(async || {
            let takes = Arc::clone(&awaited.takes);
            let laid_out = self.laying_out.take(|is_called_off| lay_out(takes, is_called_off)).await;
            let film = Arc::new(laid_out.map_err(MontageError::Disk)??);
            self.known.lock().keep(Arc::clone(&film), self.room);
            Ok(film)
        });
        film.await.cloned()
    }
}

impl Known {
    /// One that is kept, or else one to wait for.
    fn find(&mut self, takes: Takes) -> Result<Arc<Montage>, Arc<Awaited>> {
        if let Some(at) = self.kept.iter().position(|film| *film.takes() == takes)
            && let Some(film) = self.kept.remove(at)
        {
            self.kept.push_front(Arc::clone(&film));
            return Ok(film);
        }
        self.awaited.retain(|awaited| awaited.strong_count() > 0);
        let mut awaited = self.awaited.iter().filter_map(Weak::upgrade);
        Err(awaited.find(|awaited| *awaited.takes == takes).unwrap_or_else(|| {
            let awaited = Arc::new(Awaited { takes: Arc::new(takes), film: OnceCell::new() });
            self.awaited.push(Arc::downgrade(&awaited));
            awaited
        }))
    }

    /// Keeps one, as far as there is room for it and for those that were asked for before it.
    fn keep(&mut self, film: Arc<Montage>, room: usize) {
        if film.weight() > room {
            return;
        }
        self.kept.push_front(film);
        let mut taken = 0;
        self.kept.retain(|film| {
            taken += film.weight();
            taken <= room
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Recording, *};
    use crate::archive::Label;
    use blobcast_container::Stored;
    use futures_util::FutureExt;
    use std::{fs, path::Path, pin::Pin, time::Duration};

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
    async fn films(root: &Path, room: usize) -> Films {
        let catalogue = Arc::new(Catalogue::new(root));
        keep(&catalogue, root, 1_000_000);
        keep(&catalogue, root, 2_000_000);
        let films = Films::new(catalogue);
        let one = films.open(&name(), Span::ALL).await.expect("a film");
        Films { room: room * one.weight(), ..Films::new(films.catalogue) }
    }

    /// Who lays out films, and how many: not before this is free.
    type Desk = Arc<Mutex<usize>>;

    async fn ask(films: &Films, span: Span, desk: &Desk) -> Arc<Montage> {
        let takes = Takes::choose(&films.catalogue, &name(), span).expect("a list");
        let desk = Arc::clone(desk);
        let lay_out = move |takes, is_called_off: &AtomicBool| {
            *desk.lock() += 1;
            Montage::lay_out(takes, is_called_off)
        };
        films.find(takes, lay_out).await.expect("a film")
    }

    /// Asks for these spans one after the other; how many films were laid out.
    async fn laid_out(films: &Films, spans: &[Span]) -> usize {
        let desk = Desk::default();
        for span in spans {
            assert!(ask(films, *span, &desk).await.len > 0);
        }
        *desk.lock()
    }

    /// Has all of them ask before any of them can be told.
    fn wait<const N: usize>(asking: &mut [Pin<Box<impl Future<Output = Arc<Montage>>>>; N]) {
        assert!(asking.iter_mut().all(|one| one.now_or_never().is_none()));
    }

    const FIRST: Span = Span { from: 0, to: 2_000_000 };
    const SECOND: Span = Span { from: 2_000_000, to: u64::MAX };

    #[tokio::test]
    async fn a_film_is_laid_out_once_however_often_it_is_asked_for_until_the_archive_has_more_or_less() {
        let root = tempfile::tempdir().expect("a folder");
        let films = films(root.path(), 9).await;
        assert_eq!(laid_out(&films, &[Span::ALL; 5]).await, 1);
        assert_eq!(laid_out(&films, &[FIRST, Span::ALL, FIRST]).await, 1, "another one");
        keep(&films.catalogue, root.path(), 3_000_000);
        assert_eq!(laid_out(&films, &[Span::ALL, FIRST, Span::ALL]).await, 1, "the one that has more");
        films.catalogue.remove(&name(), &label(1_000_000));
        assert_eq!(laid_out(&films, &[Span::ALL, Span::ALL]).await, 1, "the one that has less");
    }

    #[tokio::test]
    async fn who_asks_while_a_film_is_laid_out_gets_that_one_and_whoever_is_left_gets_one_all_the_same() {
        let root = tempfile::tempdir().expect("a folder");
        // What is not kept either is laid out once for those who ask at once.
        for room in [9, 0] {
            let films = films(root.path(), room).await;
            let desk = Desk::default();
            let mut asking = [Span::ALL, Span::ALL, FIRST].map(|span| Box::pin(ask(&films, span, &desk)));
            let busy = desk.lock();
            wait(&mut asking);
            drop(busy);
            let [one, same, other] = asking;
            let (one, same, other) = tokio::join!(one, same, other);
            assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
            assert_eq!(*desk.lock(), 2, "room for {room}");
            let mut asking = [SECOND; 2].map(|span| Box::pin(ask(&films, span, &desk)));
            let busy = desk.lock();
            wait(&mut asking);
            drop(busy);
            let [first, second] = asking;
            drop(first);
            assert!(second.await.len > 0);
        }
    }

    #[tokio::test]
    async fn those_that_nobody_asked_for_lately_make_room() {
        let root = tempfile::tempdir().expect("a folder");
        // Of both segments one, or of each.
        let one = films(root.path(), 1).await;
        assert_eq!(laid_out(&one, &[Span::ALL, Span::ALL, FIRST, Span::ALL]).await, 3);
        let none = films(root.path(), 0).await;
        assert_eq!(laid_out(&none, &[SECOND, SECOND]).await, 2);
        assert!(none.known.lock().kept.is_empty());
    }
}
