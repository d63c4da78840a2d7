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
            card.last = mistyped(&card.last);
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
        card.country =
            ["Germany", "France", "United Kingdom", "United States", "Germany", "Switzerland"][number as usize % 6];
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
    name.chars().map(bare).collect::<String>().replace('ß', "ss")
}

/// The name with another letter at its end, where names are compared without marks: of ß, which is ss there, the second.
fn mistyped(name: &str) -> String {
    let mut name = name.to_owned();
    let typo = match name.pop() {
        Some('y') => "i",
        Some('ß') => "sy",
        _ => "y",
    };
    name + typo
}

#[cfg(test)]
mod tests {
    use super::super::records::Stamp;
    use super::*;

    /// Contacts of 40 companies with every way of repeating somebody planted twice.
    fn contacts() -> Vec<Record> {
        let mut all: Vec<Record> =
            (1..=400).map(|number| Record::new(Stamp::new(0, 0), number % 40 + 1, 0, 0)).collect();
        for turn in 0..16 {
            let place =
                (0..400).find(|place| can_be_repeated(*place as u32 + 1, &all[*place])).expect("there are many");
            all[place].sort = ORIGINAL;
            for sort in entries(turn) {
                let about = if shares_company(*sort) { all[place].about } else { all[place].about % 40 + 1 };
                let mut again = Record::new(Stamp::new(0, 0), about, 0, 0);
                (again.repeats, again.sort) = (place as u32 + 1, *sort);
                all.push(again);
            }
        }
        all
    }

    #[test]
    fn a_typing_error_is_one_letter_of_the_name_without_marks() {
        for (name, expected) in [("Baker", "Bakey"), ("Gray", "Grai"), ("Groß", "Grosy")] {
            assert_eq!(mistyped(name), expected);
            assert_eq!(distance(&without_marks(name), &without_marks(expected)), 1);
        }
    }

    fn normal(card: &Card) -> String {
        without_marks(&format!("{} {}", card.first, card.last).to_lowercase())
    }

    fn distance(a: &str, b: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut next = vec![i + 1];
            for (j, y) in b.iter().enumerate() {
                next.push((row[j] + usize::from(x != y)).min(row[j + 1] + 1).min(next[j] + 1));
            }
            row = next;
        }
        row[b.len()]
    }

    /// The catalogue's rule for two contacts, word by word: found by one key, and alike.
    fn are_alike(a: (&Card, u32), b: (&Card, u32)) -> bool {
        let (x, y) = (normal(a.0), normal(b.0));
        let last_nine = |phone: &str| {
            let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
            digits[digits.len() - 9..].to_vec()
        };
        let sorted = |name: &str| {
            let mut words: Vec<String> = name.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        let email = !a.0.email.is_empty() && a.0.email.to_lowercase() == b.0.email.to_lowercase();
        let phone = last_nine(&a.0.phone) == last_nine(&b.0.phone);
        let company = a.1 == b.1 && sorted(&x) == sorted(&y);
        let postcode = !a.0.postcode.is_empty() && a.0.postcode == b.0.postcode && x == y;
        let score = 1.0 - distance(&x, &y) as f64 / x.chars().count().max(y.chars().count()) as f64;
        (email || phone || company || postcode) && (score >= 0.85 || (email && score >= 0.5))
    }

    #[test]
    fn clusters_are_those_that_were_planted() {
        let all = contacts();
        let cards: Vec<Card> = (1..=all.len() as u32).map(|number| card(&all, number)).collect();
        let mut cluster: Vec<usize> = (0..all.len()).collect();
        for one in 0..all.len() {
            for other in 0..one {
                if are_alike((&cards[one], all[one].about), (&cards[other], all[other].about)) {
                    let (from, to) = (cluster[one], cluster[other]);
                    cluster.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
                }
            }
        }
        for (place, record) in all.iter().enumerate().filter(|(_, record)| record.repeats > 0) {
            let joined = cluster[place] == cluster[record.repeats as usize - 1];
            assert_eq!(joined, is_duplicate(record), "{:?} of {:?}", cards[place], cards[record.repeats as usize - 1]);
        }
        let clusters = cluster.iter().collect::<std::collections::BTreeSet<_>>().len();
        let planted = all.iter().filter(|record| is_duplicate(record)).count();
        assert_eq!((all.len() - clusters, planted), (14, 14));
    }

    #[test]
    fn placeholders_are_all_there_and_lookalikes_pass() {
        let all = contacts();
        let firsts: Vec<String> = (1..=200).map(|number| card(&all, number).first).collect();
        assert!(PLACEHOLDERS[1..].iter().all(|word| firsts.iter().any(|first| first == word)));
        assert_eq!(firsts[3], company_name(all[3].about), "the first placeholder is the company");
        for (number, first, last) in LOOKALIKES {
            let card = card(&all, number);
            assert!(card.first == first || card.last == last);
            assert!(is_mailable(number, &all[number as usize - 1]));
            assert!(!is_unfit_to_greet(number, &all[number as usize - 1]));
        }
    }

    #[test]
    fn a_first_name_is_filled_in_later() {
        let mut all = contacts();
        assert_eq!(card(&all, 13).first, "");
        all[12].version = 2;
        assert!(!is_unfit_to_greet(13, &all[12]) && card(&all, 13).first.len() > 1);
    }
}
