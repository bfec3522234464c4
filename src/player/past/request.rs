//! One question to the relay's HTTP side, with the token that it asks for.

use super::{Asked, Past, keeps_nothing};
use crate::{
    dom::window,
    error::{Error, Kind},
    events::object,
    promise::{self, settled},
    timers::{Timer, Timers},
};
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, Response};

/// How long an answer may take to begin, and then to come, ms. A line that takes longer for a segment does not carry the broadcast.
const WITHIN: u32 = 30_000;
const WHOLE_WITHIN: u32 = 120_000;

/// How long to wait before a question that got no answer is asked again, ms.
const AGAIN: u32 = 1_000;

/// A question under way. Dropping it aborts it.
pub struct Request {
    controller: Option<AbortController>,
    patience: Timer,
}

impl Drop for Request {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}

impl Past {
    pub(super) fn ask(&self, asked: Asked) {
        let turn = self.turn.get() + 1;
        self.turn.set(turn);
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map_or(JsValue::UNDEFINED, |controller| controller.signal().into());
        self.request.set(Some(Request { controller, patience: self.patience(WITHIN, &asked, turn) }));
        let me = self.me.clone();
        settled(&self.target.token.ask(), move |given| {
            let Some(past) = Self::at(&me, turn) else { return };
            match past.target.token.read(given) {
                Ok(token) => past.fetch(asked, signal, token, turn),
                Err(error) => past.failed(error),
            }
        });
    }

    /// What is asked for is lost after so many ms.
    fn patience(&self, ms: u32, asked: &Asked, turn: u32) -> Timer {
        let (me, asked) = (self.me.clone(), asked.clone());
        let too_long = move || {
            if let Some(past) = Self::at(&me, turn) {
                past.lost(asked.clone());
            }
        };
        Timers::Page.after(ms, too_long)
    }

    /// The past, if it has asked nothing else since.
    fn at(me: &Weak<Self>, turn: u32) -> Option<Rc<Self>> {
        me.upgrade().filter(|past| past.turn.get() == turn)
    }

    fn fetch(&self, asked: Asked, signal: JsValue, token: Option<String>, turn: u32) {
        let mut headers = JsValue::UNDEFINED;
        if let Some(mut token) = token {
            token.insert_str(0, "Bearer ");
            headers = object(&[("Authorization", token.into())]);
        }
        let init = object(&[("signal", signal), ("headers", headers)]).unchecked_into();
        let me = self.me.clone();
        settled(&window().fetch_with_str_and_init(&self.url(&asked), &init), move |answer| {
            let Some(past) = Self::at(&me, turn) else { return };
            let Ok(answer) = answer else { return past.lost(asked) };
            let answer: Response = answer.unchecked_into();
            if let Some(mut request) = past.request.take() {
                request.patience = past.patience(WHOLE_WITHIN, &asked, turn);
                past.request.set(Some(request));
            }
            let body = match &asked {
                _ if !answer.ok() => answer.text(),
                Asked::List(_) => answer.json(),
                Asked::File(_) => answer.array_buffer(),
            };
            settled(&promise::of(body.map(JsValue::from)), move |body| {
                let Some(past) = Self::at(&me, turn) else { return };
                match body {
                    Ok(body) if answer.ok() => past.hear(asked, body),
                    Ok(body) => past.refused(asked, answer.status(), body.as_string()),
                    Err(_) => past.lost(asked),
                }
            });
        });
    }

    /// No answer: asks again after a while.
    fn lost(&self, asked: Asked) {
        self.tell_lost();
        let (me, turn) = (self.me.clone(), self.turn.get());
        let again = move || {
            if let Some(past) = Self::at(&me, turn) {
                past.ask(asked.clone());
            }
        };
        self.request.set(Some(Request { controller: None, patience: Timers::Page.after(AGAIN, again) }));
    }

    fn refused(&self, asked: Asked, status: u16, why: Option<String>) {
        let kind = match (&asked, status) {
            // As sockets do: once more, with a fresh token.
            (_, 401) if !self.was_refused.replace(true) => return self.ask(asked),
            (_, 400 | 401 | 403) => Kind::NotAllowed,
            (Asked::List(_), 404) => return self.failed(keeps_nothing()),
            // It was too old to be kept.
            (Asked::File(_), 404) => return self.ask_for_more(),
            _ => return self.lost(asked),
        };
        let mut why = why.unwrap_or_default();
        if why.ends_with('\n') {
            why.pop();
        }
        self.failed(Error::new(kind, why));
    }
}
