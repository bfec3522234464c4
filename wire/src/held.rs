//! Messages that wait for their turn.

use crate::{Body, Message, Segment};

/// What a message is counted for besides its body, so that of empty ones no more than 2048 are held: so few are put in
/// order by moving them.
const OVERHEAD: usize = 4 << 10;

/// A segment, and a place in it.
pub(crate) type Place = (Segment, u32);

/// Messages by their places, in order. A list and not a map: in the browser a `BTreeMap` is much code for a few messages.
#[derive(Debug)]
pub(crate) struct Held<B> {
    messages: Vec<(Place, Message<B>)>,
    cost: usize,
}

impl<B> Default for Held<B> {
    fn default() -> Self {
        Self { messages: Vec::new(), cost: 0 }
    }
}

impl<B: Body> Held<B> {
    /// What holding them counts for, in bytes.
    pub(crate) fn cost(&self) -> usize {
        self.cost
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(crate) fn get(&self, place: Place) -> Option<&Message<B>> {
        let (held, message) = self.messages.get(self.find(place))?;
        (*held == place).then_some(message)
    }

    /// Whether there is one at this place or later in its segment.
    pub(crate) fn has_from(&self, place: Place) -> bool {
        self.messages.get(self.find(place)).is_some_and(|((segment, _), _)| *segment == place.0)
    }

    /// Holds a message, instead of the one that was there.
    pub(crate) fn put(&mut self, place: Place, message: Message<B>) {
        self.take(place);
        self.cost += cost(&message);
        self.messages.insert(self.find(place), (place, message));
    }

    pub(crate) fn take(&mut self, place: Place) -> Option<Message<B>> {
        let at = self.find(place);
        let (held, _) = self.messages.get(at)?;
        (*held == place).then(|| self.remove(at))
    }

    pub(crate) fn take_first(&mut self) -> Option<Message<B>> {
        (!self.is_empty()).then(|| self.remove(0))
    }

    pub(crate) fn drop_before(&mut self, place: Place) {
        let dropped = self.messages.drain(..self.find(place));
        self.cost -= dropped.map(|(_, message)| cost(&message)).sum::<usize>();
    }

    fn remove(&mut self, at: usize) -> Message<B> {
        let (_, message) = self.messages.remove(at);
        self.cost -= cost(&message);
        message
    }

    fn find(&self, place: Place) -> usize {
        self.messages.partition_point(|(held, _)| *held < place)
    }
}

fn cost<B: Body>(message: &Message<B>) -> usize {
    message.body.len() + message.kind.mime().len() + OVERHEAD
}
