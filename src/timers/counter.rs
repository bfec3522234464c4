//! The worker that counts: its page's only one.

use super::Timer;
use crate::{
    callback::Act,
    dom::{Listener, ObjectUrl, now, with},
    events::object,
};
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, Event, MessageEvent, Worker};

/// Takes `[id, ms, repeats]`, and says `id` in so many ms, once or again and again; `[id]` ends that.
const COUNTING: &str = "const timers = {};
onmessage = ({ data: [id, ms, repeats] }) => {
  clearInterval(timers[id]);
  delete timers[id];
  if (ms >= 0) timers[id] = (repeats ? setInterval : setTimeout)(() => postMessage(id), ms);
};";

/// A timer of the worker's. Dropping it stops it.
#[must_use = "dropping a timer stops it"]
pub struct Counted {
    counter: Rc<Counter>,
    id: u32,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.counter.remove(self.id);
    }
}

/// What a tick of the worker's leads to.
struct Entry {
    id: u32,
    ms: u32,
    repeats: bool,
    act: Rc<dyn Act>,
    /// When it fired last, or began, ms.
    fired: Cell<f64>,
    /// The page's timer, where the worker could not be had.
    instead: Option<Timer>,
}

impl Entry {
    fn of_page(&self) -> Timer {
        Timer::page(self.ms, self.repeats, self.act.clone())
    }
}

/// The worker, and what its ticks lead to. Dropping it ends the worker.
pub struct Counter {
    _listeners: [Listener; 2],
    worker: Worker,
    _url: ObjectUrl,
    timers: RefCell<Vec<Entry>>,
    /// The newest timer's id.
    newest: Cell<u32>,
}

