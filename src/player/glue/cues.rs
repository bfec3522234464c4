//! Where a glued blob's only cluster is. Pure.
//!
//! Firefox seeks in a WebM by its cues alone: without them it ignores the media fragment of an object URL, and a
//! seek may never end. A blob in normal form has none, since a broadcaster does not know them; but it has just
//! one cluster, which begins with a keyframe, so whoever has the blob knows all that they would say.
//! <https://www.rfc-editor.org/rfc/rfc9559#name-cues-element>

const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK_ENTRY: u32 = 0xAE;
const TRACK_NUMBER: u32 = 0xD7;
const CLUSTER: u32 = 0x1F43_B675;

/// Cues, and the place in the blob where they go: right before the cluster that they tell of. `None` where
/// `head`, the beginning of a blob, is no WebM, or shows no cluster.
pub fn cues(head: &[u8]) -> Option<(usize, Vec<u8>)> {
    let ebml = Element::read(head, 0).filter(|element| element.id == EBML)?;
    let segment = Element::read(head, ebml.end?)?;
    // A Segment of known size would end too early with something put in.
    if segment.id != SEGMENT || segment.end.is_some() {
        return None;
    }
    let mut tracks = Vec::new();
    let mut at = segment.content;
    loop {
        let element = Element::read(head, at)?;
        match element.id {
            CLUSTER => break,
            TRACKS => tracks = numbers(head, &element)?,
            _ => {}
        }
        at = element.end?;
    }
    // Positions count from the Segment's content, and the cues themselves stand before the cluster.
    let len = write(&tracks, 0).len();
    Some((at, write(&tracks, (at - segment.content + len) as u32)))
}

/// The numbers of the tracks.
fn numbers(head: &[u8], tracks: &Element) -> Option<Vec<u8>> {
    let mut numbers = Vec::new();
    for entry in children(head, tracks) {
        if entry.id == TRACK_ENTRY {
            let fields = children(head, &entry);
            let number = fields.iter().find(|field| field.id == TRACK_NUMBER)?;
            numbers.push(*head.get(number.end? - 1)?);
        }
    }
    Some(numbers)
}

/// The elements in an element, as far as they are whole.
fn children(head: &[u8], parent: &Element) -> Vec<Element> {
    let mut children = Vec::new();
    let (mut at, end) = (parent.content, parent.end.unwrap_or(0));
    while let Some(element) = Element::read(head, at).filter(|_| at < end) {
        let Some(next) = element.end else { break };
        at = next;
        children.push(element);
    }
    children
}

/// One point, at time 0, for every track: a browser looks for the one of the track that it seeks in.
fn write(tracks: &[u8], cluster: u32) -> Vec<u8> {
    let [a, b, c, d] = cluster.to_be_bytes();
    let mut point = vec![0xB3, 0x81, 0];
    for &track in tracks {
        point.extend_from_slice(&[0xB7, 0x89, 0xF7, 0x81, track, 0xF1, 0x84, a, b, c, d]);
    }
    let point = [&[0xBB][..], &size_of(point.len()), &point].concat();
    [&[0x1C, 0x53, 0xBB, 0x6B][..], &size_of(point.len()), &point].concat()
}

/// A size in four bytes.
fn size_of(content: usize) -> [u8; 4] {
    (0x1000_0000 | content as u32).to_be_bytes()
}

/// An element: its id, where its content begins, and where it ends, if that is known.
struct Element {
    id: u32,
    content: usize,
    end: Option<usize>,
}

impl Element {
    fn read(bytes: &[u8], at: usize) -> Option<Self> {
        let (id, size_at) = number(bytes, at, 4)?;
        let (size, content) = number(bytes, size_at, 8)?;
        let digits = 7 * (content - size_at) as u32;
        let size = size & ((1 << digits) - 1);
        let end = (size != (1 << digits) - 1).then(|| usize::try_from(size).ok()?.checked_add(content));
        Some(Self { id: u32::try_from(id).ok()?, content, end: end.flatten() })
    }
}

/// A number with its length marker, and where it ends.
fn number(bytes: &[u8], at: usize, most: usize) -> Option<(u64, usize)> {
    let len = bytes.get(at)?.leading_zeros() as usize + 1;
    let digits = bytes.get(at..at + len).filter(|_| len <= most)?;
    Some((digits.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)), at + len))
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
        let element = Element::read(&whole, at).expect("an element");
        assert_eq!((element.id, element.end), (0x1C53_BB6B, Some(at + cues.len())));
        let position = u32::from_be_bytes(cues[cues.len() - 4..].try_into().expect("four bytes"));
        let cluster = Element::read(&whole, SEGMENT_AT + position as usize).expect("an element");
        assert_eq!(cluster.id, CLUSTER);
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
        let mut tidy = blobcast_container::Tidy::default();
        tidy.push(include_bytes!("../../../container/tests/recordings/firefox-camera-vp8-opus.webm"))
            .expect("a WebM");
        let mut writer = blobcast_container::Writer::new(tidy.init(), 0);
        tidy.take().iter().for_each(|frame| writer.add(frame).expect("a short recording"));
        let (at, cues) = cues(&writer.take()).expect("a cluster");
        assert!(at > 0);
        assert_eq!(cues.iter().filter(|&&byte| byte == 0xB7).count(), 2);
    }
}
