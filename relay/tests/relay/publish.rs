//! `blobcast-relay publish`: a broadcaster that is no browser, and the program that it talks to.

use crate::common::{
    ClientSocket, Pair, Program,
    ffmpeg::{Packet, TEST_CARD, VP8_OPUS, ffmpeg, make, packets},
    relay, soon,
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
    time::{sleep, timeout},
};

/// `blobcast-relay publish INPUT --name a` to this relay.
fn publish(input: impl AsRef<std::ffi::OsStr>, url: &str) -> Command {
    let mut publish = relay();
    publish.arg("publish").arg(input).args(["--name", "a", "--url", &url.replacen("http", "ws", 1)]);
    publish.stdin(Stdio::null());
    publish
}

fn said(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

async fn start(archive: &Path, listen: &str) -> Program {
    Program::run(relay().args(["--listen", listen, "--public-list", "--archive"]).arg(archive)).await
}

/// A file of so many seconds.
async fn recording(folder: &TempDir, seconds: u32) -> PathBuf {
    let file = folder.path().join("recording.webm");
    make(&file, &format!("{TEST_CARD} -t {seconds} {VP8_OPUS}")).await;
    file
}

/// The packets of all that the archive has of a name, and of how many files.
async fn archived(archive: &Path) -> (Vec<Packet>, usize) {
    let files = fs::read_dir(archive.join("a")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|it| it == "webm")).collect();
    files.sort();
    let mut all = Vec::new();
    for file in &files {
        all.extend(packets(file).await);
    }
    (all, files.len())
}

fn sorted(packets: Vec<Packet>) -> Vec<String> {
    let mut hashes: Vec<_> = packets.into_iter().map(|packet| packet.hash).collect();
    hashes.sort();
    hashes
}

/// What `/streams` says of the broadcast.
async fn stream(relay: &Program) -> Value {
    let streams: Value = serde_json::from_str(&relay.get("/streams").await.1).unwrap();
    streams["streams"][0].clone()
}

