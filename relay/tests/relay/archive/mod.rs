//! What is kept on disk.

mod belonging;
mod disks;
mod ends;
mod files;

use crate::common::{Broadcaster, ClientSocket, Program, TestServer, archive::file_name, relay};
use blobcast_relay::Config;
use blobcast_wire::Segment;
use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A relay in this process that keeps what it gets in a folder.
async fn keeper(folder: &TempDir) -> TestServer {
    keeper_with_backlog(folder, Config::default().archive_backlog_bytes).await
}

async fn keeper_with_backlog(folder: &TempDir, archive_backlog_bytes: usize) -> TestServer {
    let config = Config { archive_backlog_bytes, ..Config::default() };
    TestServer::keeping(folder.path().join("archive"), config).await
}

/// The program, the same.
async fn program(folder: &TempDir) -> Program {
    Program::run(relay().args(["--listen", "127.0.0.1:0", "--archive"]).arg(folder.path().join("archive")))
        .await
}

/// A broadcaster of the program.
async fn broadcaster(relay: SocketAddr, name: &str) -> Broadcaster {
    let connect = async |socket: &str| {
        ClientSocket::connect(relay, &format!("/publish/{name}/{socket}?session=b")).await.unwrap()
    };
    Broadcaster { blob: connect("blob").await, chunk: connect("chunk").await }
}

/// Ends the program while these are connected; what it logged.
async fn end(program: Program, peers: impl IntoIterator<Item = Broadcaster>) -> String {
    program.terminate().await;
    for mut peer in peers {
        assert_eq!((peer.blob.closed().await.0, peer.chunk.closed().await.0), (1012, 1012));
    }
    program.ended().await
}

/// What a segment's file is called.
fn name_of(segment: Segment) -> String {
    file_name(segment, None, "vp8")
}

/// The same when it plays for so many ms.
fn name_lasting(segment: Segment, millis: u64) -> String {
    file_name(segment, Some(millis), "vp8")
}

/// Where a segment is until it is finished; the folder is made.
fn unfinished(folder: &TempDir, name: &str, segment: Segment) -> PathBuf {
    let folder = folder.path().join("archive").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder.join(format!(".{}.part", name_of(segment)))
}

/// All files of the archive but its lock, by their path in it.
fn files(folder: &TempDir) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let root = folder.path().join("archive");
    collect(&root, &root, &mut found);
    found.remove(".lock");
    found
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            found.insert(name, fs::read(path).unwrap());
        }
    }
}

fn expected<const N: usize>(segments: [(&str, Segment, &[u8]); N]) -> BTreeMap<String, Vec<u8>> {
    segments
        .map(|(name, segment, bytes)| (format!("{name}/{}", name_of(segment)), bytes.to_vec()))
        .into_iter()
        .collect()
}

async fn until_kept(server: &TestServer, segments: u64) {
    server.until_metric("blobcast_archived_segments_total", segments).await;
}
