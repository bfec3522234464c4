//! The `Range` header, as far as it asks for one stretch of bytes. Pure. <https://datatracker.ietf.org/doc/html/rfc9110#section-14.1.2>

/// What is to be sent of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// All of it.
    Whole,
    /// So many bytes from there on, at least one.
    Part { from: u64, len: u64 },
    /// What it does not have.
    Nothing,
}

/// Reads the header's value. One that asks for several stretches, or that is none, asks for the whole.
pub(crate) fn wish(header: Option<&str>, of: u64) -> Wish {
    let Some((first, last)) = header.and_then(|header| header.strip_prefix("bytes=")?.split_once('-')) else {
        return Wish::Whole;
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok())?;
    let (from, end) = match (number(first), number(last)) {
        (None, Some(len)) if first.is_empty() => (of.saturating_sub(len), of),
        (Some(from), None) if last.is_empty() => (from, of),
        (Some(from), Some(last)) if from <= last => (from, last.saturating_add(1).min(of)),
        _ => return Wish::Whole,
    };
    if from < end { Wish::Part { from, len: end - from } } else { Wish::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_part_of_what_there_is() {
        for (header, expected) in [
            ("bytes=0-3", Wish::Part { from: 0, len: 4 }),
            ("bytes=7-", Wish::Part { from: 7, len: 3 }),
            ("bytes=-2", Wish::Part { from: 8, len: 2 }),
            ("bytes=-20", Wish::Part { from: 0, len: 10 }),
            ("bytes=8-99", Wish::Part { from: 8, len: 2 }),
            ("bytes=8-18446744073709551615", Wish::Part { from: 8, len: 2 }),
            ("bytes=10-", Wish::Nothing),
            ("bytes=-0", Wish::Nothing),
            ("bytes=3-2", Wish::Whole),
            ("bytes=0-1,3-4", Wish::Whole),
            ("bytes=-", Wish::Whole),
            ("bytes=+1-2", Wish::Whole),
            ("bytes=99999999999999999999-", Wish::Whole),
            ("lines=1-2", Wish::Whole),
            ("", Wish::Whole),
        ] {
            assert_eq!(wish(Some(header), 10), expected, "{header}");
        }
        assert_eq!(wish(None, 10), Wish::Whole);
    }
}
