//! Behind a real nginx, with what docs/FIRST-HOUR.md says.

use crate::common::{Broadcaster, ClientSocket, TestServer, Viewer, now, soon};
use blobcast_relay::{Config, Limits};
use std::{
    fs,
    io::Write,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Stdio,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
};

/// The page's own configuration, on another port and without certificates; plain http waits at a socket that nobody asks, and nothing listens by IPv6. It passes on to `upstream`, which may be one of `more`.
fn configuration(upstream: &str, more: &str, port: u16, folder: &Path) -> String {
    let servers = sample("FIRST-HOUR.md", "", "```nginx /etc/nginx/conf.d/blobcast.conf\n");
    let servers: String = servers
        .lines()
        .filter(|line| !["ssl_", "listen [::]:"].iter().any(|start| line.trim_start().starts_with(start)))
        .map(|line| line.replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};")) + "\n")
        .collect();
    assert!(servers.contains("proxy_pass http://127.0.0.1:8080;"), "{servers}");
    let folder = folder.display();
    let servers = servers.replace("listen 80;", &format!("listen unix:{folder}/plain;"));
    // It has an address of its own, as on a machine of its own, so that it is not taken for its clients.
    let pass = format!("proxy_bind 127.0.0.2; proxy_pass http://{upstream};");
    let servers = servers.replace("proxy_pass http://127.0.0.1:8080;", &pass);
    let servers = servers.replace("/var/log/nginx/blobcast.log", &format!("{folder}/requests"));
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors;\n\
         events {{}}\nhttp {{\n{temporary}{more}{servers}}}\n"
    )
}

/// The first sample of a kind below a line of a page in docs/.
pub(crate) fn sample(page: &str, below: &str, kind: &str) -> String {
    let page = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).join(page);
    let page = fs::read_to_string(page).unwrap();
    let from = page.split_once(&format!("\n{below}")).expect("the line").1;
    let sample = from.split_once(kind).expect("a sample").1;
    sample.split_once("```").expect("its end").0.into()
}

/// Starts it and waits until it listens; `None` where it is not installed.
pub(crate) async fn nginx(upstream: &str, more: &str, folder: &Path) -> Option<(Child, SocketAddr)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration(upstream, more, port, folder)).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder).arg("-e").arg(folder.join("errors")).arg("-c").arg(&file);
    let mut child = match command.stdout(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true).spawn() {
        Ok(child) => child,
        Err(_) => {
            // Written past the test runner, which shows what a test prints only when it fails.
            let _ = writeln!(std::io::stderr(), "skipped: nginx is not installed (Debian: nginx-light)");
            return None;
        }
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    while TcpStream::connect(address).await.is_err() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "nginx ended: {:?}",
            fs::read_to_string(folder.join("errors"))
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Some((child, address))
}

#[tokio::test]
async fn nginx_passes_sockets_on_and_says_for_whom() {
    let limits = Limits { max_connections_per_address: 4, ..Limits::DEFAULT };
    let trust_proxy = vec!["127.0.0.2".parse().unwrap()];
    let relay = TestServer::with(Config { limits, trust_proxy, open: true, ..Config::default() }).await;
    let folder = tempfile::tempdir().unwrap();
    let Some((_nginx, address)) = nginx(&relay.address.to_string(), "", folder.path()).await else { return };
    let server = relay.seen_at(address);

    let mut broadcaster = Broadcaster::open(&server, "lobby", "b").await;
    let mut viewer = Viewer::open(&server, "lobby", "v").await;
    let segment = now();
    broadcaster.begin(segment, vec![1; 100_000]).await;
    broadcaster.chunk(segment, 1, vec![2; 100_000]).await;
    broadcaster.last(segment, 2, "-end").await;
    let whole = [&[1; 100_000][..], &[2; 100_000], b"-end"].concat();
    viewer.until_rebuilt(segment, &whole, Some(false)).await;

    // The limit counts clients, not nginx; that the client itself says where it comes from is not believed.
    let headers = [("x-forwarded-for", "192.0.2.1"), ("sec-websocket-protocol", "blobcast.v1")];
    let mut fifth = ClientSocket::open_with(&server, "/view/lobby/blob?session=w", &headers).await;
    assert_eq!(fifth.closed().await.0, 4429);

    // A page of the same host is let in; the relay's reason and code come through.
    assert!(server.get("/healthz").await.1.starts_with("ok"));
    broadcaster.finish().await;
    drop(viewer);
    relay.until_empty().await;
    let origin = format!("http://{address}");
    let headers = [("origin", &*origin), ("sec-websocket-protocol", "blobcast.v1")];
    let mut own = ClientSocket::open_with(&server, "/view/lobby/blob?session=x&token=secret", &headers).await;
    own.send_text(r#"{"type":"ping","t":1}"#).await;
    own.text().await;
    own.close(1000).await;
    let headers = [("origin", "https://evil.com"), ("sec-websocket-protocol", "blobcast.v1")];
    let mut other = ClientSocket::open_with(&server, "/view/lobby/blob?session=y", &headers).await;
    assert_eq!(other.closed().await.0, 4403);
    // Nginx logs a socket when it is over, and no token.
    let log = || fs::read_to_string(folder.path().join("requests")).unwrap();
    soon("nginx's log", async {
        while log().matches("/view/lobby/blob").count() < 4 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert!(!log().contains("token"), "{}", log());
}
