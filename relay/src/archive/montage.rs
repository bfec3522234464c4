//! Segments of a name one behind the other as one film (`/export/`, `blobcast-relay export`): laid out first, to the byte, and then
//! read piece by piece. In memory are heads and what is being read.

use super::{catalogue::Catalogue, label::Label};
use crate::span::Span;
use blobcast_container::{Export, Head, Layout, Piece};
use blobcast_wire::{Name, Segment};
use bytes::Bytes;
use std::{
    error::Error,
    fmt,
    fs::File,
    io::{self, ErrorKind, Read},
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::{Duration, UNIX_EPOCH},
};
use tracing::warn;

/// How many segments one film has at most: more than a day of 2 s each.
const MOST: usize = 50_000;

/// Nearly every head is shorter, bytes.
const HEAD: u64 = 4 << 10;

/// No head is longer: it has a few elements of 4 MiB at most.
const LONGEST_HEAD: u64 = 16 << 20;

/// How much is read at once, bytes.
const CHUNK: u64 = 64 << 10;

/// Time in which nothing was recorded is closed up if it is longer than this, µs.
const BREAK: u64 = 1_000_000;

/// Segments as one film, laid out.
#[derive(Debug)]
pub(crate) struct Montage {
    layout: Layout,
    /// Bytes of all.
    pub(crate) len: u64,
    folder: PathBuf,
    labels: Vec<Label>,
}

/// Why there is no film.
#[derive(Debug)]
pub(crate) enum MontageError {
    /// Nothing of it is there.
    Nothing,
    /// There are too many segments.
    TooMany,
    /// From this segment on there are other tracks.
    Change(Segment),
    /// The disk fails.
    Disk(io::Error),
    /// Nobody waits for it any more.
    CalledOff,
}

/// Where segments lie on one time line. Pure: times are µs.
#[derive(Debug, Default)]
struct Line {
    /// What was taken from the numbers: when the first began, and the time that was closed up.
    taken: Option<u64>,
    /// When the last one ends, by the numbers.
    end: Segment,
}

impl Line {
    /// Where the next one begins.
    fn place(&mut self, start: Segment, end: Segment) -> u64 {
        let taken = self.taken.get_or_insert(start);
        let pause = if self.end > 0 { start.saturating_sub(self.end) } else { 0 };
        if pause > BREAK {
            *taken += pause;
        }
        self.end = self.end.max(end);
        start.saturating_sub(*taken)
    }
}

impl Montage {
    /// Lays out what a name has in a span: segments of which a part is in it, and they whole. It waits for the disk,
    /// and opens no more files once it is called off.
    pub(crate) fn open(
        catalogue: &Catalogue,
        name: &Name,
        span: Span,
        is_called_off: &AtomicBool,
    ) -> Result<Self, MontageError> {
        let listing = catalogue.list(name, span, MOST).map_err(MontageError::Disk)?;
        if listing.more {
            return Err(MontageError::TooMany);
        }
        let folder = catalogue.folder(name);
        let labels: Vec<_> = listing.recordings.into_iter().map(|recording| recording.label).collect();
        let labels = labels.into_iter().filter(|label| label.duration.is_some()).collect();
        let (mut export, mut line, mut kept) = (Export::default(), Line::default(), Vec::new());
        for label in without_overlap(labels, span) {
            if is_called_off.load(Relaxed) {
                return Err(MontageError::CalledOff);
            }
            let Some(head) = head(&folder.join(label.to_string())).map_err(MontageError::Disk)? else {
                continue;
            };
            let place = line.place(label.number, label.end());
            // Times do not go back, whatever the clocks of broadcasters did.
            let place = ((place + 500) / 1000).max(export.newest().unwrap_or(0));
            if !export.add(place, head) {
                return Err(MontageError::Change(label.number));
            }
            kept.push(label);
        }
        if kept.is_empty() {
            return Err(MontageError::Nothing);
        }
        let damaged = |error| MontageError::Disk(io::Error::new(ErrorKind::InvalidData, error));
        let layout = export.layout().map_err(damaged)?;
        Ok(Self { len: layout.len(), layout, folder, labels: kept })
    }

