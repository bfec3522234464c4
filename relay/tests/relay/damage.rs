//! Messages that are damaged in every byte, on real sockets: each is answered by the code that docs/PROTOCOL.md has for it, and nobody
//! else notices.

use crate::{
    common::{MIME, Program, Raw, blob, chunk, last, now, random},
    cuts::{Scene, assert_whole},
};
use blobcast_wire::{Kind, Message};
use bytes::Bytes;
use std::sync::Arc;
use tokio::{sync::watch, task::JoinSet};

const BINARY: u8 = 0x82;
const TEXT: u8 = 0x81;

/// How many random messages each socket gets.
const RANDOM: u32 = 100;

/// So many peers are there at once.
const AT_ONCE: usize = 8;

/// What the relay may have more in the end than after the first round, bytes: some KB for each message would be more.
const GROWTH: usize = 8 << 20;

/// Longer than this test, µs.
const LONG: u64 = 600_000_000;

/// One message on one socket of its own.
#[derive(Debug)]
struct Case {
    /// `publish` or `view`, and `blob` or `chunk`.
    socket: [&'static str; 2],
    opcode: u8,
    payload: Vec<u8>,
    /// The code that it is closed with, if it is.
    code: Option<u16>,
}

impl Case {
    async fn run(&self, program: &Program, number: usize) {
        let [role, socket] = self.socket;
        let mut raw = Raw::open(program.address, &format!("/{role}/bad/{number}/{socket}?session=s")).await;
        raw.frame(self.opcode, &self.payload).await;
        assert_eq!(raw.closed_before_pong().await, self.code, "{self:?}");
    }
}

/// A message with each byte changed in some ways, cut off after each, and random bytes behind a part of it.
fn damaged(good: &[u8], below: &mut impl FnMut(u32) -> u32) -> Vec<Vec<u8>> {
    let mut all = vec![good.to_vec()];
    for at in 0..good.len() {
        all.push(good[..at].to_vec());
        for mask in [0x01, 0x80, 0xFF] {
            let mut bytes = good.to_vec();
            bytes[at] ^= mask;
            all.push(bytes);
        }
    }
    for _ in 0..RANDOM {
        let (kept, more) = (below(good.len() as u32) as usize, below(64));
        let random = (0..more).map(|_| below(256) as u8);
        all.push(good[..kept].iter().copied().chain(random).collect());
    }
    all
}

/// Whether it is a message for this socket of a broadcaster, as the table in docs/PROTOCOL.md has it; `None` where that is decided by the
/// time at which it comes.
fn is_message(raw: &[u8], socket: &str) -> Option<bool> {
    let Some((head, rest)) = raw.split_at_checked(24) else { return Some(false) };
    let number = |from: usize, len: usize| {
        head[from..from + len].iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte))
    };
    let (version, kind, field, seq, segment) = (head[0], head[1], number(2, 2), number(4, 4), number(8, 8));
    let has_form = match (kind, field) {
        (0, 1..=255) => {
            let mime = rest.get(..field as usize);
            rest.len() > field as usize
                && mime.is_some_and(|mime| mime.iter().all(|byte| (b' '..=b'~').contains(byte)))
        }
        (1, 0) | (2, 0 | 1) => true,
        _ => false,
    };
    let is_good = version == 1
        && has_form
        && seq > 0
        && (1..1 << 53).contains(&segment)
        && (kind == 0) == (socket == "blob");
    if kind != 0 || !is_good {
        return Some(is_good);
    }
    // A segment that is ahead of the relay's clock is refused, and a blob with the last number there is.
    let ahead = segment.saturating_sub(now());
    let is_ahead = if ahead == 0 { Some(false) } else { (ahead > LONG).then_some(true) };
    is_ahead.map(|is_ahead| !is_ahead && seq < u32::MAX.into())
}

fn cases() -> Vec<Case> {
    let mut below = random(1);
    let segment = now() - 2 * LONG;
    let cut_short = Message { kind: Kind::LastChunk { cut_short: true }, ..chunk(segment, 3, "") };
    let mut cases = Vec::new();
    let mut add = |role, message: &Message<Bytes>, below: &mut _| {
        let socket = if matches!(message.kind, Kind::Blob { .. }) { "blob" } else { "chunk" };
        for payload in damaged(&message.encode(), below) {
            let is_message = if role == "view" { Some(false) } else { is_message(&payload, socket) };
            let Some(is_message) = is_message else { continue };
            cases.push(Case {
                socket: [role, socket],
                opcode: BINARY,
                payload,
                code: (!is_message).then_some(4400),
            });
        }
    };
    add("publish", &blob(segment, 1, "head"), &mut below);
    add("publish", &chunk(segment, 1, "more"), &mut below);
    add("publish", &last(segment, 2, "end"), &mut below);
    add("publish", &cut_short, &mut below);
    add("view", &chunk(segment, 1, "more"), &mut below);
    for socket in [["publish", "blob"], ["publish", "chunk"], ["view", "blob"], ["view", "chunk"]] {
        for payload in damaged(br#"{"type":"ping","t":12.5}"#, &mut below) {
            // Texts that say nothing are passed over; those that are none break RFC 6455.
            let code = std::str::from_utf8(&payload).is_err().then_some(1007);
            cases.push(Case { socket, opcode: TEXT, payload, code });
        }
    }
    cases
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_messages_get_their_code_and_disturb_nobody() {
    let program = Arc::new(Program::start("127.0.0.1:0").await);
    let (_home, home) = watch::channel(Some(program.address));
    let mut scene = Scene::begin(1, home);
    scene.until_read(1).await;
    let cases = Arc::new(cases());
    assert!(cases.len() > 1500 && MIME.len() > 20, "{}", cases.len());
    let mut memory = Vec::new();
    for _ in 0..2 {
        let mut peers = JoinSet::new();
        for peer in 0..AT_ONCE {
            let (program, cases) = (Arc::clone(&program), Arc::clone(&cases));
            peers.spawn(async move {
                for number in (peer..cases.len()).step_by(AT_ONCE) {
                    cases[number].run(&program, number).await;
                }
            });
        }
        peers.join_all().await;
        memory.push(program.memory());
    }
    let (broadcaster, recorded, viewer) = scene.end().await;
    broadcaster.finish().await;
    assert_whole(&recorded, &viewer);
    assert!(memory[1] < memory[0] + GROWTH, "{memory:?}");
    let Some(program) = Arc::into_inner(program) else { panic!("nobody else has it") };
    program.terminate().await;
    let log = program.ended().await;
    assert!(!log.contains("panicked"), "{log}");
}