thread_local! {
    static SHARED: RefCell<Weak<Counter>> = const { RefCell::new(Weak::new()) };
    /// The page permits no worker; it is not asked again, since browsers report each refusal on the console.
    static REFUSED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the page permits no worker.
pub fn is_refused() -> bool {
    REFUSED.get()
}

impl Counter {
    /// The page's only one. `None` where there can be none.
    pub fn shared() -> Option<Rc<Self>> {
        if REFUSED.get() {
            return None;
        }
        if let Some(counter) = SHARED.with_borrow(Weak::upgrade) {
            return Some(counter);
        }
        let counter = Self::start().inspect_err(|_| REFUSED.set(true)).ok()?;
        SHARED.set(Rc::downgrade(&counter));
        Some(counter)
    }

    fn start() -> Result<Rc<Self>, JsValue> {
        let kind = object(&[("type", "text/javascript".into())]).unchecked_into();
        let code = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&COUNTING.into()), &kind)?;
        let url = ObjectUrl::for_blob(&code)?;
        let worker = Worker::new(url.as_str())?;
        Ok(Rc::new_cyclic(|me: &Weak<Self>| Self {
            _listeners: [
                Listener::new(
                    &worker,
                    "message",
                    with(me, |counter, event: MessageEvent| counter.on_tick(&event)),
                ),
                // A policy that forbids it is told so, not thrown.
                Listener::new(&worker, "error", with(me, |counter, event: Event| counter.on_error(&event))),
            ],
            worker,
            _url: url,
            timers: RefCell::default(),
            newest: Cell::new(0),
        }))
    }

    /// Calls `act` in so many ms, once or again and again.
    pub fn add(self: &Rc<Self>, ms: u32, repeats: bool, act: Rc<dyn Act>) -> Counted {
        let id = self.newest.get().wrapping_add(1);
        self.newest.set(id);
        let mut entry = Entry { id, ms, repeats, act, fired: Cell::new(now()), instead: None };
        if REFUSED.get() {
            entry.instead = Some(entry.of_page());
        } else {
            self.tell(&js_sys::Array::of3(&id.into(), &ms.into(), &repeats.into()));
        }
        self.timers.borrow_mut().push(entry);
        Counted { counter: self.clone(), id }
    }

    fn remove(&self, id: u32) {
        let mut timers = self.timers.borrow_mut();
        let Some(index) = timers.iter().position(|entry| entry.id == id) else { return };
        let entry = timers.swap_remove(index);
        // What it calls may hold timers of its own.
        drop(timers);
        if entry.instead.is_none() {
            self.tell(&js_sys::Array::of1(&id.into()));
        }
    }

    fn tell(&self, order: &js_sys::Array) {
        let _ = self.worker.post_message(order);
    }

    fn on_tick(&self, event: &MessageEvent) {
        let id = event.data().as_f64();
        let act = {
            let timers = self.timers.borrow();
            let is_due = |entry: &&Entry| id == Some(entry.id.into()) && !is_belated(entry);
            let Some(entry) = timers.iter().find(is_due) else { return };
            entry.fired.set(now());
            entry.act.clone()
        };
        act.act();
    }

    /// Timers go on as the page's.
    fn on_error(&self, event: &Event) {
        event.prevent_default();
        REFUSED.set(true);
        for entry in self.timers.borrow_mut().iter_mut() {
            entry.instead = Some(entry.of_page());
        }
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Whether this tick waited for a page that was busy, and came right behind another: a page's own timer would
/// have left it out.
fn is_belated(entry: &Entry) -> bool {
    entry.repeats && now() - entry.fired.get() < f64::from(entry.ms) / 2.0
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::timers::Timers;
    use crate::{
        promise::Deferred,
        testing::{PageErrors, let_things_happen},
    };
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn counter(timers: &Timers) -> Rc<Counter> {
        match timers {
            Timers::Steady(counter) => counter.clone(),
            Timers::Page => panic!("this page permits a worker"),
        }
    }

    /// A call that counts, and a promise for when it has counted so far.
    fn counting(to: u32) -> (impl Fn(), Rc<Cell<u32>>, impl Future<Output = Result<JsValue, JsValue>>) {
        let (count, done) = (Rc::new(Cell::new(0)), Rc::new(Deferred::default()));
        let (counted, reached) = (count.clone(), JsFuture::from(done.promise()));
        let act = move || {
            count.set(count.get() + 1);
            if count.get() == to {
                done.resolve();
            }
        };
        (act, counted, reached)
    }

    #[wasm_bindgen_test]
    async fn a_dropped_timer_ticks_no_more_and_the_last_one_ends_the_worker() {
        let errors = PageErrors::watch();
        let timers = Timers::steady();
        let gone = Rc::downgrade(&counter(&timers));
        assert!(Rc::ptr_eq(&counter(&timers), &counter(&Timers::steady())), "one worker for all");
        let (act, count, reached) = counting(3);
        let timer = timers.every(5, act);
        drop(timers);
        reached.await.expect("ticks");
        drop(timer);
        let before = count.get();
        let_things_happen().await;
        assert_eq!((count.get(), Rc::strong_count(&count)), (before, 1));
        assert!(gone.upgrade().is_none(), "nothing else keeps the worker");
        assert!(errors.seen().await.is_empty());
    }

    #[wasm_bindgen_test]
    async fn a_timer_may_fire_once_and_be_dropped_by_what_it_calls() {
        let timers = Timers::steady();
        let (act, count, reached) = counting(1);
        let held: Rc<RefCell<Option<Timer>>> = Rc::default();
        let hold = Rc::downgrade(&held);
        held.replace(Some(timers.after(1, move || {
            act();
            drop(hold.upgrade().and_then(|held| held.take()));
        })));
        reached.await.expect("fires");
        let (act, twice, again) = counting(1);
        let kept = timers.after(0, act);
        again.await.expect("fires");
        let_things_happen().await;
        assert_eq!((count.get(), twice.get()), (1, 1));
        drop(kept);
        assert!(counter(&timers).timers.borrow().is_empty());
    }

    #[wasm_bindgen_test]
    async fn where_the_worker_is_refused_timers_go_on_as_the_pages() {
        let timers = Timers::steady();
        let (act, count, reached) = counting(3);
        let (later, _, reached_later) = counting(1);
        let before = timers.every(5, act);
        let worker = counter(&timers).worker.clone();
        worker.terminate();
        worker.dispatch_event(&Event::new("error").expect("an event")).expect("heard");
        let after = timers.after(5, later);
        assert!(matches!(Timers::steady(), Timers::Page) && Timers::are_slow(), "it is not asked again");
        reached.await.expect("ticks");
        reached_later.await.expect("fires");
        drop((before, after));
        assert_eq!(Rc::strong_count(&count), 1);
        REFUSED.set(false);
    }
}