    /// What its file is called.
    pub(crate) fn file_name(&self, name: &Name) -> String {
        let start = humantime::format_rfc3339_seconds(moment(self.labels[0].number)).to_string();
        let start = start.trim_end_matches('Z').replace('T', " ").replace(':', ".");
        format!("{} {start}.webm", name.as_str().replace('/', "-"))
    }

    /// Its type.
    pub(crate) fn mime(&self) -> String {
        self.labels[0].kind.mime()
    }

    /// What tells it from one that was asked for at another time.
    pub(crate) fn tag(&self) -> String {
        let last = self.labels.last().map_or(0, |label| label.number);
        format!("\"{}-{last}-{}\"", self.labels[0].number, self.len)
    }

    /// Reads so many of its bytes from there on.
    pub(crate) fn read(self, from: u64, len: u64) -> Reader {
        let mut reader = Reader {
            at: from,
            left: len.min(self.len - from.min(self.len)),
            piece: None,
            file: None,
            montage: self,
        };
        while reader.at >= reader.piece_len() && reader.left > 0 {
            reader.at -= reader.piece_len();
            reader.piece = Some(reader.piece.map_or(0, |piece| piece + 1));
        }
        reader
    }
}

/// A segment ends where the next one begins, whatever its last picture was expected to last. So who asks from the beginning of one on
/// does not get the one before.
fn without_overlap(mut labels: Vec<Label>, span: Span) -> Vec<Label> {
    let first = labels.iter().rposition(|label| label.number <= span.from).unwrap_or(0);
    labels.drain(..first);
    labels
}

/// A file's head. `None` if it was removed meanwhile, or is none of those that a relay finishes.
fn head(path: &std::path::Path) -> io::Result<Option<Head>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Vec::new();
    for len in [HEAD, LONGEST_HEAD] {
        (&file).take(len - bytes.len() as u64).read_to_end(&mut bytes)?;
        match Head::read(&bytes) {
            Ok(Some(head)) if head.len() == file.metadata()?.len() => return Ok(Some(head)),
            Ok(None) => {}
            Ok(Some(_)) | Err(_) => break,
        }
    }
    warn!("{} is left out of what is exported: no relay has finished it", path.display());
    Ok(None)
}

/// The bytes of a film, as chunks.
#[derive(Debug)]
pub(crate) struct Reader {
    montage: Montage,
    /// Bytes that are still to be read.
    left: u64,
    /// The piece that is being read. The first is the head.
    piece: Option<usize>,
    /// How much of it was read.
    at: u64,
    /// The file that is open, by its place.
    file: Option<(usize, File)>,
}

impl Reader {
    fn piece_len(&self) -> u64 {
        match self.piece.map(|index| self.montage.layout.piece(index)) {
            None => self.montage.layout.head().len() as u64,
            Some(Some(Piece { head, range, .. })) => head.len() as u64 + range.end - range.start,
            Some(None) => u64::MAX,
        }
    }

    fn chunk(&mut self) -> io::Result<Bytes> {
        let len = self.left.min(CHUNK);
        let mut chunk = Vec::with_capacity(len as usize);
        while (chunk.len() as u64) < len {
            let rest = self.piece_len() - self.at;
            if rest == 0 {
                (self.piece, self.at) = (Some(self.piece.map_or(0, |piece| piece + 1)), 0);
                continue;
            }
            let more = rest.min(len - chunk.len() as u64);
            let read = self.part(more, &mut chunk)?;
            self.at += read;
            self.left -= read;
        }
        Ok(chunk.into())
    }

