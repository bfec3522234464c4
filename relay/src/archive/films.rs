//! Films that are laid out for who asks for them, and those that were lately. A player asks for one in many ranges, also for several at once, and
//! each would have all of its files opened once more.
//!
//! A film is one that is made of just these segments. So nobody has to say here that the archive has changed: what it has then is
//! another film.

use super::{
    Catalogue, Montage, MontageError,
    kept::{Kept, ROOM},
    montage::Takes,
};
use crate::{span::Span, turns::Turns};
use blobcast_wire::Name;
use parking_lot::Mutex;
use std::sync::{Arc, Weak, atomic::AtomicBool};
use tokio::sync::OnceCell;

/// So many are laid out at a time, for which each of their files is opened once: the disk is there for what is live first.
const AT_A_TIME: usize = 2;

/// A film, or why there is none, for all who wait for it.
type Answer = Result<Arc<Montage>, Arc<MontageError>>;

/// An archive's films.
#[derive(Debug)]
pub(crate) struct Films {
    kept: Arc<Kept>,
    /// Whose list is read: the longest takes 4 MB until it is known whether that film is kept.
    choosing: Turns,
    laying_out: Turns,
    /// What somebody waits for.
    awaited: Mutex<Vec<Weak<Awaited>>>,
}

/// A film that is laid out, or will be when it is its turn, by one of those who wait for it. When that one hangs up, the next one begins anew.
/// Anybody may have a thousand of these wait: so it is only said which one it is, and its list is made when it is its turn.
#[derive(Debug)]
struct Awaited {
    name: Name,
    span: Span,
    answer: OnceCell<Answer>,
}

impl Films {
    /// Of what an archive has.
    pub(crate) fn new(catalogue: Arc<Catalogue>) -> Self {
        Self::with_room(catalogue, ROOM)
    }

    fn with_room(catalogue: Arc<Catalogue>, room: usize) -> Self {
        let [choosing, laying_out] = [(); 2].map(|()| Turns::new(AT_A_TIME));
        Self { kept: Arc::new(Kept::new(catalogue, room)), choosing, laying_out, awaited: Mutex::default() }
    }

    /// What a name has in a span, as [`Montage::open`].
    pub(crate) async fn open(&self, name: &Name, span: Span) -> Answer {
        self.find(name, span, Montage::lay_out).await
    }

    /// One that is kept, or else one that is laid out, once for all who wait for it.
    async fn find(
        &self,
        name: &Name,
        span: Span,
        lay_out: impl FnOnce(Arc<Takes>, &AtomicBool) -> Result<Montage, MontageError> + Send + 'static,
    ) -> Answer {
        let (kept, asked) = (Arc::clone(&self.kept), name.clone());
        let look = self.choosing.take(move |_| kept.look(&asked, span));
        let span = match look.await.map_err(MontageError::Disk).flatten()? {
            Ok(film) => return Ok(film),
            Err(span) => span,
        };
        let awaited = self.awaited(name, span);
        let answer = awaited.answer.get_or_init(async || {
            let (kept, name) = (Arc::clone(&self.kept), name.clone());
            let laid_out = self
                .laying_out
                .take(move |is_called_off| kept.find(&name, span, |takes| lay_out(takes, is_called_off)));
            laid_out.await.map_err(MontageError::Disk).flatten().map_err(Arc::new)
        });
        answer.await.clone()
    }

