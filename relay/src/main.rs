//! The relay as a program: arguments, logs, one line that says where it listens, signals.

use blobcast_relay::{Certificate, Config, Export, LogFormat, Mint, Publish, Server};
use clap::{Parser, Subcommand};
use std::{
    io::{self, IsTerminal, Write},
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
    sync::Arc,
};
use tokio::{
    select,
    signal::unix::{SignalKind, signal},
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

#[derive(Subcommand)]
enum Command {
    Token(Mint),
    Export(Export),
    Publish(Publish),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command, config } = Arguments::parse();
    let done = match command {
        Some(Command::Token(mint)) => {
            mint.token().map(|token| println!("{token}")).map_err(|error| error.to_string())
        }
        Some(Command::Export(export)) => match stopped() {
            Ok(stopped) => export.run(stopped).await.map_err(|error| error.to_string()).map(|file| {
                if let Some(file) = file {
                    println!("{}", file.display());
                }
            }),
            Err(error) => Err(format!("cannot wait for signals: {error}")),
        },
        Some(Command::Publish(publish)) => match stopped() {
            Ok(stopped) => publish.run(stopped).await,
            Err(error) => Err(format!("cannot wait for signals: {error}")),
        },
        None => serve(&config).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("blobcast-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: &Config) -> Result<(), String> {
    log(config);
    let stopped = stopped().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let server = Server::bind(config).await.map_err(|error| error.to_string())?;
    if let Some(certificate) = server.certificate() {
        reload_on_hangup(certificate).map_err(|error| format!("cannot wait for signals: {error}"))?;
    }
    announce(server.local_addr(), if server.certificate().is_some() { "https" } else { "http" });
    server.run(stopped).await;
    Ok(())
}

/// Logs what the relay itself has to say. Libraries warn at most: what they tell at finer levels may hold anything that was
/// received, tokens and media included.
fn log(config: &Config) {
    let levels = Targets::new()
        .with_default(config.log.min(LevelFilter::WARN))
        .with_target("blobcast_relay", config.log);
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match config.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(levels)).init();
}

/// The one line on stdout, for programs that start the relay. Nobody has to read it.
fn announce(listening: SocketAddr, scheme: &str) {
    let mut reachable = listening;
    if reachable.ip().is_unspecified() {
        let is_v4 = reachable.is_ipv4();
        reachable.set_ip(if is_v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    let line = format!(r#"{{"listening":"{listening}","url":"{scheme}://{reachable}/"}}"#);
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Without a certificate SIGHUP ends the relay, as it does any program whose terminal has gone.
fn reload_on_hangup(certificate: &Arc<Certificate>) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let certificate = Arc::clone(certificate);
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            certificate.reload();
        }
    });
    Ok(())
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
