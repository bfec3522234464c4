//! A frame, out of its container.

use crate::{
    Error,
    block::Block,
    ebml::{self, id},
    opus,
    tracks::{Codec, Track},
};

/// The bit of a VP8 frame that says to show it. <https://www.rfc-editor.org/rfc/rfc6386#section-9.1>
const SHOW_FRAME: u8 = 0x10;

/// What a packet of sound lasts when it does not tell, ms: Opus' own default.
pub(crate) const USUAL_PACKET: i64 = 20;

/// One frame of picture or sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// From the beginning of its recording, ms.
    pub time: i64,
    /// Nothing before it is needed to decode it.
    pub is_key: bool,
    /// Picture, not sound.
    pub is_video: bool,
    codec: Codec,
    block: Block,
    /// What its block holds: track number, time, flags, frame.
    content: Vec<u8>,
}

impl Frame {
    pub(crate) fn new(track: &Track, block: Block, content: Vec<u8>, time: i64, is_key: bool) -> Self {
        Self { time, is_key, is_video: track.is_video, codec: track.codec, block, content }
    }

    /// The number of its track.
    pub fn track(&self) -> u64 {
        self.block.track
    }

    /// The frame itself, as its codec made it.
    pub fn data(&self) -> &[u8] {
        self.block.frame(&self.content)
    }

    /// Puts it into another track.
    pub fn move_to(&mut self, track: u8) {
        self.block.move_to(track, &mut self.content);
    }

    /// How long the packet of sound lasts, ms.
    pub fn packet_duration(&self) -> i64 {
        opus::duration(self.data()).unwrap_or(USUAL_PACKET)
    }

    /// Leaves out as many of the packet's first frames as come nearest to so many ms. `false`: nothing is left of it.
    pub(crate) fn leave_out_first(&mut self, ms: i64) -> bool {
        let packet = self.data();
        let frame = opus::frame_duration(packet).unwrap_or(USUAL_PACKET * 1000);
        let count = (ms * 1000 + frame / 2) / frame;
        if count == 0 {
            return true;
        }
        let Some(shorter) = opus::without_first(packet, usize::try_from(count).unwrap_or(0)) else {
            return false;
        };
        let head = self.content.len() - packet.len();
        self.content.truncate(head);
        self.content.extend(shorter);
        true
    }

    /// Packets without content, one behind the other from `time` on, which come nearest to so many ms: decoders make them up
    /// from what was before.
    pub(crate) fn made_up_before(&self, time: i64, ms: i64) -> Vec<Self> {
        let packet = self.data();
        let Some(lost) = opus::lost(packet) else { return Vec::new() };
        let mut content = self.content[..self.content.len() - packet.len()].to_vec();
        content.extend(lost);
        let mut made_up = Self { content, ..self.clone() };
        let duration = made_up.packet_duration();
        let count = (ms + duration / 2) / duration;
        let mut packets = Vec::new();
        for n in 0..count {
            made_up.time = time + n * duration;
            packets.push(made_up.clone());
        }
        packets
    }

    /// Makes it be decoded and not shown. `false`: its codec cannot say so by one bit. VP9's and AV1's headers have
    /// other fields then.
    pub(crate) fn hide(&mut self) -> bool {
        let first = self.block.frame_mut(&mut self.content).first_mut();
        match (self.codec, first) {
            (Codec::Vp8, Some(first)) => {
                *first &= !SHOW_FRAME;
                true
            }
            _ => false,
        }
    }

    /// Writes a SimpleBlock with a time relative to its cluster, ms.
    ///
    /// # Errors
    /// There is no such time in a block.
    pub(crate) fn write(&self, time: i64, out: &mut Vec<u8>) -> Result<(), Error> {
        out.push(id::SIMPLE_BLOCK as u8);
        out.extend(ebml::size_of(self.content.len()));
        self.write_block(time, out)
    }

    /// Writes a BlockGroup, the only kind of block that can say how long it lasts, ms.
    ///
    /// # Errors
    /// There is no such time in a block.
    pub(crate) fn write_lasting(&self, time: i64, duration: i64, out: &mut Vec<u8>) -> Result<(), Error> {
        // A frame that needs another one refers to it; that any is named is all that players look for.
        let reference: &[u8] = if self.is_key { &[] } else { &[id::REFERENCE_BLOCK as u8, 0x81, 0xFF] };
        let duration = u32::try_from(duration).unwrap_or(0).to_be_bytes();
        let size = 5 + self.content.len() + 2 + duration.len() + reference.len();
        out.push(id::BLOCK_GROUP as u8);
        out.extend(ebml::size_of(size));
        out.push(id::BLOCK as u8);
        out.extend(ebml::size_of(self.content.len()));
        self.write_block(time, out)?;
        out.extend([id::BLOCK_DURATION as u8, 0x84]);
        out.extend(duration);
        out.extend_from_slice(reference);
        Ok(())
    }

    fn write_block(&self, time: i64, out: &mut Vec<u8>) -> Result<(), Error> {
        let time = i16::try_from(time).map_err(|_| Error::TooLong)?;
        let at = out.len();
        out.extend_from_slice(&self.content);
        self.block.write(&mut out[at..], time, self.is_key);
        Ok(())
    }
}
