//! Contacts: what stands on their cards, who is planted twice, and whom a letter cannot greet. A card follows from the
//! contact's number and version, so that the exports and the truth speak of the same one.

use super::firm::{COMPANY_HEADS, company_name, person_name, plain};
use super::records::Record;

/// Sorts of contacts, `Record::sort`. Nought is the usual one.
pub(super) const DOOMED: u8 = 1;
/// Somebody whom another contact repeats; never deleted, so that clusters stay as they were planted.
pub(super) const ORIGINAL: u8 = 2;
const SAME_EMAIL: u8 = 3;
const HALF_NAME: u8 = 4;
const PHONE_AND_TYPO: u8 = 5;
const SAME_COMPANY: u8 = 6;
const SAME_POSTCODE: u8 = 7;
/// The contact before it is `SAME_EMAIL`; the two share a telephone, so that three make one cluster in a chain.
const END_OF_CHAIN: u8 = 8;
/// Shares the address or the telephone with somebody who bears quite another name: no duplicate.
const EMAIL_OF_ANOTHER: u8 = 9;
const PHONE_OF_ANOTHER: u8 = 10;

/// The ways in which somebody is entered again, one after the other; each a list of new contacts.
pub(super) fn entries(turn: usize) -> &'static [u8] {
    const WAYS: [&[u8]; 8] = [
        &[SAME_EMAIL],
        &[PHONE_AND_TYPO],
        &[SAME_COMPANY],
        &[EMAIL_OF_ANOTHER],
        &[HALF_NAME],
        &[SAME_EMAIL, END_OF_CHAIN],
        &[SAME_POSTCODE],
        &[PHONE_OF_ANOTHER],
    ];
    WAYS[turn % WAYS.len()]
}

/// Values in place of a first name; each makes "Dear {first_name}" unfit to send. The first stands for the company's name.
const PLACEHOLDERS: [&str; 20] = [
    "(company)",
    "",
    "n/a",
    "none",
    "unknown",
    "test",
    "tbc",
    "tbd",
    "-",
    ".",
    "xx",
    "xxxxx",
    "*",
    "***",
    "no name",
    "no first name",
    "4711",
    "Dear Anna",
    "{{first_name}}",
    "",
];

/// Names that look like placeholders and are none.
const LOOKALIKES: [(u32, &str, &str); 3] = [(10, "Nona", ""), (20, "", "Foxx"), (30, "", "Testa")];

/// What the columns of a contact say.
#[derive(Clone, Debug)]
pub(super) struct Card {
    pub first: String,
    pub last: String,
    /// Empty where there is none.
    pub email: String,
    pub phone: String,
    /// Empty, or with a city, a postcode and a country; the city is always there.
    pub street: String,
    pub postcode: String,
    pub country: &'static str,
    pub city: &'static str,
    pub opted_out: bool,
}

/// The card of the n-th contact.
pub(super) fn card(contacts: &[Record], number: u32) -> Card {
    let record = &contacts[number as usize - 1];
    if record.repeats == 0 {
        return own_card(number, record);
    }
    let of = record.repeats;
    let original = own_card(of, &contacts[of as usize - 1]);
    let mut card = own_card(number, record);
    card.email = format!("{}.{}.{number}@mail.example", plain(&original.first), plain(&original.last));
    (card.street, card.postcode, card.country) = (String::new(), String::new(), "");
    card.opted_out = false;
    if is_duplicate(record) {
        (card.first, card.last) = (original.first.clone(), original.last.clone());
    } else {
        (card.first, card.last) = ("Wyx".to_owned(), format!("Zyq{}", invented(number).to_lowercase()));
    }
    match record.sort {
        SAME_EMAIL => card.email = original.email.to_uppercase(),
        EMAIL_OF_ANOTHER => card.email = original.email,
        HALF_NAME => {
            card.email = original.email;
            card.first = original.first.chars().take(original.first.chars().count().div_ceil(2)).collect();
        }
        PHONE_AND_TYPO => {
            card.phone = original.phone.replace("+49 ", "0");
            let typo = if card.last.ends_with('y') { 'i' } else { 'y' };
            card.last.pop();
            card.last.push(typo);
        }
        PHONE_OF_ANOTHER => card.phone = original.phone,
        SAME_COMPANY => (card.first, card.last) = (without_marks(&card.first), without_marks(&card.last)),
        SAME_POSTCODE => {
            (card.street, card.postcode, card.country) = (original.street, original.postcode, original.country);
            card.city = original.city;
        }
        _ => card.phone = phone(number - 1),
    }
    card
}

