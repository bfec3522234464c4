//! How long a packet of Opus lasts: its first byte or two tell.

/// Milliseconds, rounded; `None` for what is no packet.
///
/// The table is in RFC 6716, section 3.1, <https://www.rfc-editor.org/rfc/rfc6716#section-3.1>.
pub(crate) fn duration(packet: &[u8]) -> Option<i64> {
    let toc = *packet.first()?;
    let config = usize::from(toc >> 3);
    let microseconds = match config {
        0..=11 => [10_000, 20_000, 40_000, 60_000][config & 3],
        12..=15 => [10_000, 20_000][config & 1],
        _ => [2_500, 5_000, 10_000, 20_000][config & 3],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => i64::from(packet.get(1)? & 0x3F),
    };
    Some((microseconds * frames + 500) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_browsers_send() {
        assert_eq!(duration(&[0x03 << 3]), Some(60), "SILK, one frame of 60 ms");
        assert_eq!(duration(&[(31 << 3) | 3, 3]), Some(60), "CELT, three frames of 20 ms");
        assert_eq!(duration(&[31 << 3]), Some(20));
        assert_eq!(duration(&[(16 << 3) | 1]), Some(5), "two frames of 2.5 ms");
        assert_eq!(duration(&[15 << 3]), Some(20), "hybrid");
        assert_eq!((duration(&[]), duration(&[3])), (None, None));
    }
}
