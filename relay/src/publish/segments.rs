//! From frames that are due to messages of segments.

use super::{
    media::Format,
    roll::{Roll, Turn},
};
use blobcast_container::{Cutter, Error, Frame, Writer};
use blobcast_wire::{Message, Segment};

/// What was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) pictures: u64,
    pub(super) packets: u64,
    pub(super) segments: u64,
    pub(super) bytes: u64,
}

/// One segment after the other.
#[derive(Debug)]
pub(super) struct Segments {
    format: Format,
    roll: Roll,
    cutter: Option<Cutter>,
    pub(super) figures: Figures,
}

impl Segments {
    /// Of so many ms at least.
    pub(super) fn new(format: Format, interval: i64) -> Self {
        let roll = Roll::new(interval, format.has_pictures);
        Self { format, roll, cutter: None, figures: Figures::default() }
    }

    /// Takes frames that are sent at this time; gives their messages. `number` gives a segment its number, by the place where the one
    /// before ended, and the time of its first frame.
    pub(super) fn write(
        &mut self,
        frames: Vec<Frame>,
        sent: u64,
        mut number: impl FnMut(Option<u64>, i64) -> Segment,
    ) -> (Vec<Message<Vec<u8>>>, Result<(), Error>) {
        let (mut messages, mut piece) = (Vec::new(), Vec::new());
        let mut written = Ok(());
        for frame in frames {
            match self.roll.next(&frame) {
                Turn::GoOn => {}
                Turn::Skip => continue,
                Turn::Begin => {
                    written = written.and(self.cut(&piece, sent, &mut messages));
                    piece.clear();
                    let at = self.place(frame.time);
                    messages.extend(self.end(sent, false));
                    self.begin(frame.time, number(at, frame.time));
                }
                Turn::TooLong => {
                    written = Err(Error::TooLong);
                    break;
                }
            }
            piece.push(frame);
        }
        let cut = self.cut(&piece, sent, &mut messages);
        (messages, written.and(cut))
    }

    /// Ends the segment that has begun, if one has.
    pub(super) fn end(&mut self, sent: u64, cut_short: bool) -> Option<Message<Vec<u8>>> {
        self.cutter.take()?.end(sent, cut_short)
    }

    /// The rest of the segment is not taken: the next one begins with the next keyframe.
    pub(super) fn break_off(&mut self) {
        self.cutter = None;
        self.roll.break_off();
    }

    /// When a frame was filmed, by the segment that has begun, µs in the relay's clock.
    fn place(&self, time: i64) -> Option<u64> {
        let cutter = self.cutter.as_ref()?;
        Some(cutter.segment().saturating_add_signed((time - cutter.base()) * 1_000))
    }

    fn begin(&mut self, base: i64, number: Segment) {
        let Format { init, mime, .. } = &self.format;
        self.cutter = Some(Cutter::new(number, mime.clone(), Writer::new(init, base), base));
        self.figures.segments += 1;
    }

    fn cut(&mut self, frames: &[Frame], sent: u64, to: &mut Vec<Message<Vec<u8>>>) -> Result<(), Error> {
        let Some(cutter) = &mut self.cutter else { return Ok(()) };
        let (messages, written) = cutter.write::<Vec<u8>>(frames, sent);
        let pictures = frames.iter().filter(|frame| frame.is_video).count();
        self.figures.pictures += pictures as u64;
        self.figures.packets += (frames.len() - pictures) as u64;
        self.figures.bytes += messages.iter().map(|message| message.body.len() as u64).sum::<u64>();
        to.extend(messages);
        written
    }
}

#[cfg(test)]
mod tests {
    use super::{super::media::Media, *};
    use blobcast_wire::Kind;

    const FIREFOX: &[u8] = include_bytes!("../../../container/tests/recordings/firefox-camera-vp8-opus.webm");

    #[test]
    fn segments_tile_and_each_has_a_blob_and_an_end() {
        let mut media = Media::default();
        let (frames, _) = media.push(FIREFOX);
        let (first, count) = (frames[0].time, frames.len() as u64);
        let mut segments = Segments::new(media.format().cloned().expect("a recording"), 200);
        let mut places = Vec::new();
        let (mut messages, written) = segments.write(frames, 7, |at, _| {
            places.push(at);
            at.unwrap_or(1_000_000)
        });
        assert_eq!(written, Ok(()));
        messages.extend(segments.end(8, false));
        assert_eq!(segments.end(8, false), None);
        let numbers: Vec<_> = messages.iter().map(|message| message.segment).collect();
        assert!(numbers.is_sorted() && places[0].is_none(), "{places:?} from {first} ms");
        let blobs = messages.iter().filter(|message| matches!(message.kind, Kind::Blob { .. })).count();
        let ends = messages.iter().filter(|message| matches!(message.kind, Kind::LastChunk { .. })).count();
        let Figures { pictures, packets, segments, .. } = segments.figures;
        assert_eq!((blobs as u64, ends as u64, pictures + packets), (segments, segments, count));
    }
}