/// Whether this contact is the same human being as the one it repeats.
pub(super) fn is_duplicate(record: &Record) -> bool {
    record.repeats > 0 && !matches!(record.sort, EMAIL_OF_ANOTHER | PHONE_OF_ANOTHER)
}

/// Whether a duplicate of this sort is entered at the same company.
pub(super) fn shares_company(sort: u8) -> bool {
    sort == SAME_COMPANY
}

/// Whether this contact may be repeated: an ordinary one, with everything by which it can be found.
pub(super) fn can_be_repeated(number: u32, record: &Record) -> bool {
    let named = placeholder(number, record).is_none() && LOOKALIKES.iter().all(|(n, ..)| *n != number);
    record.sort == 0 && !record.deleted && named && has_email(number) && number.is_multiple_of(3) && !opted_out(number)
}

/// Whether a letter can be sent: an e-mail or a full postal address, and no wish to be left alone.
pub(super) fn is_mailable(number: u32, record: &Record) -> bool {
    record.repeats > 0 || (!opted_out(number) && (has_email(number) || has_street(number)))
}

/// Whether "Dear {first_name}" cannot be filled.
pub(super) fn is_unfit_to_greet(number: u32, record: &Record) -> bool {
    placeholder(number, record).is_some()
}

fn own_card(number: u32, record: &Record) -> Card {
    let (first, last) = person_name(number + 300);
    let again = number / 1_927;
    let mut card = Card {
        first: first.to_owned(),
        last: if again == 0 { last.to_owned() } else { format!("{last}-{}", invented(2 * again + 1)) },
        email: String::new(),
        phone: phone(number),
        street: String::new(),
        postcode: String::new(),
        country: "",
        city: ["Berlin", "Paris", "London", "New York", "Köln", "Genève"][number as usize % 6],
        opted_out: opted_out(number),
    };
    if let Some((_, first, last)) = LOOKALIKES.iter().find(|(n, ..)| *n == number) {
        card.first = if first.is_empty() { card.first } else { (*first).to_owned() };
        card.last = if last.is_empty() { card.last } else { (*last).to_owned() };
    }
    if can_lack_name(number, record) {
        // A surname of their own each: without a first name it is all that tells two contacts apart.
        card.last = format!("{last}-{}", invented(2 * (number / 9) + 2));
    }
    if has_email(number) {
        let host = plain(COMPANY_HEADS[number as usize % COMPANY_HEADS.len()]);
        card.email = format!("{}.{}@{host}.example", plain(&card.first), plain(&card.last));
    }
    if has_street(number) {
        card.street = format!("Lindenweg {}", number % 200 + 1);
        card.postcode = format!("{:05}", 10_000 + number * 7 % 89_999);
        card.country = ["Germany", "France", "United Kingdom", "United States", "Germany", "Switzerland"][number as usize % 6];
    }
    match placeholder(number, record) {
        Some("(company)") => card.first = company_name(record.about),
        Some(word) => word.clone_into(&mut card.first),
        None => {}
    }
    card
}

/// Every ninth contact was entered without a proper first name; of some it is filled in later.
fn can_lack_name(number: u32, record: &Record) -> bool {
    number % 9 == 4 && record.repeats == 0
}

fn placeholder(number: u32, record: &Record) -> Option<&'static str> {
    let which = number / 9;
    let corrected = which % 4 == 1 && record.version >= 2;
    (can_lack_name(number, record) && !corrected).then(|| PLACEHOLDERS[which as usize % PLACEHOLDERS.len()])
}

fn has_email(number: u32) -> bool {
    number % 11 != 6
}

fn opted_out(number: u32) -> bool {
    number % 13 == 5
}

fn has_street(number: u32) -> bool {
    number.is_multiple_of(3) && !opted_out(number)
}

fn phone(number: u32) -> String {
    format!("+49 30 5{number:07}")
}

/// A surname that is nobody else's.
fn invented(number: u32) -> String {
    const PARTS: [&str; 16] =
        ["ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wa", "ze"];
    let mut name = String::new();
    let mut left = number as usize;
    while left > 0 || name.is_empty() {
        name.push_str(PARTS[left % PARTS.len()]);
        left /= PARTS.len();
    }
    name[..1].to_uppercase() + &name[1..]
}

/// A name typed on a keyboard without accents.
fn without_marks(name: &str) -> String {
    let bare = |letter| match letter {
        'ä' | 'á' => 'a',
        'ö' => 'o',
        'ü' => 'u',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'ç' => 'c',
        other => other,
    };
    name.chars().map(bare).collect()
}
