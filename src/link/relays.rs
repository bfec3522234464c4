//! The relays that a page named, and which of them is taken: where any serves, the next one takes the place of one that is lost.

use std::cell::Cell;

/// One relay or several, in the page's order. What goes to one and what asks it by HTTP share this, so both are at the same.
pub struct Relays {
    relays: Vec<Relay>,
    /// The one that is taken.
    at: Cell<usize>,
    /// How often it was another one since one has stayed.
    tried: Cell<usize>,
    has_stayed: Cell<bool>,
}

struct Relay {
    /// Its WebSocket URL, without a slash at its end.
    url: String,
    /// It does not want to see this peer before then, ms.
    not_before: Cell<f64>,
}

impl Relays {
    /// Of at least one URL; the first is taken first.
    pub fn new(urls: Vec<String>) -> Self {
        let mut relays = Vec::new();
        for url in urls {
            // Named twice, one that asks to be left alone would be asked again.
            if !relays.iter().any(|relay: &Relay| relay.url == url) {
                relays.push(Relay { url, not_before: Cell::default() });
            }
        }
        Self { relays, at: Cell::default(), tried: Cell::default(), has_stayed: Cell::default() }
    }

    /// The URL of the one that is taken.
    pub fn url(&self) -> &str {
        &self.current().url
    }

    /// All of them, for an error.
    pub fn urls(&self) -> String {
        let mut urls = String::new();
        for relay in &self.relays {
            if !urls.is_empty() {
                urls.push_str(", ");
            }
            urls.push_str(&relay.url);
        }
        urls
    }

    pub fn are_several(&self) -> bool {
        self.relays.len() > 1
    }

    /// Takes the next one that does not want to be left alone; if all do, the same. Whether that can be done at once: when all were
    /// tried, they are away rather than one of them.
    pub fn next(&self, now: f64) -> bool {
        self.has_stayed.set(false);
        for _ in &self.relays {
            self.at.set(self.after(&self.at));
            if self.not_before() <= now {
                break;
            }
        }
        self.tried.set(self.after(&self.tried));
        self.tried.get() > 0
    }

    /// One further, in a round of so many as there are relays.
    fn after(&self, count: &Cell<usize>) -> usize {
        let next = count.get() + 1;
        if next < self.relays.len() { next } else { 0 }
    }

    /// The connection has lasted for a while. One that only began may be closed again at once, by each of them.
    pub fn stayed(&self) {
        self.has_stayed.set(true);
        self.tried.set(0);
    }

    /// Whether it has: what such a relay asks for is about what this peer does, which is the same at another one.
    pub fn has_stayed(&self) -> bool {
        self.has_stayed.get()
    }

    /// The one that is taken does not want to see this peer before then, ms.
    pub fn hold_off(&self, until: f64) {
        self.current().not_before.set(until);
    }

    /// When the one that is taken wants to see this peer, ms.
    pub fn not_before(&self) -> f64 {
        self.current().not_before.get()
    }

    fn current(&self) -> &Relay {
        &self.relays[self.at.get()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Relays {
        Relays::new(["a", "b", "c"].map(String::from).to_vec())
    }

    /// Where it comes to, and whether at once.
    fn next(relays: &Relays, now: f64) -> (&str, bool) {
        let at_once = relays.next(now);
        (relays.url(), at_once)
    }

    #[test]
    fn goes_round_and_waits_once_in_a_round() {
        let relays = three();
        assert_eq!((relays.url(), relays.are_several()), ("a", true));
        for _ in 0..2 {
            assert_eq!([1, 2, 3].map(|_| next(&relays, 0.0)), [("b", true), ("c", true), ("a", false)]);
        }
        next(&relays, 0.0);
        relays.stayed();
        assert_eq!([1, 2, 3].map(|_| next(&relays, 0.0)), [("c", true), ("a", true), ("b", false)]);
        assert_eq!(relays.urls(), "a, b, c");
    }

    #[test]
    fn one_alone_is_always_waited_for() {
        let relays = Relays::new(vec!["a".into()]);
        assert_eq!([1, 2].map(|_| next(&relays, 0.0)), [("a", false); 2]);
        assert!(!relays.are_several());
    }

    #[test]
    fn one_that_is_named_twice_is_one() {
        let relays = Relays::new(["a", "b", "a"].map(String::from).to_vec());
        relays.hold_off(9e3);
        assert_eq!([1, 2].map(|_| next(&relays, 0.0)), [("b", true), ("b", false)]);
        assert_eq!(relays.urls(), "a, b");
    }

    #[test]
    fn who_wants_to_be_left_alone_is_passed_over_until_then() {
        let relays = three();
        relays.hold_off(9e3);
        assert_eq!(next(&relays, 0.0), ("b", true));
        relays.hold_off(4e3);
        assert_eq!(next(&relays, 0.0), ("c", true));
        assert_eq!(next(&relays, 0.0), ("c", false), "nobody else");
        relays.hold_off(6e3);
        assert_eq!(next(&relays, 0.0), ("c", true), "it is waited for");
        assert_eq!(relays.not_before(), 6e3);
        assert_eq!(next(&relays, 5e3).0, "b", "that was long ago");
    }

    #[test]
    fn a_connection_that_has_only_begun_has_not_stayed() {
        let relays = three();
        assert!(!relays.has_stayed());
        relays.stayed();
        assert!(relays.has_stayed());
        relays.next(0.0);
        assert!(!relays.has_stayed());
    }
}
