//! The head of a file in which players can seek, and reading it back.
//!
//! ```text
//! EBML header │ Segment ┤ SeekHead │ Info, with Duration │ Tracks │ Cues │ Cluster │ Cluster │ …
//! ```
//!
//! Sizes, positions and times have eight bytes each, so that all of it is known before anything is written. Cues tell where clusters
//! are, from the beginning of the Segment's content, for each track: Firefox looks for the track that it seeks in, and by cues only.
//! <https://www.rfc-editor.org/rfc/rfc9559#name-cues-element>

use crate::{
    Error, cues,
    ebml::{Header, children, copy_without, element, find, id, read_uint},
    tidy::{check_scale, is_webm},
    tracks,
};
use std::ops::Range;

/// What a cluster begins with, until its first block: its size and its timestamp are known, and have eight bytes each.
pub(crate) const CLUSTER_HEAD: usize = 22;

/// What a file begins with, but for where its clusters are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct About {
    pub(crate) ebml: Vec<u8>,
    /// The children of `Info`, without `Duration`.
    pub(crate) info: Vec<u8>,
    /// The content of `Tracks`.
    pub(crate) tracks: Vec<u8>,
}

/// The head of a file in which players can seek.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    pub(crate) about: About,
    /// How long it plays, ms.
    pub duration: f64,
    pub(crate) codecs: Codecs,
    pub(crate) clusters: Vec<Cluster>,
}

/// The numbers of the tracks and their codecs, in order.
pub(crate) type Codecs = Vec<(u64, Vec<u8>)>;

/// Where a cluster is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// Its timestamp, ms.
    pub(crate) time: u64,
    /// In its file, with its head.
    pub(crate) place: Range<u64>,
}

/// A cluster's head. `len`: of all of the cluster.
pub(crate) fn cluster_head(time: u64, len: u64) -> [u8; CLUSTER_HEAD] {
    let mut head = [0; CLUSTER_HEAD];
    head[..4].copy_from_slice(&id::CLUSTER.to_be_bytes());
    head[4..12].copy_from_slice(&size(len - 12));
    head[12..14].copy_from_slice(&[id::TIMESTAMP as u8, 0x88]);
    head[14..].copy_from_slice(&time.to_be_bytes());
    head
}

/// The head of a file of clusters with these timestamps, ms, and lengths.
///
/// # Errors
/// The tracks are none.
pub(crate) fn write(about: &About, duration: f64, clusters: &[(u64, u64)]) -> Result<Vec<u8>, Error> {
    let recorded = tracks::read(&mut about.tracks.clone())?;
    let info = [&about.info[..], &element(id::DURATION, &duration.to_be_bytes())].concat();
    let (info, tracks) = (element(id::INFO, &info), element(id::TRACKS, &about.tracks));
    let point_len = cues::point(&recorded, 0, 0).len();
    let cues_len = cues::wrap(&[]).len() + clusters.len() * point_len;
    let seek_head_len = seek_head([0; 3]).len();
    let tracks_at = seek_head_len + info.len();
    let cues_at = tracks_at + tracks.len();
    let mut at = (cues_at + cues_len) as u64;
    let mut points = Vec::with_capacity(clusters.len() * point_len);
    for (time, len) in clusters {
        points.extend(cues::point(&recorded, *time, at));
        at += len;
    }
    let cues = cues::wrap(&points);
    let segment = [&id::SEGMENT.to_be_bytes()[..], &size(at)].concat();
    Ok([&about.ebml[..], &segment, &seek_head([seek_head_len, tracks_at, cues_at]), &info, &tracks, &cues]
        .concat())
}

/// Where `Info`, `Tracks` and `Cues` are in the Segment's content.
fn seek_head(places: [usize; 3]) -> Vec<u8> {
    let seek = |(id, place): (u32, usize)| {
        let position = element(id::SEEK_POSITION, &(place as u64).to_be_bytes());
        element(id::SEEK, &[element(id::SEEK_ID, &id.to_be_bytes()), position].concat())
    };
    let seeks: Vec<_> = [id::INFO, id::TRACKS, id::CUES].into_iter().zip(places).map(seek).collect();
    element(id::SEEK_HEAD, &seeks.concat())
}