    /// Reads up to so many bytes of the piece; how many they were.
    fn part(&mut self, len: u64, chunk: &mut Vec<u8>) -> io::Result<u64> {
        let piece = self.piece.and_then(|index| self.montage.layout.piece(index));
        let own = piece.as_ref().map_or(self.montage.layout.head(), |piece| &piece.head[..]);
        if let Some(rest) = own.get(self.at as usize..).filter(|rest| !rest.is_empty()) {
            let rest = &rest[..rest.len().min(len as usize)];
            chunk.extend_from_slice(rest);
            return Ok(rest.len() as u64);
        }
        let Some(Piece { head, file, range }) = piece else { return Err(ErrorKind::UnexpectedEof.into()) };
        let open = match self.file.take() {
            Some((index, open)) if index == file => open,
            _ => File::open(self.montage.folder.join(self.montage.labels[file].to_string()))?,
        };
        let begin = chunk.len();
        chunk.resize(begin + len as usize, 0);
        open.read_exact_at(&mut chunk[begin..], range.start + self.at - head.len() as u64)?;
        self.file = Some((file, open));
        Ok(len)
    }
}

impl Iterator for Reader {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<io::Result<Bytes>> {
        (self.left > 0).then(|| {
            let chunk = self.chunk();
            if chunk.is_err() {
                self.left = 0;
            }
            chunk
        })
    }
}

fn moment(number: Segment) -> std::time::SystemTime {
    UNIX_EPOCH + Duration::from_micros(number)
}

impl fmt::Display for MontageError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => out.write_str(
                "the archive has nothing of this name in this time that plays: ask for another time, or for all without from and to",
            ),
            Self::TooMany => {
                write!(out, "these are more than {MOST} segments: ask for a shorter time with from and to")
            }
            Self::Change(number) => {
                let time = humantime::format_rfc3339_micros(moment(*number));
                write!(
                    out,
                    "the recording has other tracks or codecs from {time} on: ask for two parts, one with to={time} and one with \
                     from={time}"
                )
            }
            Self::Disk(error) => write!(out, "the archive cannot be read: {error}"),
            Self::CalledOff => out.write_str("it was called off"),
        }
    }
}

impl Error for MontageError {}

#[cfg(test)]
mod tests {
    use super::{super::record::Recording, *};

    #[test]
    fn what_tiles_stays_as_it_is_and_a_pause_is_closed_up() {
        let mut line = Line::default();
        let start = 1_795_653_808_123_456;
        let mut place = |at: u64, millis: u64| line.place(start + at, start + at + millis * 1000);
        assert_eq!(place(0, 2000), 0);
        assert_eq!(place(2_000_400, 2000), 2_000_400, "what tiles");
        assert_eq!(place(5_000_400, 2000), 5_000_400, "a second");
        assert_eq!(place(60_000_000, 2000), 7_000_400, "a minute");
        assert_eq!(place(62_000_000, 2000), 9_000_400, "and on from there");
        assert_eq!(place(63_000_000, 2000), 10_000_400, "one that overlaps");
    }

    #[test]
    fn what_is_called_off_opens_no_files() {
        let root = tempfile::tempdir().expect("a folder");
        let name = "lobby".parse().expect("a name");
        let label = Label::new(7, "video/webm;codecs=vp8").lasting(Some(Duration::from_secs(2)));
        let catalogue = Catalogue::new(root.path());
        // It would be a failure to open a folder.
        std::fs::create_dir_all(root.path().join("lobby").join(label.to_string())).expect("a folder");
        catalogue.add(&name, Recording { label, bytes: 1 });
        let open =
            |flag| Montage::open(&catalogue, &name, Span::ALL, &AtomicBool::new(flag)).expect_err("none");
        assert!(matches!(open(true), MontageError::CalledOff));
        assert!(matches!(open(false), MontageError::Disk(_)));
    }

    #[test]
    fn who_asks_from_the_beginning_of_a_segment_on_does_not_get_the_one_before() {
        let labels = [1000, 2000, 3000].map(|number| Label::new(number, "video/webm"));
        let from = |from| {
            let kept = without_overlap(labels.to_vec(), Span { from, ..Span::ALL });
            kept.iter().map(|label| label.number).collect::<Vec<_>>()
        };
        assert_eq!(from(0), [1000, 2000, 3000]);
        assert_eq!(from(1999), [1000, 2000, 3000]);
        assert_eq!(from(2000), [2000, 3000]);
        assert_eq!(from(9000), [3000]);
    }
}
