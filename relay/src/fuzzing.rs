//! What is fuzzed here, for any bytes at all: each function holds what comes of them to what is promised. `npm run fuzz` calls them, and
//! `npm test` does with the corpus and with what is like it.

mod broadcast;
mod door;

pub use broadcast::broadcast;
pub use door::door;

#[cfg(test)]
#[path = "../../fuzz/corpus.rs"]
mod corpus;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_gets_in_with_nothing_but_a_token_of_ours() {
        corpus::feed("door", 1000, door);
    }

    #[test]
    fn viewers_get_what_was_broadcast_in_order_and_no_more() {
        corpus::feed("broadcast", 2000, broadcast);
    }
}