    /// What there is to wait for.
    fn awaited(&self, name: &Name, span: Span) -> Arc<Awaited> {
        let mut all = self.awaited.lock();
        all.retain(|awaited| awaited.strong_count() > 0);
        let same = |awaited: &Arc<Awaited>| awaited.name == *name && awaited.span == span;
        let found = all.iter().filter_map(Weak::upgrade).find(same);
        found.unwrap_or_else(|| {
            let awaited = Arc::new(Awaited { name: name.clone(), span, answer: OnceCell::new() });
            all.push(Arc::downgrade(&awaited));
            awaited
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Recording, *};
    use crate::archive::Label;
    use blobcast_container::Stored;
    use std::{fs, path::Path, time::Duration};
    use tokio::{
        sync,
        task::{JoinHandle, yield_now},
    };

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

    /// An archive of two segments, and its films, with room for so many of these.
    struct Cinema {
        catalogue: Arc<Catalogue>,
        films: Arc<Films>,
        /// Who lays out films, and how many: not before this is free.
        desk: Arc<sync::Mutex<usize>>,
    }

    impl Cinema {
        async fn new(root: &Path, room: usize) -> Self {
            let catalogue = Arc::new(Catalogue::new(root));
            keep(&catalogue, root, 1_000_000);
            keep(&catalogue, root, 2_000_000);
            let one = Films::new(Arc::clone(&catalogue)).open(&name(), Span::ALL).await.expect("a film");
            let films = Films::with_room(Arc::clone(&catalogue), room * one.weight()).into();
            Self { catalogue, films, desk: Arc::default() }
        }

        fn ask(&self, span: Span) -> JoinHandle<Answer> {
            let (films, desk) = (Arc::clone(&self.films), Arc::clone(&self.desk));
            tokio::spawn(async move {
                let lay_out = move |takes, is_called_off: &AtomicBool| {
                    *desk.blocking_lock() += 1;
                    Montage::lay_out(takes, is_called_off)
                };
                films.find(&name(), span, lay_out).await
            })
        }

        /// Asks for these one after the other; how many films were laid out.
        async fn laid_out(&self, spans: &[Span]) -> usize {
            let before = *self.desk.lock().await;
            for span in spans {
                assert!(film(self.ask(*span)).await.len > 0);
            }
            *self.desk.lock().await - before
        }

        /// Until so many wait for a film.
        async fn until_waiting(&self, count: usize) {
            let waiting = || self.films.awaited.lock().iter().map(Weak::strong_count).sum::<usize>();
            while waiting() < count {
                yield_now().await;
            }
        }
    }

    async fn film(asked: JoinHandle<Answer>) -> Arc<Montage> {
        asked.await.expect("an answer").expect("a film")
    }

    const FIRST: Span = Span { from: 0, to: 2_000_000 };
    const SECOND: Span = Span { from: 2_000_000, to: u64::MAX };

    #[tokio::test]
    async fn a_film_is_laid_out_once_however_often_it_is_asked_for_until_the_archive_has_more_or_less() {
        let root = tempfile::tempdir().expect("a folder");
        let cinema = Cinema::new(root.path(), 9).await;
        assert_eq!(cinema.laid_out(&[Span::ALL; 5]).await, 1);
        assert_eq!(cinema.laid_out(&[FIRST, Span::ALL, FIRST]).await, 1, "another one");
        keep(&cinema.catalogue, root.path(), 3_000_000);
        assert_eq!(cinema.laid_out(&[Span::ALL, FIRST, Span::ALL]).await, 1, "the one that has more");
        cinema.catalogue.remove(&name(), &label(1_000_000));
        assert_eq!(cinema.laid_out(&[Span::ALL, Span::ALL]).await, 1, "the one that has less");
    }

    #[tokio::test]
    async fn who_asks_while_a_film_is_laid_out_gets_that_one_and_whoever_is_left_gets_one_all_the_same() {
        let root = tempfile::tempdir().expect("a folder");
        // What is not kept either is laid out once for those who ask at once.
        for room in [9, 0] {
            let cinema = Cinema::new(root.path(), room).await;
            let busy = cinema.desk.lock().await;
            let asked = [Span::ALL, Span { to: 2_000_001, ..Span::ALL }, FIRST].map(|span| cinema.ask(span));
            cinema.until_waiting(3).await;
            drop(busy);
            let [one, same, other] = asked.map(film);
            let (one, same, other) = tokio::join!(one, same, other);
            assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
            assert_eq!(*cinema.desk.lock().await, 2, "room for {room}");
            let busy = cinema.desk.lock().await;
            let first = cinema.ask(SECOND);
            cinema.until_waiting(1).await;
            let second = cinema.ask(SECOND);
            cinema.until_waiting(2).await;
            first.abort();
            assert!(first.await.expect_err("hung up").is_cancelled());
            drop(busy);
            assert!(film(second).await.len > 0);
        }
    }

    #[tokio::test]
    async fn who_waits_for_a_turn_has_no_list_and_gets_what_is_there_when_it_comes() {
        let root = tempfile::tempdir().expect("a folder");
        let cinema = Cinema::new(root.path(), 9).await;
        for number in 3..9 {
            keep(&cinema.catalogue, root.path(), number * 1_000_000);
        }
        let busy = cinema.desk.lock().await;
        let at_work = [FIRST, Span { to: 3_000_000, ..SECOND }].map(|span| cinema.ask(span));
        while cinema.films.laying_out.free() > 0 {
            yield_now().await;
        }
        let spans = [4, 5, 6, 7].map(|to| Span { from: 3_000_000, to: to * 1_000_000 + 1 });
        let waiting = spans.map(|span| cinema.ask(span));
        cinema.until_waiting(6).await;
        // From here on another one is there under its number.
        let longer = label(4_000_000).lasting(Some(Duration::from_millis(1500)));
        let there =
            [label(4_000_000), longer.clone()].map(|label| root.path().join("lobby").join(label.to_string()));
        fs::rename(&there[0], &there[1]).expect("a file");
        let bytes = fs::metadata(&there[1]).expect("a file").len();
        cinema.catalogue.add(&name(), Recording { label: longer, bytes });
        drop(busy);
        for asked in at_work {
            film(asked).await;
        }
        for (span, asked) in spans.into_iter().zip(waiting) {
            let there = Takes::choose(&cinema.catalogue, &name(), span).expect("a list");
            assert!(*film(asked).await.takes() == there, "{span:?}");
        }
    }

    #[tokio::test]
    async fn that_there_is_no_film_is_found_out_once_for_all_who_wait_for_it() {
        let root = tempfile::tempdir().expect("a folder");
        let cinema = Cinema::new(root.path(), 9).await;
        fs::remove_dir_all(root.path().join("lobby")).expect("a folder");
        let busy = cinema.desk.lock().await;
        let asked = [Span::ALL; 5].map(|span| cinema.ask(span));
        cinema.until_waiting(5).await;
        drop(busy);
        for asked in asked {
            let error = asked.await.expect("an answer").expect_err("no film");
            assert!(matches!(*error, MontageError::Nothing), "{error}");
        }
        assert_eq!(*cinema.desk.lock().await, 1);
    }

    #[tokio::test]
    async fn those_that_nobody_asked_for_lately_make_room() {
        let root = tempfile::tempdir().expect("a folder");
        // Of both segments one, or of each.
        let one = Cinema::new(root.path(), 1).await;
        assert_eq!(one.laid_out(&[Span::ALL, Span::ALL, FIRST, Span::ALL]).await, 3);
        let none = Cinema::new(root.path(), 0).await;
        assert_eq!(none.laid_out(&[SECOND, SECOND]).await, 2);
        assert!(none.films.kept.is_empty());
    }
}
