//! A crowd for `npm run test:faults`, in a process of its own: viewers that come back when the relay was away, each as a page does, with
//! the package's own waits.
//!
//! `crowd ADDRESS VIEWERS` prints `{"ready":true}` when the relay has spoken to all of them, and then on each line that it reads how many
//! are `here`, when the last one came (`complete`, ms since the Unix epoch), and how often the relay was `asked` how it is and a
//! socket was `opened`. It ends with its input.

mod common;

use blobcast_wire::backoff;
use common::{Failure, ask};
use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, stdin},
    net::TcpStream,
    sync::Notify,
    time::sleep,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, viewers] = &arguments[..] else { return Err("crowd ADDRESS VIEWERS".into()) };
    let crowd = Arc::new(Crowd { address: address.clone(), viewers: viewers.parse()?, ..Crowd::default() });
    for viewer in 0..crowd.viewers {
        tokio::spawn(stay(Arc::clone(&crowd), viewer));
    }
    crowd.all_here.notified().await;
    println!(r#"{{"ready":true}}"#);
    let mut lines = BufReader::new(stdin()).lines();
    while lines.next_line().await?.is_some() {
        let [here, complete, asked, opened] =
            [&crowd.here, &crowd.complete, &crowd.asked, &crowd.opened].map(|count| count.load(Relaxed));
        println!(r#"{{"here":{here},"complete":{complete},"asked":{asked},"opened":{opened}}}"#);
    }
    Ok(())
}

#[derive(Default)]
struct Crowd {
    address: String,
    viewers: u64,
    here: AtomicU64,
    complete: AtomicU64,
    asked: AtomicU64,
    opened: AtomicU64,
    all_here: Notify,
}

/// One viewer, for ever.
async fn stay(crowd: Arc<Crowd>, viewer: u64) {
    let (mut failures, mut failing_since) = (0, Instant::now());
    loop {
        if (failures == 0 || crowd.is_well().await)
            && let Ok([blob, chunk]) = crowd.open_both(viewer).await
        {
            failures = 0;
            crowd.come();
            tokio::join!(until_closed(blob), until_closed(chunk));
            crowd.here.fetch_sub(1, Relaxed);
        }
        if failures == 0 {
            failing_since = Instant::now();
        }
        let away = failing_since.elapsed().as_secs_f64() * 1e3;
        // Each of the two sockets waits, and the first to be done takes the other one along.
        let wait = backoff::wait(failures, away, chance()).min(backoff::wait(failures, away, chance()));
        failures += 1;
        sleep(Duration::from_secs_f64(wait / 1e3)).await;
    }
}

impl Crowd {
    /// Each of the two sockets asks for itself.
    async fn is_well(&self) -> bool {
        let answers = tokio::join!(self.ask(), self.ask());
        answers.0.is_ok() && answers.1.is_ok()
    }

    async fn ask(&self) -> Result<(), Failure> {
        self.asked.fetch_add(1, Relaxed);
        let mut tcp = TcpStream::connect(&self.address).await?;
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        tcp.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).await?;
        if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err(answer.into()) }
    }

    /// Both sockets, once the relay has said something.
    async fn open_both(&self, viewer: u64) -> Result<[TcpStream; 2], Failure> {
        self.opened.fetch_add(2, Relaxed);
        let paths = ["blob", "chunk"].map(|which| format!("/view/lobby/{which}?session=viewer-{viewer}"));
        let open = async |path: &str| ask(TcpStream::connect(&self.address).await?, path).await;
        let (blob, chunk) = tokio::try_join!(open(&paths[0]), open(&paths[1]))?;
        let mut chunk = chunk;
        chunk.read_u8().await?;
        Ok([blob, chunk])
    }

    fn come(&self) {
        if self.here.fetch_add(1, Relaxed) + 1 == self.viewers {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            self.complete.store(now.as_millis() as u64, Relaxed);
            self.all_here.notify_one();
        }
    }
}

async fn until_closed(mut tcp: TcpStream) {
    let mut buffer = vec![0; 20 << 10];
    while tcp.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
}

/// From 0 to 1.
fn chance() -> f64 {
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}
