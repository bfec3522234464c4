//! One WebSocket, as a guard.

use crate::{
    bytes::JsBytes,
    callback::Hear,
    dom::Listener,
    error::{Error, Kind},
};
use blobcast_wire::Body;
use js_sys::{Array, ArrayBuffer};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

/// What a socket tells.
#[derive(Debug)]
pub enum Told {
    Open,
    Binary(JsBytes),
    Text(String),
    /// It is closed, by whomever; nothing comes after this.
    Closed {
        code: u16,
        reason: String,
    },
}

/// An open or opening WebSocket. Dropping it closes it, and no call comes after that.
#[must_use = "dropping a socket closes it"]
pub struct Socket {
    // Listeners first: they go before the socket is closed.
    _listeners: [Listener; 3],
    socket: WebSocket,
    /// Bytes that were given to it.
    sent: Cell<u64>,
}

impl Socket {
    /// Opens a socket and tells `tell` all that happens on it.
    pub fn open(url: &str, token: Option<&str>, tell: impl Fn(Told) + 'static) -> Result<Self, Error> {
        let protocols = Array::of1(&blobcast_wire::SUBPROTOCOL.into());
        if let Some(token) = token {
            protocols.push(&format!("{}{token}", blobcast_wire::BEARER_PREFIX).into());
        }
        let failed = |thrown| {
            let error = Error::thrown(Kind::Type, &format!("no WebSocket can be opened to {url}"), &thrown);
            error.advise("check url, which has to be wss: on a page that was opened by https")
        };
        let socket = WebSocket::new_with_str_sequence(url, &protocols).map_err(failed)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let tell: Rc<dyn Hear<Told>> = Rc::new(tell);
        let listen = |kind, read: fn(Event) -> Told| {
            let tell = tell.clone();
            Listener::new(&socket, kind, move |event: Event| tell.hear(read(event)))
        };
        let _listeners =
            [listen("open", |_| Told::Open), listen("message", message), listen("close", closed)];
        Ok(Self { _listeners, socket, sent: Cell::new(0) })
    }

    /// Bytes that the browser holds because the network has not taken them.
    pub fn buffered_amount(&self) -> u32 {
        self.socket.buffered_amount()
    }

    /// Sends, if the socket is still open. A socket that closes tells so; what was lost is sent again then.
    pub fn send(&self, message: &JsBytes) {
        if !self.is_open() {
            return;
        }
        let _ = self.socket.send_with_js_u8_array(message.as_js());
        self.count(message.len());
    }

    /// Sends text likewise.
    pub fn send_text(&self, text: &str) {
        if !self.is_open() {
            return;
        }
        let _ = self.socket.send_with_str(text);
        self.count(text.len());
    }

    /// Bytes that were sent in all; some of them may be [waiting](Self::buffered_amount).
    pub fn sent(&self) -> u64 {
        self.sent.get()
    }

    fn count(&self, bytes: usize) {
        self.sent.set(self.sent.get() + bytes as u64);
    }

    /// A socket that is closing throws nothing away in silence: it complains on the console.
    fn is_open(&self) -> bool {
        self.socket.ready_state() == WebSocket::OPEN
    }

    /// Closes with 1000: this side is finished, not lost.
    pub fn finish(&self) {
        let _ = self.socket.close_with_code(1000);
    }
}

fn message(event: Event) -> Told {
    match event.unchecked_into::<MessageEvent>().data().dyn_into::<ArrayBuffer>() {
        Ok(buffer) => Told::Binary(JsBytes::of(&buffer)),
        Err(text) => Told::Text(text.as_string().unwrap_or_default()),
    }
}

fn closed(event: Event) -> Told {
    let event: CloseEvent = event.unchecked_into();
    Told::Closed { code: event.code(), reason: event.reason() }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = self.socket.close();
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::{PageErrors, let_things_happen, next, relay};
    use std::cell::Cell;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn a_dropped_socket_closes_and_tells_nothing_more() {
        let errors = PageErrors::watch();
        let told = Rc::new(Cell::new(0));
        let count = told.clone();
        let url = format!("{}/view/guards/blob?session=dropped", relay().await);
        let socket = Socket::open(&url, None, move |_| count.set(count.get() + 1)).expect("a socket");
        next(&socket.socket, "open").await;
        let (inner, before) = (socket.socket.clone(), told.get());
        assert_eq!((inner.ready_state(), before), (WebSocket::OPEN, 1));
        drop(socket);
        assert_eq!(Rc::strong_count(&told), 1, "what it held is gone");
        assert!(inner.ready_state() >= WebSocket::CLOSING);
        next(&inner, "close").await;
        let_things_happen().await;
        assert_eq!(told.get(), before);
        assert!(errors.seen().await.is_empty());
    }
}
