//! Work that waits for the disk and is done so many at a time.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// How many there are at a time.
#[derive(Debug)]
pub(crate) struct Turns(Arc<Semaphore>);

/// Tells work, when this is dropped, that nobody waits for it any more.
#[derive(Debug, Default)]
struct Waiting(Arc<AtomicBool>);

impl Turns {
    pub(crate) fn new(count: usize) -> Self {
        Self(Arc::new(Semaphore::new(count)))
    }

    /// Does this when it is its turn, off the async threads. Whoever hangs up calls it off; the turn lasts until it has ended all the same, or
    /// there would be more than so many at a time. It hears whether it is called off.
    pub(crate) async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce(&AtomicBool) -> T + Send + 'static,
    ) -> io::Result<T> {
        let turn = Arc::clone(&self.0).acquire_owned().await.map_err(io::Error::other)?;
        let waiting = Waiting::default();
        let is_called_off = Arc::clone(&waiting.0);
        let done = spawn_blocking(move || {
            let _turn = turn;
            work(&is_called_off)
        });
        Ok(done.await?)
    }

    /// How many more there may be now.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.0.available_permits()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use tokio::{sync::oneshot, task::yield_now};

    #[tokio::test]
    async fn who_hangs_up_calls_the_work_off_and_its_turn_lasts_until_that_has_ended() {
        let turns = Arc::new(Turns::new(1));
        let (begun, begins) = oneshot::channel();
        let (go_on, waits) = channel();
        let (heard, hears) = oneshot::channel();
        let asked = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move {
                let work = move |is_called_off: &AtomicBool| {
                    begun.send(()).expect("somebody");
                    waits.recv().expect("a word");
                    heard.send(is_called_off.load(Relaxed)).expect("somebody");
                };
                turns.take(work).await
            }
        });
        begins.await.expect("it begins");
        asked.abort();
        assert!(asked.await.expect_err("hung up").is_cancelled());
        yield_now().await;
        assert_eq!(turns.free(), 0, "it is at work still");
        go_on.send(()).expect("it waits");
        assert!(hears.await.expect("it ends"), "it was called off");
        let is_called_off = turns.take(|is_called_off| is_called_off.load(Relaxed)).await;
        assert!(!is_called_off.expect("the next turn"));
    }
}
