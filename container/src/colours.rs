//! What a track says of its pictures' colours.

use crate::{
    Error,
    ebml::{children, id, read_uint},
};

/// Matroska's `Colour`, in the numbers of ITU-T H.273; 0 where it says nothing.
///
/// <https://www.matroska.org/technical/elements.html#Colour>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colours {
    /// `MatrixCoefficients`
    pub matrix: u64,
    /// `Range`: 1 is that of broadcasts, 2 the full one.
    pub range: u64,
    /// `TransferCharacteristics`
    pub transfer: u64,
    /// `Primaries`
    pub primaries: u64,
}

impl Colours {
    /// Of the content of `Colour`.
    pub(crate) fn read(content: &[u8]) -> Result<Self, Error> {
        let mut colours = Self::default();
        for (id, range) in children(content)? {
            let field = match id {
                id::MATRIX_COEFFICIENTS => &mut colours.matrix,
                id::RANGE => &mut colours.range,
                id::TRANSFER_CHARACTERISTICS => &mut colours.transfer,
                id::PRIMARIES => &mut colours.primaries,
                _ => continue,
            };
            *field = read_uint(&content[range])?;
        }
        Ok(colours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_chromium_says_of_a_canvas() {
        let content = [
            &[0x55, 0xB1, 0x81, 0x01][..],
            &[0x55, 0xB9, 0x81, 0x02],
            &[0x55, 0xBA, 0x81, 0x0D],
            &[0x55, 0xBB, 0x81, 0x01],
        ]
        .concat();
        let colours = Colours { matrix: 1, range: 2, transfer: 13, primaries: 1 };
        assert_eq!(Colours::read(&content), Ok(colours));
        assert_eq!(Colours::read(&[]), Ok(Colours::default()));
        assert_eq!(Colours::read(&content[..6]), Err(Error::Damaged));
    }
}
