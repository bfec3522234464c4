//! What the cipher of TLS costs by itself, for `npm run bench:relay`: one thread, as many keys as there are viewers, and a message that is
//! sealed by each of them in place. The records are those that the relay sends: at most 16 KiB each.
//!
//! `cipher BYTES HERTZ VIEWERS` prints `{}`, and then on each line that it reads how many it has sealed: `{"messages":…}`. It ends with
//! its input.

use aws_lc_rs::aead::{AES_128_GCM, Aad, Nonce, TlsProtocolId, TlsRecordSealingKey};
use std::{
    error::Error,
    io::stdin,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

/// The most that a record holds. <https://datatracker.ietf.org/doc/html/rfc8446#section-5.1>
const MAX_RECORD: usize = 1 << 14;

static SEALED: AtomicU64 = AtomicU64::new(0);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("cipher BYTES HERTZ VIEWERS");
    let (len, hertz, viewers): (usize, f64, u64) = (next()?.parse()?, next()?.parse()?, next()?.parse()?);
    let mut keys = Vec::new();
    for viewer in 0..viewers {
        let secret = [viewer.to_be_bytes(), viewer.to_le_bytes()].concat();
        keys.push((TlsRecordSealingKey::new(&AES_128_GCM, TlsProtocolId::TLS13, &secret)?, 0));
    }
    // A message under 64 KiB has a head of four bytes.
    let frame = vec![0x5a; 4 + len];
    let mut records: Vec<Vec<u8>> = frame.chunks(MAX_RECORD).map(<[u8]>::to_vec).collect();
    thread::spawn(move || {
        let mut due = Instant::now();
        loop {
            due += Duration::from_secs_f64(1.0 / hertz);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            for (key, sequence) in &mut keys {
                for record in &mut records {
                    seal(key, *sequence, record);
                    *sequence += 1;
                }
                SEALED.fetch_add(1, Relaxed);
            }
        }
    });
    println!("{{}}");
    for line in stdin().lines() {
        line?;
        println!(r#"{{"messages":{}}}"#, SEALED.load(Relaxed));
    }
    Ok(())
}

/// <https://datatracker.ietf.org/doc/html/rfc8446#section-5.2>
fn seal(key: &mut TlsRecordSealingKey, sequence: u64, record: &mut Vec<u8>) {
    const APPLICATION_DATA: u8 = 23;
    let len = record.len();
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&sequence.to_be_bytes());
    let [high, low] = ((len + 1 + AES_128_GCM.tag_len()) as u16).to_be_bytes();
    record.push(APPLICATION_DATA);
    let aad = Aad::from([APPLICATION_DATA, 3, 3, high, low]);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, record)
        .expect("a record is sealed");
    record.truncate(len);
}
