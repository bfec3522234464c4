//! What is fuzzed here, for any bytes at all: each function holds what comes of them to what is promised. `npm run fuzz` calls them, and
//! `npm test` does with the corpus and with what is like it.

use crate::{
    Error, Export, Frame, Handover, Head, Layout, Likeness, Part, Remux, Steady, Stored, Tail, Tidy, Writer,
    announced, cues, only,
};

/// What a packet of sound may be preceded by that is made up, bytes: there is no more time than that in a segment.
const MADE_UP: usize = 2 << 20;

/// So many frames are looked at by what compares them with each other.
const COMPARED: usize = 100;

/// A recording, as a broadcaster reads it and as a player does.
pub fn recording(bytes: &[u8]) {
    let (init, frames, read) = tidied([bytes]);
    let pieces = tidied(bytes.chunks(1 + bytes.len() % 61));
    assert!(
        (&init, &frames, &read) == (&pieces.0, &pieces.1, &pieces.2),
        "it does not matter where it was cut"
    );
    let normal = written(&init, &frames);
    assert!(normal.len() <= 2 * bytes.len() + 32, "{} bytes come of {}", normal.len(), bytes.len());
    hand_over(&frames);
    let _ = play(bytes);
    point(bytes);
    choose(&init);
    if frames.is_empty() {
        return;
    }
    let (init, frames, read) = tidied([&normal[..]]);
    assert_eq!(read, Ok(()), "what was tidied is tidy");
    assert!(written(&init, &frames) == normal, "twice changes nothing");
    assert_eq!(play(&normal), Ok(()), "it can be played");
    point(&normal);
}

fn tidied<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, Vec<Frame>, Result<(), Error>) {
    let mut tidy = Tidy::default();
    let read = pieces.into_iter().try_for_each(|piece| tidy.push(piece));
    let frames = tidy.take();
    (tidy.init().to_vec(), frames, read)
}

/// The segment that begins with these frames.
fn written(init: &[u8], frames: &[Frame]) -> Vec<u8> {
    let mut writer = Writer::new(init, 0);
    let _ = frames.iter().try_for_each(|frame| writer.add(frame));
    writer.take()
}

/// The second half takes over from the first.
fn hand_over(frames: &[Frame]) {
    let frames = &frames[..frames.len().min(COMPARED)];
    let (old, new) = frames.split_at(frames.len() / 2);
    let (mut tail, mut steady) = (Tail::default(), Steady::default());
    for frame in old {
        tail.note(frame);
        steady.note(frame);
        steady.steady(&mut frame.clone());
    }
    for likeness in [Likeness::Same, Likeness::Other] {
        let mut handover = Handover::new(0.0, likeness);
        handover.add(new.to_vec());
        let has_pictures = frames.iter().any(|frame| frame.is_video);
        if let Some(mut joint) = handover.joint(&tail, has_pictures, true) {
            assert!(handover.edited(&mut joint).len() <= new.len());
        }
    }
}

/// Plays it as two segments, one behind the other. How the first of them was read.
fn play(bytes: &[u8]) -> Result<(), Error> {
    let mut remux = Remux::default();
    let first = remux.push(bytes).and_then(|()| remux.flush());
    remux.begin(remux.end().min(1 << 40));
    let _ = remux.push(bytes).and_then(|()| remux.flush());
    let (mut inits, mut media) = (0, 0);
    for part in remux.take() {
        match part {
            Part::Init(init) => inits += init.len(),
            Part::Media(bytes) => media += bytes.len(),
        }
    }
    assert!(inits <= 2 * bytes.len(), "{inits} bytes of init segments come of twice {}", bytes.len());
    assert!(media <= 16 * bytes.len() + 2 * MADE_UP, "{media} bytes come of twice {}", bytes.len());
    first
}

/// Leaves one track after the other alone.
fn choose(init: &[u8]) {
    for track in announced(init).unwrap_or_default() {
        let alone = only(init, &[track.number]).expect("what can be read can be written");
        assert!(alone.len() <= init.len() + 64, "{} bytes come of {}", alone.len(), init.len());
        let left = announced(&alone).expect("it is an init segment too");
        assert!(left.contains(&track) && left.iter().all(|other| other.number == track.number));
    }
}

fn point(bytes: &[u8]) {
    if let Some((at, cues)) = cues(bytes) {
        assert!(at <= bytes.len() && cues.len() <= 4 * bytes.len() + 32);
    }
}

/// A segment that is kept, or a file that was made of one.
pub fn archive(bytes: &[u8]) {
    let _ = Head::read(bytes);
    let Some(stored) = Stored::read(bytes) else { return };
    let half = Stored::read(&bytes[..bytes.len() / 2]);
    assert!(half.is_none_or(|half| stored.begins_with(&half)), "what is cut off begins the same");
    let Ok(file) = stored.seekable() else { return };
    assert!(file.len() <= 64 * bytes.len() + 1024, "{} bytes come of {}", file.len(), bytes.len());
    let read = Stored::read(&file).expect("a file has what it was made of");
    assert!(read.begins_with(&stored) && stored.begins_with(&read), "its frames are the same");
    assert_eq!(read.duration(), stored.duration());
    assert!(read.seekable().as_ref() == Ok(&file), "twice changes nothing");
    let head = Head::read(&file).expect("a head").expect("all of it");
    assert_eq!(head.duration, f64::from(stored.duration()));
    let mut export = Export::default();
    assert!(export.add(0, head.clone()) && export.add(stored.duration().into(), head));
    let layout = export.layout().expect("an export");
    let exported = copied(&layout, &[&file, &file]);
    assert_eq!(exported.len() as u64, layout.len());
    let head = Head::read(&exported).expect("a head").expect("all of it");
    assert_eq!(head.duration, 2.0 * f64::from(stored.duration()));
    if let Some(twice) = Stored::read(&exported) {
        assert!(twice.begins_with(&stored));
    }
}

/// An export of these files.
fn copied(layout: &Layout, files: &[&[u8]]) -> Vec<u8> {
    let mut out = layout.head().to_vec();
    for piece in (0..).map_while(|index| layout.piece(index)) {
        out.extend(piece.head);
        out.extend_from_slice(&files[piece.file][piece.range.start as usize..piece.range.end as usize]);
    }
    out
}

#[cfg(test)]
#[path = "../../fuzz/corpus.rs"]
mod corpus;

#[cfg(test)]
mod tests {
    #[test]
    fn recordings_are_read_as_far_as_they_are_whole_and_no_further() {
        super::corpus::feed("recording", 1000, super::recording);
    }

    #[test]
    fn files_in_which_players_can_seek_have_what_they_were_made_of() {
        super::corpus::feed("archive", 1000, super::archive);
    }
}
