//! `uptake serve`: the pages of the newest build, on this machine only.

use super::{Ending, Usage};
use crate::home::Home;
use crate::http;
use anyhow::{Context, Result};
use clap::Args;
use std::io::ErrorKind;
use std::net::SocketAddr;
use tokio::net::TcpListener;

#[derive(Args)]
pub struct Arguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8321")]
    listen: String,
}

pub async fn run(home: Home, arguments: Arguments) -> Result<Ending> {
    let project = home.project()?;
    let listener = listen(&arguments).await?;
    let lake = home.open_lake(&project.settings).await?;
    http::serve(home, lake, listener).await?;
    Ok(Ending::Done)
}

/// # Errors
/// An address that is none, that others could reach, or that is taken.
pub async fn listen(arguments: &Arguments) -> Result<TcpListener> {
    let address = loopback(&arguments.listen)?;
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            anyhow::bail!("{address} is taken\n  hint: `--listen 127.0.0.1:0` takes a free port")
        }
        Err(error) => Err(error).with_context(|| format!("could not listen on {address}")),
    }
}

fn loopback(given: &str) -> Result<SocketAddr> {
    let spelled = given.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let wrong = |what: String| Usage::new(what, "use --listen 127.0.0.1:8321, or another port");
    let parsed = spelled.as_deref().unwrap_or(given).parse::<SocketAddr>();
    let address = parsed.map_err(|_| wrong(format!("\"{given}\" is no address with a port")))?;
    if !address.ip().is_loopback() {
        let what = format!("others could reach {address}, and uptake does not know viewers apart yet");
        return Err(wrong(what).into());
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_listened_to() {
        for near in ["127.0.0.1:8321", "localhost:1", "[::1]:0", "127.8.8.8:80"] {
            assert!(loopback(near).is_ok(), "{near}");
        }
        for far in ["0.0.0.0:8321", "192.168.1.5:80", "[::]:80", "8321", "example.com:80", ""] {
            assert!(loopback(far).is_err(), "{far}");
        }
    }
}
