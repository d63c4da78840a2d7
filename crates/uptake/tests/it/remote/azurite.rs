//! The program and Azurite, which speaks as Azure's containers do: exports are read from one, and a lake lives in it.

use super::message::Message;
use super::started::Started;
use super::{SEED, as_on_a_disk, ask};
use crate::bucket::Environment;
use crate::firm::{generated, tree};
use crate::story_with;
use libtest_mimic::Trial;
use std::path::PathBuf;
use std::process::Command;

const NO_AZURITE: &str =
    concat!("needs Azurite: npm install --no-save --prefix ", env!("CARGO_TARGET_TMPDIR"), "/azurite azurite@3.37.0");

/// Who holds it may do everything in the account of every Azurite until 2099, whose key is known to all:
/// `az storage account generate-sas --account-name devstoreaccount1 --account-key … --services b --resource-types sco --permissions racwdl
/// --expiry 2099-12-31T00:00:00Z`.
const PERMISSION: &str = "sv=2018-11-09&ss=b&srt=sco&sp=racwdl&se=2099-12-31T00%3A00%3A00Z&sig=%2FyuthIcx9CsejMUP3jLxNECINQ9Xm0iF0ykPBqghjBE%3D";

pub fn stories() -> Vec<Trial> {
    let missing = (!program().is_file()).then_some(NO_AZURITE);
    vec![story_with(
        missing,
        "in a container of Azurite: exports are read, and a lake says what it says on a disk",
        lives,
    )]
}

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("azurite/node_modules/.bin/azurite-blob")
}

fn lives() {
    let mut command = Command::new(program());
    command.args(["--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry"]);
    let azurite = Started::by(command);
    put(&azurite, "bucket?restype=container&", &[]);
    for (path, bytes) in tree(&generated(SEED).join("exports")) {
        put(&azurite, &format!("bucket/exports/{}?", path.display()), &bytes);
    }
    let settings = vec![
        ("AZURE_STORAGE_USE_EMULATOR", "true".into()),
        ("AZURITE_BLOB_STORAGE_URL", format!("http://127.0.0.1:{}", azurite.port)),
    ];
    let at = Environment { scheme: "az", settings };
    ask(&at, &["load", "az://bucket/exports/"]).ended(0);
    ask(&at, &["build"]).ended(0);
    let verified = ask(&at, &["verify"]).ended(0).err;
    assert!(verified.contains(" 0 files damaged, 0 files left over"), "{verified}");
    as_on_a_disk(&at);
}

/// A container, or an object in one.
fn put(azurite: &Started, path: &str, body: &[u8]) {
    let (port, length) = (azurite.port, body.len());
    let head = format!(
        "PUT /devstoreaccount1/{path}{PERMISSION} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nx-ms-version: 2018-11-09\r\n\
         x-ms-blob-type: BlockBlob\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let answer = Message { head, body: body.into() }.answered(port).expect("it answers");
    assert!(answer.head.starts_with("HTTP/1.1 201 "), "{path}: {}{}", answer.head, answer.text());
}
