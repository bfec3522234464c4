//! The bytes of a film, from wherever one likes.

use super::Montage;
use blobcast_container::Piece;
use bytes::Bytes;
use std::{
    fs::File,
    io::{self, ErrorKind},
    os::unix::fs::FileExt,
    sync::Arc,
};

/// How much is read at once, bytes.
const CHUNK: u64 = 64 << 10;

/// The bytes of a film, as chunks.
#[derive(Debug)]
pub(crate) struct Reader {
    montage: Arc<Montage>,
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
    /// Of so many bytes from there on.
    pub(super) fn new(montage: Arc<Montage>, from: u64, len: u64) -> Self {
        let left = len.min(montage.len - from.min(montage.len));
        let mut reader = Self { at: from, left, piece: None, file: None, montage };
        while reader.at >= reader.piece_len() && reader.left > 0 {
            reader.at -= reader.piece_len();
            reader.next_piece();
        }
        reader
    }

    fn next_piece(&mut self) {
        self.piece = Some(self.piece.map_or(0, |piece| piece + 1));
    }

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
                self.next_piece();
                self.at = 0;
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
            _ => File::open(self.montage.path(file))?,
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
