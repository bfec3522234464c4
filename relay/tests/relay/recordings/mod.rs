//! The archive by HTTP.

mod files;
mod lists;

use crate::common::{
    TestServer,
    archive::{file_name, leave},
};
use blobcast_relay::Config;
use blobcast_wire::Segment;
use std::path::Path;
use tempfile::TempDir;

async fn server(folder: &TempDir) -> TestServer {
    TestServer::keeping(folder.path(), Config::default()).await
}

/// A finished file of so many ms, as an earlier relay has left it; what it is called.
fn keep(archive: &Path, name: &str, segment: Segment, millis: u64, bytes: &str) -> String {
    let file = file_name(segment, Some(millis), "vp8+opus");
    leave(archive, name, &file, bytes);
    file
}

#[tokio::test]
async fn without_a_name_an_address_says_what_a_name_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    for path in ["/archive/", "/export/", "/live/"] {
        let (head, body) = server.get(path).await;
        assert!(head.starts_with("http/1.1 404"), "{path}: {head}");
        assert!(
            body.starts_with("a broadcast's name is up to 8 parts") && body.ends_with('\n'),
            "{path}: {body}"
        );
    }
}
