//! Readers of an archive for `npm run bench:relay`, in a process of its own: each goes through the list of a name as somebody does who watches
//! it, a segment at a time and no faster than it plays.
//!
//! `readers ADDRESS READERS NAME` prints `{"ready":true}`, and then on each line that it reads how many `bytes` of how many `files` have come.
//! It ends with its input.

use serde_json::Value;
use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, stdin},
    net::TcpStream,
    time::{interval, sleep},
};

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Default)]
struct Read {
    files: AtomicU64,
    bytes: AtomicU64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, readers, name] = &arguments[..] else { return Err("readers ADDRESS READERS NAME".into()) };
    let readers: u32 = readers.parse()?;
    let read = Arc::new(Read::default());
    let list = get(&mut connect(address).await?, &format!("/archive/{name}")).await?;
    let list: Value = serde_json::from_slice(&list)?;
    let segments = list["segments"].as_array().ok_or("no list")?;
    let urls: Vec<_> =
        segments.iter().filter_map(|segment| segment["url"].as_str().map(str::to_owned)).collect();
    let duration = Duration::from_millis(
        segments.first().and_then(|first| first["duration"].as_u64()).ok_or("no segment")?,
    );
    for reader in 0..readers {
        let (address, urls, read) = (address.clone(), urls.clone(), Arc::clone(&read));
        tokio::spawn(async move {
            // They did not begin all at once.
            sleep(duration * reader / readers).await;
            let watched = watch(&address, &urls, duration, &read).await;
            eprintln!("a reader ended: {watched:?}");
        });
    }
    println!(r#"{{"ready":true}}"#);
    let mut lines = BufReader::new(stdin()).lines();
    while lines.next_line().await?.is_some() {
        let [files, bytes] = [&read.files, &read.bytes].map(|count| count.load(Relaxed));
        println!(r#"{{"files":{files},"bytes":{bytes}}}"#);
    }
    Ok(())
}

async fn watch(address: &str, urls: &[String], duration: Duration, read: &Read) -> Result<(), Failure> {
    let mut connection = connect(address).await?;
    let mut every = interval(duration);
    for url in urls.iter().cycle() {
        every.tick().await;
        let file = get(&mut connection, url).await?;
        read.files.fetch_add(1, Relaxed);
        read.bytes.fetch_add(file.len() as u64, Relaxed);
    }
    Ok(())
}

async fn connect(address: &str) -> Result<BufReader<TcpStream>, Failure> {
    Ok(BufReader::with_capacity(64 << 10, TcpStream::connect(address).await?))
}

async fn get(connection: &mut BufReader<TcpStream>, path: &str) -> Result<Vec<u8>, Failure> {
    connection.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await?;
    let (mut is_first, mut len) = (true, 0);
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).await?;
        let line = line.trim_end().to_ascii_lowercase();
        if is_first && !line.starts_with("http/1.1 200") {
            return Err(format!("{path}: {line}").into());
        }
        is_first = false;
        match line.strip_prefix("content-length: ") {
            Some(value) => len = value.parse()?,
            None if line.is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; len];
    connection.read_exact(&mut body).await?;
    Ok(body)
}