async fn until_state(relay: &Program, state: &'static str) {
    soon(state, async {
        while stream(relay).await["state"] != state {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_is_sent_at_its_pace_each_frame_once_in_segments_that_begin_with_keyframes() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let file = recording(&folder, 3).await;
    let relay = start(&archive, "127.0.0.1:0").await;
    let began = tokio::time::Instant::now();
    let sent =
        soon("the end", publish(&file, &relay.url).args(["--interval", "600ms"]).output()).await.unwrap();
    assert!(sent.status.success(), "{}", said(&sent));
    assert!(began.elapsed() >= Duration::from_millis(2900), "faster than its time: {:?}", began.elapsed());
    relay.terminate().await;
    relay.ended().await;
    let (kept, files) = archived(&archive).await;
    assert_eq!(sorted(kept), sorted(packets(&file).await));
    // 30 pictures a second, of which each twentieth is a keyframe.
    assert_eq!(files, 5, "{}", said(&sent));
    assert!(said(&sent).contains("90 pictures"), "{}", said(&sent));
}

#[tokio::test]
async fn a_relay_that_is_killed_and_comes_back_gets_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let file = recording(&folder, 4).await;
    let relay = start(&archive, "127.0.0.1:0").await;
    let address: SocketAddr = relay.address;
    let mut publishing = publish(&file, &relay.url).args(["--interval", "600ms"]).spawn().unwrap();
    let mut lines = BufReader::new(publishing.stderr.take().unwrap()).lines();
    soon("the second segment", async {
        while archived_count(&archive) < 2 {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    relay.kill().await;
    let line = soon("a word about it", lines.next_line()).await.unwrap().unwrap();
    assert!(line.contains("the connection was lost"), "{line}");
    let relay = start(&archive, &address.to_string()).await;
    let status = soon("the end", publishing.wait()).await.unwrap();
    assert!(status.success());
    relay.terminate().await;
    relay.ended().await;
    let (kept, _) = archived(&archive).await;
    let kept: BTreeSet<_> = sorted(kept).into_iter().collect();
    let sent = sorted(packets(&file).await);
    let lost: Vec<_> = sent.iter().filter(|packet| !kept.contains(*packet)).collect();
    assert!(lost.is_empty(), "{} packets were lost", lost.len());
}

fn archived_count(archive: &Path) -> usize {
    let files = fs::read_dir(archive.join("a")).into_iter().flatten();
    files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|it| it == "webm")).count()
}

#[tokio::test]
async fn what_ffmpeg_writes_is_live_until_it_is_interrupted_and_has_ended_then() {
    let folder = tempfile::tempdir().unwrap();
    let relay = start(&folder.path().join("archive"), "127.0.0.1:0").await;
    let mut filming =
        ffmpeg(&format!("-re {TEST_CARD} {VP8_OPUS} -cluster_time_limit 100 -")).spawn().unwrap();
    let pipe: Stdio = filming.stdout.take().unwrap().try_into().unwrap();
    let publishing = publish("-", &relay.url).stdin(pipe).spawn().unwrap();
    until_state(&relay, "live").await;
    let first = stream(&relay).await;
    assert_eq!(first["mime"], "video/webm;codecs=vp8,opus");
    soon("the next segment", async {
        while stream(&relay).await["segment"] == first["segment"] {
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    // What nobody sends or watches is not listed.
    let viewer = ClientSocket::connect(relay.address, "/view/a/chunk?session=v").await.unwrap();
    let pid = publishing.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().await.unwrap().success());
    let ended = soon("its end", publishing.wait_with_output()).await.unwrap();
    assert!(ended.status.success(), "{}", said(&ended));
    until_state(&relay, "ended").await;
    drop(viewer);
}

#[tokio::test]
async fn a_damaged_file_is_sent_up_to_the_byte_that_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let file = recording(&folder, 1).await;
    let relay = start(&archive, "127.0.0.1:0").await;
    let mut bytes = fs::read(&file).unwrap();
    let from = bytes.len() / 2;
    bytes[from..].fill(0);
    fs::write(&file, bytes).unwrap();
    let sent = soon("the end", publish(&file, &relay.url).output()).await.unwrap();
    assert_eq!(sent.status.code(), Some(1));
    let sentence = said(&sent).lines().last().unwrap();
    let at = sentence.split_once("is damaged at byte ").unwrap().1.split_once(',').unwrap().0;
    let at: usize = at.parse().unwrap();
    // The head of an element, 12 bytes at most, may have begun before the zeros.
    assert!((from - 12..from + 4_000).contains(&at), "zeros from {from}: {sentence}");
    relay.terminate().await;
    relay.ended().await;
    let (kept, files) = archived(&archive).await;
    assert_eq!(files, 1);
    assert!(kept.iter().any(|packet| packet.is_video), "what is before it was sent");
}

#[tokio::test]
async fn the_line_that_a_damaged_file_is_told_saves_what_is_behind_the_damage() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive");
    let file = recording(&folder, 2).await;
    let last = packets(&file).await.pop().unwrap().hash;
    let mut bytes = fs::read(&file).unwrap();
    let from = bytes.len() / 4;
    bytes[from..from * 3 / 2].fill(0);
    fs::write(&file, bytes).unwrap();
    let relay = start(&archive, "127.0.0.1:0").await;
    let sent = soon("the end", publish(&file, &relay.url).output()).await.unwrap();
    assert_eq!(sent.status.code(), Some(1));
    let (sentence, rest) = said(&sent).rsplit_once('`').unwrap();
    let (sentence, line) = sentence.rsplit_once('`').unwrap();
    assert!(sentence.contains("is damaged at byte") && rest.contains("saves what can be read"), "{sentence}");
    let saved = Command::new("sh").args(["-c", line]).current_dir(folder.path()).output().await.unwrap();
    assert!(saved.status.success(), "{line}: {}", said(&saved));
    let sent = soon("the end", publish(folder.path().join("out.webm"), &relay.url).output()).await.unwrap();
    assert!(sent.status.success(), "{}", said(&sent));
    relay.terminate().await;
    relay.ended().await;
    let (kept, _) = archived(&archive).await;
    assert!(kept.iter().any(|packet| packet.hash == last), "what is behind it was sent");
}

#[tokio::test]
async fn what_browsers_do_not_play_is_refused_with_the_line_that_converts_it() {
    let folder = tempfile::tempdir().unwrap();
    let relay = start(&folder.path().join("archive"), "127.0.0.1:0").await;
    for (file, options, what) in [
        ("a.mp4", "-c:v libx264 -c:a aac", "is MP4, not WebM"),
        ("a.webm", "-c:v libvpx -deadline realtime -c:a libvorbis", "has a track of A_VORBIS"),
        ("a.mkv", "-c:v libvpx -deadline realtime -c:a libopus", "is Matroska, not WebM"),
    ] {
        let file = folder.path().join(file);
        make(&file, &format!("{TEST_CARD} -t 0.5 {options}")).await;
        let sent = soon("a sentence", publish(&file, &relay.url).output()).await.unwrap();
        assert_eq!(sent.status.code(), Some(1));
        let line = format!("`ffmpeg -i {} -c:v libvpx -deadline realtime", file.display());
        assert!(said(&sent).contains(what) && said(&sent).contains(&line), "{}", said(&sent));
    }
}

#[tokio::test]
async fn a_token_and_tls_are_told_where_they_are_and_missed_where_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = recording(&folder, 1).await;
    let secret = folder.path().join("secret");
    fs::write(&secret, "0123456789abcdef0123456789abcdef").unwrap();
    let pair = Pair::new();
    let mut server = relay();
    server.args(["--listen", "127.0.0.1:0", "--token-secret"]).arg(&secret);
    server.arg("--tls-cert").arg(pair.cert()).arg("--tls-key").arg(pair.key());
    let relay_here = Program::run(&mut server).await;
    let url = &relay_here.url;
    let stranger =
        soon("a refusal", publish(&file, url).env("SSL_CERT_FILE", pair.cert()).output()).await.unwrap();
    assert!(said(&stranger).contains("asks for a token"), "{}", said(&stranger));
    assert!(said(&stranger).contains("--token-file"), "{}", said(&stranger));
    let mint = ["token", "--name", "a", "--role", "publish", "--token-secret"];
    let token = relay().args(mint).arg(&secret).output().await.unwrap();
    let token_file = folder.path().join("token");
    fs::write(&token_file, token.stdout).unwrap();
    let mut publishing = publish(&file, url);
    publishing.env("SSL_CERT_FILE", pair.cert()).arg("--token-file").arg(&token_file);
    let sent = soon("the end", publishing.output()).await.unwrap();
    assert!(sent.status.success(), "{}", said(&sent));
}

#[tokio::test]
async fn where_no_relay_is_it_says_so_after_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let file = recording(&folder, 1).await;
    let sent =
        timeout(Duration::from_secs(30), publish(&file, "ws://127.0.0.1:1").output()).await.unwrap().unwrap();
    assert_eq!(sent.status.code(), Some(1));
    assert!(said(&sent).contains("no relay answers at ws://127.0.0.1:1"), "{}", said(&sent));
}
