//! An export of activities as large as it is wanted: Salesforce's Task, every cell in quotes, notes over several lines, some rows bad and some twice.
//!
//! Every row follows from its number alone, so that whoever makes the file knows what has to come out of it, on every machine.

use std::io::{Result, Write};

/// What has to come out of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    pub rows: u64,
    /// Rows whose ActivityDate is none.
    pub bad: u64,
    /// Rows whose Id a row before them has.
    pub repeated: u64,
    /// CallDurationInSeconds of the good rows, each Id once.
    pub seconds: u64,
    /// CreatedDate of them, in seconds since 1970.
    pub created: u64,
    /// The bytes of their Note__c.
    pub noted: u64,
}

const HEADER: &str = "\"Id\",\"OwnerId\",\"WhatId\",\"Subject\",\"Note__c\",\"ActivityDate\",\"Status\",\
    \"CallDurationInSeconds\",\"IsDeleted\",\"TaskSubtype\",\"CreatedDate\",\"SystemModstamp\"\n";
const SUBJECTS: [&str; 6] =
    ["Call with client", "Intro meeting", "Follow-up on proposal", "Send offer", "Quarterly review", "Call"];
const NOTES: [&str; 4] = ["Left a message", "", "Discussed price, scope and dates", "Nothing new"];
const STATES: [&str; 3] = ["Completed", "Not Started", "In Progress"];
const KINDS: [&str; 3] = ["Call", "Email", "Task"];
/// 2024-01-01T00:00:00Z.
const BEGIN: u64 = 1_704_067_200;
const DAYS: u64 = 1000;
const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;

/// # Errors
/// Those of `to`.
pub fn write(rows: u64, to: &mut dyn Write) -> Result<Told> {
    to.write_all(HEADER.as_bytes())?;
    let (mut told, mut line) = (Told { rows, ..Told::default() }, Vec::with_capacity(512));
    for number in 0..rows {
        line.clear();
        let noted = add_row(number, &mut line);
        to.write_all(&line)?;
        match (is_bad(number), repeats(number)) {
            (true, _) => told.bad += 1,
            (false, Some(_)) => told.repeated += 1,
            (false, None) => {
                told.seconds += duration(number);
                told.created += created(number);
                told.noted += noted;
            }
        }
    }
    Ok(told)
}

/// Rows in no order of time: what lands or sorts them can lean on nothing. Returns the bytes of its note.
fn add_row(number: u64, to: &mut Vec<u8>) -> u64 {
    // A row that comes again is the same but for its stamp, which is older as often as newer.
    let of = repeats(number).unwrap_or(number);
    let stamp = created(of) + HOUR + draw(of, 5) % (5 * DAY);
    let stamp = match repeats(number) {
        Some(_) if number.is_multiple_of(2) => stamp + HOUR / 2,
        Some(_) => stamp - HOUR / 2,
        None => stamp,
    };
    cell(to, |to| id("00T", of, to));
    cell(to, |to| id("005", draw(of, 1) % 20_000, to));
    cell(to, |to| id("006", draw(of, 2) % 500_000, to));
    cell(to, |to| to.extend_from_slice(SUBJECTS[draw(of, 3) as usize % SUBJECTS.len()].as_bytes()));
    let mut noted = 0;
    cell(to, |to| noted = note(of, to));
    cell(to, |to| if is_bad(number) { to.extend_from_slice(b"31/31/2024") } else { date(created(of), to) });
    cell(to, |to| to.extend_from_slice(STATES[draw(of, 4) as usize % STATES.len()].as_bytes()));
    cell(to, |to| to.extend_from_slice(duration(of).to_string().as_bytes()));
    cell(to, |to| to.push(b'0'));
    cell(to, |to| to.extend_from_slice(KINDS[draw(of, 13) as usize % KINDS.len()].as_bytes()));
    cell(to, |to| instant(created(of), to));
    cell(to, |to| instant(stamp, to));
    *to.last_mut().expect("cells were written") = b'\n';
    noted
}

fn cell(to: &mut Vec<u8>, text: impl FnOnce(&mut Vec<u8>)) {
    to.push(b'"');
    text(to);
    to.extend_from_slice(b"\",");
}

/// One row of ten has a note of two lines with quotes in it.
fn note(of: u64, to: &mut Vec<u8>) -> u64 {
    if !draw(of, 6).is_multiple_of(10) {
        let note = NOTES[draw(of, 7) as usize % NOTES.len()];
        to.extend_from_slice(note.as_bytes());
        return note.len() as u64;
    }
    let begin = to.len();
    to.extend_from_slice(format!("Spoke with the buyer about offer {}.\n", draw(of, 7) % 1_000_000).as_bytes());
    to.extend_from_slice(b"Next: send \"\"the\"\" offer, then call.");
    (to.len() - begin - 2) as u64
}

/// One row of two thousand.
fn is_bad(number: u64) -> bool {
    draw(number, 8).is_multiple_of(2000)
}

/// The row that one of a hundred says once more: a good one that is among the thousand before it and says none again itself.
fn repeats(number: u64) -> Option<u64> {
    let says_again = |number: u64| number > 0 && draw(number, 9).is_multiple_of(100) && !is_bad(number);
    let of = number.checked_sub(1 + draw(number, 10) % 1000)?;
    (says_again(number) && !says_again(of) && !is_bad(of)).then_some(of)
}

fn created(number: u64) -> u64 {
    BEGIN + draw(number, 11) % (DAYS * DAY)
}

fn duration(number: u64) -> u64 {
    draw(number, 12) % 3000
}

/// A number that looks like none before it; splitmix64.
fn draw(number: u64, purpose: u64) -> u64 {
    let mut mixed = ((number << 8) | purpose).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// 15 characters of a Salesforce id and their checksum: per block of five, bit j is set if character j is a capital.
fn id(prefix: &str, mut number: u64, to: &mut Vec<u8>) {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const SUMS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let mut short = *b"0005e0000000000";
    short[..3].copy_from_slice(prefix.as_bytes());
    for at in (6..15).rev() {
        short[at] = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    to.extend_from_slice(&short);
    for block in short.chunks(5) {
        let bits = block.iter().enumerate().map(|(at, byte)| usize::from(byte.is_ascii_uppercase()) << at);
        to.push(SUMS[bits.sum::<usize>()]);
    }
}

/// `2026-03-01`, by the calendar of Howard Hinnant's `civil_from_days`.
fn date(seconds: u64, to: &mut Vec<u8>) {
    let days = seconds / DAY + 719_468;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + days / 146_097 * 400 + u64::from(month <= 2);
    to.extend_from_slice(format!("{year:04}-{month:02}-{day:02}").as_bytes());
}

/// `2026-03-01 09:30:00`.
fn instant(seconds: u64, to: &mut Vec<u8>) {
    date(seconds, to);
    let (hour, minute, second) = (seconds / HOUR % 24, seconds / 60 % 60, seconds % 60);
    to.extend_from_slice(format!(" {hour:02}:{minute:02}:{second:02}").as_bytes());
}
