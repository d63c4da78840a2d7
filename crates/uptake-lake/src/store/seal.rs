//! Seals: a digest that a small file bears of itself, so that a byte that changed, or an end that is missing, shows.
//!
//! It stands in the file's first JSON object, so that of a file that was cut off the seal is there and does not hold, or the object is none.
//! Whoever reads JSON or Delta logs without knowing of seals passes over one more key.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// What stands before a digest; the quote keeps it from being found inside a text, where quotes are escaped by what they follow.
const BEFORE: &[u8] = b"\"uptake-sha256:";
const DIGITS: usize = 64;
const KEY: &str = "seal";

/// What a file's seal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    Holds,
    /// There is none: somebody else wrote the file.
    Missing,
    Broken,
}

/// SHA-256 in hexadecimal digits.
pub fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A JSON object as a file, sealed.
pub fn object(mut of: Map<String, Value>) -> Vec<u8> {
    of.insert(KEY.into(), open());
    closed(serde_json::to_vec_pretty(&of).expect("a JSON value is always JSON"))
}

/// Delta's commit, sealed, each file that it adds with its digest, where `digest` knows it. What is no commit is left as it is.
pub fn commit(bytes: &[u8], digest: impl Fn(&str) -> Option<String>) -> Vec<u8> {
    let mut lines = vec![];
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Ok(mut action) = serde_json::from_slice::<Value>(line) else { return bytes.to_vec() };
        if let Some(info) = action.get_mut("commitInfo").and_then(Value::as_object_mut) {
            info.insert(KEY.into(), open());
        }
        if let Some(add) = action.get_mut("add").and_then(Value::as_object_mut)
            && let Some(digest) = add.get("path").and_then(Value::as_str).and_then(&digest)
        {
            add.insert("tags".into(), json!({ SHA256: digest }));
        }
        lines.push(action.to_string());
    }
    closed(lines.join("\n").into_bytes())
}

/// Delta's hint at its newest checkpoint, sealed among its tags.
pub fn hint(bytes: &[u8]) -> Vec<u8> {
    let Ok(Value::Object(mut hint)) = serde_json::from_slice(bytes) else { return bytes.to_vec() };
    hint.insert("tags".into(), json!({ KEY: open() }));
    closed(Value::Object(hint).to_string().into_bytes())
}

/// The tag of an added file that bears its digest.
pub const SHA256: &str = "sha256";

/// A seal that is not yet filled in.
fn open() -> Value {
    Value::String(format!("uptake-sha256:{}", "0".repeat(DIGITS)))
}

fn closed(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(at) = place(&bytes) {
        let digest = digest_without(&bytes, at);
        bytes[at..at + DIGITS].copy_from_slice(digest.as_bytes());
    }
    bytes
}

pub fn of(bytes: &[u8]) -> Seal {
    match place(bytes) {
        Some(at) if digest_without(bytes, at).as_bytes() == &bytes[at..at + DIGITS] => Seal::Holds,
        Some(_) => Seal::Broken,
        None => Seal::Missing,
    }
}

/// Where the digest begins, if there is room for one.
fn place(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(BEFORE.len()).position(|some| some == BEFORE)? + BEFORE.len();
    (at + DIGITS <= bytes.len()).then_some(at)
}

fn digest_without(bytes: &[u8], at: usize) -> String {
    let mut hash = Sha256::new();
    hash.update(&bytes[..at]);
    hash.update([b'0'; DIGITS]);
    hash.update(&bytes[at + DIGITS..]);
    hex(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_breaks_with_every_byte_and_every_end() {
        let commit = commit(
            b"{\"commitInfo\":{\"operation\":\"WRITE\"}}\n{\"add\":{\"path\":\"a\",\"size\":7,\"tags\":null}}\n{\"txn\":{\"appId\":\"x\"}}",
            |path| Some(format!("digest of {path}")),
        );
        let text = String::from_utf8_lossy(&commit).into_owned();
        assert!(text.contains("\"tags\":{\"sha256\":\"digest of a\"}") && text.lines().count() == 3, "{text}");
        let manifest = object(Map::from_iter([("build".to_string(), json!(7))]));
        for whole in [commit, manifest, hint(b"{\"version\":99,\"size\":3}")] {
            assert_eq!(of(&whole), Seal::Holds, "{}", String::from_utf8_lossy(&whole));
            for at in 0..whole.len() {
                let mut changed = whole.clone();
                changed[at] ^= 1 << (at % 8);
                assert_ne!(of(&changed), Seal::Holds, "byte {at}");
                assert_ne!(of(&whole[..at]), Seal::Holds, "cut at {at}");
            }
        }
    }
}
