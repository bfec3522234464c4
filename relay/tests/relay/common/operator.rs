//! Who says which users a NATS server lets in, as nsc does.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use nkeys::KeyPair;
use serde_json::{Value, json};

/// An operator with one account for relays. <https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt>
pub(crate) struct Operator {
    account: KeyPair,
    /// The lines that a server's configuration has for it.
    pub(crate) configuration: String,
}

impl Operator {
    pub(crate) fn new() -> Self {
        let (operator, system, account) =
            (KeyPair::new_operator(), KeyPair::new_account(), KeyPair::new_account());
        let none = json!({});
        let limits = json!({
            "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "conn": -1, "leaf": -1,
            "wildcards": true, "mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1,
        });
        let jwt = |of: &KeyPair, what| sign(&operator, of, what);
        let lines = [
            format!("operator: \"{}\"", jwt(&operator, json!({ "type": "operator", "version": 2 }))),
            format!("system_account: {}", system.public_key()),
            "resolver: MEMORY".into(),
            "resolver_preload: {".into(),
            format!(
                "{}: \"{}\"",
                system.public_key(),
                jwt(
                    &system,
                    json!({ "type": "account", "version": 2, "limits": { "subs": -1, "conn": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "leaf": -1, "wildcards": true }, "default_permissions": none })
                )
            ),
            format!(
                "{}: \"{}\"",
                account.public_key(),
                jwt(
                    &account,
                    json!({ "type": "account", "version": 2, "limits": limits, "default_permissions": none })
                )
            ),
            "}\n".into(),
        ];
        Self { account, configuration: lines.join("\n") }
    }

    /// A credentials file for a new user.
    pub(crate) fn credentials(&self) -> String {
        let user = KeyPair::new_user();
        let what = json!({ "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1, "pub": {}, "sub": {} });
        let (jwt, seed) = (sign(&self.account, &user, what), user.seed().unwrap());
        format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )
    }
}

fn sign(issuer: &KeyPair, subject: &KeyPair, nats: Value) -> String {
    let encode = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let header = encode(json!({ "typ": "JWT", "alg": "ed25519-nkey" }));
    let claims = encode(json!({
        "jti": "test", "iat": 1_700_000_000, "iss": issuer.public_key(), "sub": subject.public_key(), "name": "test", "nats": nats,
    }));
    let signed = format!("{header}.{claims}");
    let signature = BASE64_URL_SAFE_NO_PAD.encode(issuer.sign(signed.as_bytes()).unwrap());
    format!("{signed}.{signature}")
}
