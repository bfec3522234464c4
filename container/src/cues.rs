//! Where a glued blob's only cluster is; and how that is written of any number of them.
//!
//! Firefox seeks in a WebM by its cues alone: without them it ignores the media fragment of an object URL, and a
//! seek may never end. A blob in normal form has none, since a broadcaster does not know them; but it has just
//! one cluster, which begins with a keyframe, so whoever has the blob knows all that they would say.
//! <https://www.rfc-editor.org/rfc/rfc9559#name-cues-element>

use crate::{
    Error,
    ebml::{Header, children, element, find, id, read_uint},
    tracks::{self, Track},
};

/// Cues, and the place in the blob where they go: right before the cluster that they tell of. `None` where
/// `head`, the beginning of a blob, is no WebM, or shows no cluster.
pub fn cues(head: &[u8]) -> Option<(usize, Vec<u8>)> {
    let read = |at: usize| Header::read(head.get(at..)?).ok()?;
    let ebml = read(0).filter(|header| header.id == id::EBML)?;
    let segment_at = ebml.element_len().ok()?;
    // A Segment of known size would end too early with something put in.
    let segment = read(segment_at).filter(|header| header.id == id::SEGMENT && header.size.is_none())?;
    let start = segment_at + segment.len;
    let (mut at, mut tracks) = (start, Vec::new());
    loop {
        let header = read(at)?;
        if header.id == id::CLUSTER {
            break;
        }
        let end = at + header.element_len().ok()?;
        if header.id == id::TRACKS {
            tracks = tracks::read(&mut head.get(at + header.len..end)?.to_vec()).ok()?;
        }
        at = end;
    }
    // Positions count from the Segment's content, and the cues themselves stand before the cluster.
    let len = wrap(&point(&tracks, 0, 0)).len();
    Some((at, wrap(&point(&tracks, 0, (at - start + len) as u64))))
}

/// A point in time, ms, with where its cluster is: for every track, since a browser looks for the one of the track that it seeks in.
pub(crate) fn point(tracks: &[Track], time: u64, cluster: u64) -> Vec<u8> {
    let mut point = vec![id::CUE_TIME as u8, 0x88];
    point.extend_from_slice(&time.to_be_bytes());
    for track in tracks {
        point.extend_from_slice(&[
            id::CUE_TRACK_POSITIONS as u8,
            0x8D,
            id::CUE_TRACK as u8,
            0x81,
            track.number as u8,
        ]);
        point.extend_from_slice(&[id::CUE_CLUSTER_POSITION as u8, 0x88]);
        point.extend_from_slice(&cluster.to_be_bytes());
    }
    element(id::CUE_POINT, &point)
}

/// All points.
pub(crate) fn wrap(points: &[u8]) -> Vec<u8> {
    element(id::CUES, points)
}

/// The times and places in what [`wrap`] wrote.
pub(crate) fn read(content: &[u8]) -> Result<Vec<(u64, u64)>, Error> {
    let uint = |content: &[u8], id| read_uint(&content[find(content, id)?.ok_or(Error::Damaged)?]);
    let mut points = Vec::new();
    for (_, point) in children(content)? {
        let point = &content[point];
        let track = &point[find(point, id::CUE_TRACK_POSITIONS)?.ok_or(Error::Damaged)?];
        points.push((uint(point, id::CUE_TIME)?, uint(track, id::CUE_CLUSTER_POSITION)?));
    }
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EBML header, Segment of unknown size, Info, Tracks with track 2 first, and a Cluster of unknown size.
    const HEAD: &[u8] = b"\x1A\x45\xDF\xA3\x81\0\x18\x53\x80\x67\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\
        \x15\x49\xA9\x66\x80\x16\x54\xAE\x6B\x85\xAE\x83\xD7\x81\x02\
        \x1F\x43\xB6\x75\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xE7\x81\0";
    const CLUSTER_AT: usize = 33;
    const SEGMENT_AT: usize = 18;

    #[test]
    fn the_cues_stand_before_the_cluster_and_point_behind_themselves() {
        let (at, cues) = cues(HEAD).expect("a WebM");
        assert_eq!(at, CLUSTER_AT);
        let whole = [&HEAD[..at], &cues, &HEAD[at..]].concat();
        let element = Header::read(&whole[at..]).expect("an element").expect("all of its header");
        assert_eq!((element.id, element.element_len()), (id::CUES, Ok(cues.len())));
        let position = u64::from_be_bytes(cues[cues.len() - 8..].try_into().expect("eight bytes"));
        let cluster = Header::read(&whole[SEGMENT_AT + position as usize..]).expect("an element");
        assert_eq!(cluster.map(|header| header.id), Some(id::CLUSTER));
        assert!(cues.windows(3).any(|field| field == [0xF7, 0x81, 2]), "of the track");
    }

    #[test]
    fn what_is_no_webm_or_only_the_beginning_of_one_gets_none() {
        assert_eq!(cues(b"\0\0\0\x20ftypisom"), None);
        for len in 0..CLUSTER_AT {
            assert_eq!(cues(&HEAD[..len]), None, "{len} bytes");
        }
        let mut known = HEAD.to_vec();
        known[11..18].fill(0);
        assert_eq!(cues(&known), None, "a Segment of known size");
    }

    #[test]
    fn a_real_recording_in_normal_form_gets_them_for_both_tracks() {
        let mut tidy = crate::Tidy::default();
        tidy.push(include_bytes!("../tests/recordings/firefox-camera-vp8-opus.webm")).expect("a WebM");
        let mut writer = crate::Writer::new(tidy.init(), 0);
        tidy.take().iter().for_each(|frame| writer.add(frame).expect("a short recording"));
        let (at, cues) = cues(&writer.take()).expect("a cluster");
        assert!(at > 0);
        assert_eq!(cues.iter().filter(|&&byte| byte == 0xB7).count(), 2);
    }
}
