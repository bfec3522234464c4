//! The floor of fan-out, for `npm run bench:relay`: one thread, a frame that is there already, and a plain `write` to each socket. It
//! understands nothing, knows no slow viewer and no segment: what a relay costs more than this, it costs for what it does.
//!
//! `floor BYTES HERTZ [SOCKETS]` prints where it listens, as the relay does. When a viewer has so many sockets, the first is written to:
//! the system takes longer to find one among more.

use std::{
    error::Error,
    io::{BufRead, BufReader, ErrorKind, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// Where the client's key is, the answer is `Sec-WebSocket-Accept` of this one: the audience does not look.
const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("floor BYTES HERTZ [SOCKETS]");
    let (len, hertz): (usize, f64) = (next()?.parse()?, next()?.parse()?);
    let each: usize = next().unwrap_or("1".into()).parse()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!(r#"{{"url":"http://{}/"}}"#, listener.local_addr()?);
    let (joins, newcomers) = mpsc::channel();
    thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            if let Ok(socket) = greet(socket) {
                let _ = joins.send(socket);
            }
        }
    });
    let frame = frame(len);
    let mut sockets: Vec<TcpStream> = Vec::new();
    let mut due = Instant::now();
    loop {
        due += Duration::from_secs_f64(1.0 / hertz);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        sockets.extend(newcomers.try_iter());
        for socket in sockets.iter_mut().step_by(each) {
            match socket.write(&frame) {
                Ok(written) if written == frame.len() => {}
                Ok(_) => return Err("a viewer took a frame in part: it is too slow to be measured".into()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return Ok(()), // the audience has gone
            }
        }
    }
}

/// Reads the handshake and answers it.
fn greet(mut socket: TcpStream) -> std::io::Result<TcpStream> {
    let mut lines = BufReader::new(socket.try_clone()?).lines();
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    socket.write_all(ANSWER)?;
    socket.set_nodelay(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// A binary WebSocket message of so many bytes, which is under 64 KiB.
fn frame(len: usize) -> Vec<u8> {
    let mut frame = vec![0x82, 126];
    frame.extend((len as u16).to_be_bytes());
    frame.resize(frame.len() + len, 0x5a);
    frame
}
