//! What the systemd unit and the pages about it say, tried without systemd.

use crate::common::{ClientSocket, Program, relay, secret::bearing};
use blobcast_wire::{SUBPROTOCOL, Text};
use std::{fs, path::Path};
use tokio::process::Command;

const UNIT: &str = include_str!("../../blobcast-relay.service");
const PAGE: &str = include_str!("../../../docs/OPERATIONS.md");
const FIRST_HOUR: &str = include_str!("../../../docs/FIRST-HOUR.md");

/// The names and the files of the credentials, and what the environment says when they are in this folder.
type Settings = (Vec<(String, String)>, Vec<(String, String)>);

/// Reads lines as systemd does: an empty value takes back those before it.
fn settings(text: &str, credentials: &Path) -> Settings {
    let (mut loaded, mut said) = (Vec::new(), Vec::new());
    let pair = |value: &str, between| {
        let (name, rest) = value.split_once(between).unwrap_or_else(|| panic!("half a setting: {value}"));
        (name.to_owned(), rest.replace("%d", credentials.to_str().unwrap()))
    };
    for line in text.lines() {
        match line.split_once('=') {
            Some(("LoadCredential", "")) => loaded.clear(),
            Some(("LoadCredential", value)) => loaded.push(pair(value, ':')),
            Some(("Environment", "")) => said.clear(),
            Some(("Environment", value)) => said.push(pair(value, '=')),
            _ => {}
        }
    }
    (loaded, said)
}

/// The block of the page that begins with this line.
fn block(first: &str) -> &'static str {
    let from = PAGE.split_once(&format!("```ini\n{first}\n")).expect("the block").1;
    from.split_once("```").expect("its end").0
}

async fn run(command: &mut Command) -> String {
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Starts the relay as these lines would, with the files made as one of the pages says, and asks it for a socket.
async fn assert_takes_tokens(lines: &str, flag: &str, makes: &str, signs_with: &str) {
    let etc = tempfile::tempdir().unwrap();
    let credentials = tempfile::tempdir().unwrap();
    assert!(PAGE.contains(makes) || FIRST_HOUR.contains(makes), "{makes}");
    let makes = makes.replace("/etc/blobcast", etc.path().to_str().unwrap());
    run(Command::new("sh").arg("-ec").arg(makes).current_dir(etc.path())).await;
    let (loaded, said) = settings(lines, credentials.path());
    for (name, file) in loaded {
        let file = etc.path().join(Path::new(&file).strip_prefix("/etc/blobcast").unwrap());
        fs::copy(file, credentials.path().join(name)).unwrap();
    }
    let program = Program::run(relay().args(["--listen", "127.0.0.1:0"]).envs(said)).await;
    let mint = ["token", "--name", "lobby", "--role", "view", "--ttl", "1m", flag];
    let token = run(relay().args(mint).arg(etc.path().join(signs_with))).await;
    let path = "/view/lobby/blob?session=v";
    let offers = [("sec-websocket-protocol", &*bearing(&token))];
    let mut socket = ClientSocket::try_open(program.address, path, &offers).await.unwrap();
    socket.send_text(r#"{"type":"ping","t":1}"#).await;
    assert!(matches!(socket.text().await, Text::Pong { .. }));
    let offers = [("sec-websocket-protocol", SUBPROTOCOL)];
    let mut stranger = ClientSocket::try_open(program.address, path, &offers).await.unwrap();
    assert_eq!(stranger.closed().await.0, 4401);
}

#[tokio::test]
async fn the_unit_takes_tokens_of_the_secret() {
    let makes = "(umask 077; openssl rand -hex 32 > /etc/blobcast/secret)";
    assert_takes_tokens(UNIT, "--token-secret", makes, "secret").await;
}

#[tokio::test]
async fn with_the_lines_of_the_page_it_takes_tokens_of_a_key_pair() {
    let lines = format!("{UNIT}{}", block("# /etc/systemd/system/blobcast-relay.service.d/key.conf"));
    let makes = "(umask 077; openssl genpkey -algorithm ed25519 -out private.pem)\n\
                 openssl pkey -in private.pem -pubout -out /etc/blobcast/public.pem";
    assert_takes_tokens(&lines, "--token-private-key", makes, "private.pem").await;
}