/// A size in eight bytes.
fn size(content: u64) -> [u8; 8] {
    (1 << 56 | content).to_be_bytes()
}

impl Head {
    /// Reads the beginning of a file; `None` when more of it is needed.
    ///
    /// # Errors
    /// It is no file of those that are made here.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, Error> {
        let read = |at: usize| Header::read(bytes.get(at..).unwrap_or_default());
        let Some(ebml) = read(0)? else { return Ok(None) };
        let start = ebml.element_len()?;
        let Some(whole) = bytes.get(..start) else { return Ok(None) };
        if ebml.id != id::EBML || !is_webm(&whole[ebml.len..])? {
            return Err(Error::Damaged);
        }
        let Some(segment) = read(start)? else { return Ok(None) };
        let size = segment.size.filter(|_| segment.id == id::SEGMENT).ok_or(Error::Damaged)?;
        let content = start + segment.len;
        let end = size.checked_add(content as u64).ok_or(Error::Damaged)?;
        let mut about = About { ebml: whole.to_vec(), ..About::default() };
        let (mut duration, mut points, mut at) = (None, Vec::new(), content);
        loop {
            let Some(header) = read(at)? else { return Ok(None) };
            if header.id == id::CLUSTER {
                break;
            }
            let next = at + header.element_len()?;
            let Some(content) = bytes.get(at + header.len..next) else { return Ok(None) };
            match header.id {
                id::INFO => {
                    check_scale(content)?;
                    about.info = lasting_info(content)?;
                    duration = find(content, id::DURATION)?.map(|range| &content[range]);
                }
                id::TRACKS => about.tracks = content.to_vec(),
                id::CUES => points = cues::read(content)?,
                id::SEEK_HEAD | id::VOID => {}
                _ => return Err(Error::Damaged),
            }
            at = next;
        }
        let duration = duration.and_then(|bytes| bytes.try_into().ok()).map(f64::from_be_bytes);
        let duration = duration.filter(|duration| (0.0..1e12).contains(duration)).ok_or(Error::Damaged)?;
        let clusters = places(&points, content as u64, end)?;
        match clusters.first() {
            Some(first) if first.place.start == at as u64 => {
                let codecs = codecs(&about.tracks)?;
                Ok(Some(Self { about, duration, codecs, clusters }))
            }
            _ => Err(Error::Damaged),
        }
    }

    /// Bytes of all of the file.
    #[allow(clippy::len_without_is_empty, reason = "there is always a head")]
    pub fn len(&self) -> u64 {
        self.clusters.last().map_or(0, |cluster| cluster.place.end)
    }
}

fn codecs(tracks: &[u8]) -> Result<Codecs, Error> {
    let mut codecs = Vec::new();
    for (id, entry) in children(tracks)? {
        let entry = &tracks[entry];
        if id == id::TRACK_ENTRY {
            let content = |id| Ok(find(entry, id)?.map_or(&[][..], |range| &entry[range]));
            codecs.push((read_uint(content(id::TRACK_NUMBER)?)?, content(id::CODEC_ID)?.to_vec()));
        }
    }
    codecs.sort();
    Ok(codecs)
}

/// The children of `Info` that are as true for a file that is made of the recording.
pub(crate) fn lasting_info(content: &[u8]) -> Result<Vec<u8>, Error> {
    let mut kept = Vec::new();
    copy_without(content, &[id::DURATION, id::VOID, id::CRC_32], &mut kept)?;
    Ok(kept)
}

/// Clusters lie one behind the other from the first one to the Segment's end.
fn places(points: &[(u64, u64)], content: u64, end: u64) -> Result<Vec<Cluster>, Error> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for (index, (time, position)) in points.iter().enumerate() {
        let start = position.checked_add(content).ok_or(Error::Damaged)?;
        let next = match points.get(index + 1) {
            Some((_, position)) => position.checked_add(content).ok_or(Error::Damaged)?,
            None => end,
        };
        if next > end || next.saturating_sub(start) < CLUSTER_HEAD as u64 {
            return Err(Error::Damaged);
        }
        clusters.push(Cluster { time: *time, place: start..next });
    }
    Ok(clusters)
}
