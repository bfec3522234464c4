//! The relay as a program: arguments, one line that says where it listens, signals.

use blobcast_relay::{Config, Server};
use clap::Parser;
use std::{
    io::{self, IsTerminal, Write},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
};
use tokio::{
    select,
    signal::unix::{SignalKind, signal},
};

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_max_level(config.log)
        .init();
    match run(&config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("blobcast-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: &Config) -> Result<(), String> {
    let stopped = stopped().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let listen = config.listen;
    let server = Server::bind(config).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!(
                "{listen} is taken by another program: choose another port with --listen {}:PORT",
                listen.ip()
            )
        }
        _ => format!("cannot listen on {listen}: {error}"),
    })?;
    announce(server.local_addr());
    server.run(stopped).await.map_err(|error| format!("cannot accept connections any more: {error}"))
}

/// The one line on stdout, for programs that start the relay. Nobody has to read it.
fn announce(listening: SocketAddr) {
    let mut reachable = listening;
    if reachable.ip().is_unspecified() {
        let is_v4 = reachable.is_ipv4();
        reachable.set_ip(if is_v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    let line = format!(r#"{{"listening":"{listening}","url":"http://{reachable}/"}}"#);
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Resolves at the first SIGTERM or SIGINT.
fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
