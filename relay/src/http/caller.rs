//! Who asks, and whether they have too many connections to ask for more.

use super::App;
use crate::{addresses::Visit, door::Guest, limits::Limit, proxy::client_of};
use axum::http::HeaderMap;
use std::{net::IpAddr, sync::Arc};

/// Who asks. Their connection counts as long as this is kept.
#[derive(Debug)]
pub(crate) struct Caller {
    /// Who it is, perhaps behind a proxy.
    pub(crate) address: IpAddr,
    guest: Arc<Guest>,
    /// When a proxy asks for somebody.
    visit: Option<Visit>,
}

impl Caller {
    /// By the connection and what a request on it says.
    pub(crate) fn of(app: &App, guest: Arc<Guest>, headers: &HeaderMap) -> Self {
        // What is no text is a client's, to which the proxy may have appended the client's address.
        let values = headers.get_all("x-forwarded-for").iter();
        let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        let address = client_of(guest.address, values.iter().map(|value| &**value), &app.proxies);
        // A proxy that names nobody is counted as one address.
        let visit = (address != guest.address || guest.visit.is_none()).then(|| app.addresses.enter(address));
        Self { address, guest, visit }
    }

    /// Why they may not stay.
    pub(crate) fn is_beyond(&self) -> Option<Limit> {
        let is_too_many = self.visit.iter().chain(&self.guest.visit).any(Visit::is_too_many);
        if self.guest.is_crowded {
            return Some(Limit::Descriptors);
        }
        is_too_many.then_some(Limit::ConnectionsPerAddress)
    }

    /// One that a proxy speaks for. (All others were dropped at the door.)
    pub(crate) fn is_flood(&self) -> bool {
        self.visit.as_ref().is_some_and(Visit::is_flood)
    }

    /// A proxy asks for them, so that each of their requests counts, and not its connection.
    pub(crate) fn is_behind_proxy(&self) -> bool {
        self.visit.is_some()
    }
}
