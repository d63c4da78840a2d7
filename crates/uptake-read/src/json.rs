//! JSON: an array of objects, wherever it lies in the file, or an object a line.
//!
//! What is held is one record. Nested objects become columns with a point (`Owner.Name`), arrays stay the text they are. Who wrote a
//! record for a machine says beside it what it is (`attributes`): that names the object and is no column.

mod flat;
mod parser;

use crate::record::{Broken, Record, Records, Step, raw};
use crate::{Fault, MOST_ROW_BYTES};
use flat::{Field, Flat, read_object, read_value};
use parser::Parser;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Result};

/// The most columns that the objects of a file may have together.
const MOST_COLUMNS: usize = 16_384;

const HOW: &str = "export an array of objects, or one object a line (.jsonl); or CSV";

/// Where in a file the objects are.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// One a line.
    Lines,
    /// In the array that these keys lead to; without keys, the file is it.
    Array(Vec<String>),
    /// The file is one.
    Single,
}

/// Objects of one kind in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Objects {
    /// What they say they are: `Account`.
    pub kind: Option<String>,
    /// All keys, in the order in which they come first.
    pub header: Vec<String>,
    pub shape: Shape,
}

/// What objects there are, told by reading all.
///
/// # Errors
/// It is no JSON, with the line; there is no array of objects, or several of which none is known to be the table.
pub fn objects(text: impl Read, lines: bool) -> Result<Vec<Objects>> {
    let mut found = match lines {
        true => vec![(Shape::Lines, of_lines(text)?)],
        false => of_document(&mut Parser::new(BufReader::new(text)))?,
    };
    if found.len() > 1 {
        the_table_of(&mut found);
    }
    if found.len() > 1 {
        let what = "it has several arrays of objects, and which one is the table is not known";
        return Err(Fault::whole(what, HOW).into());
    }
    let kinds = found.into_iter().flat_map(|(shape, kinds)| kinds.0.into_iter().map(move |kind| (shape.clone(), kind)));
    Ok(kinds.map(|(shape, (kind, keys))| Objects { kind, header: keys.header(), shape }).collect())
}

/// Leaves the one called `records`, else the only one that lies right in the document and bears a name that answers give to what was asked for.
fn the_table_of(found: &mut Vec<(Shape, Kinds)>) {
    let is =
        |of: fn(&[String]) -> bool| move |(shape, _): &(Shape, Kinds)| matches!(shape, Shape::Array(keys) if of(keys));
    let is_named = is(|keys| keys.last().is_some_and(|key| key == "records"));
    let is_on_top = is(|keys| matches!(keys, [key] if ["data", "results", "items", "value"].contains(&key.as_str())));
    let only = |is: &dyn Fn(&(Shape, Kinds)) -> bool| found.iter().filter(|one| is(one)).count() == 1;
    if only(&is_named) {
        found.retain(is_named);
    } else if only(&is_on_top) {
        found.retain(is_on_top);
    }
}

fn of_lines(text: impl Read) -> Result<Kinds> {
    let mut kinds = Kinds::default();
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next()? {
        if let Ok(flat) = line {
            kinds.take(flat)?;
        }
    }
    Ok(kinds)
}

/// Every array of objects that is in no other, by the keys that lead to it; the whole where there is none.
fn of_document<R: BufRead>(parser: &mut Parser<R>) -> Result<Vec<(Shape, Kinds)>> {
    let mut found = vec![];
    let is_object = parser.peek_token()? == Some(b'{');
    let mut own = vec![];
    look_for_arrays(parser, &mut vec![], &mut found, &mut own)?;
    parser.end()?;
    found.retain(|(_, kinds): &(Shape, Kinds)| !kinds.0.is_empty());
    if found.is_empty() && is_object {
        let mut kinds = Kinds::default();
        kinds.take(Flat::of(own))?;
        found.push((Shape::Single, kinds));
    }
    Ok(found)
}

fn look_for_arrays<R: BufRead>(
    parser: &mut Parser<R>,
    keys: &mut Vec<String>,
    found: &mut Vec<(Shape, Kinds)>,
    own: &mut Vec<Field>,
) -> Result<()> {
    match parser.peek_token()? {
        Some(b'[') => {
            let mut kinds = Kinds::default();
            parser.enter(b'[')?;
            while parser.next_element()? {
                parser.begin();
                match parser.peek_token()? {
                    Some(b'{') => kinds.take(read_object(parser)?)?,
                    _ => parser.skip()?,
                }
            }
            own.push(Field { name: keys.join("."), text: "[]".into(), is_number: false });
            found.push((Shape::Array(keys.clone()), kinds));
        }
        Some(b'{') => {
            parser.enter(b'{')?;
            while let Some(key) = parser.next_key()? {
                parser.begin();
                keys.push(key);
                look_for_arrays(parser, keys, found, own)?;
                keys.pop();
            }
        }
        _ => own.push(read_value(parser, keys.join("."))?),
    }
    Ok(())
}

/// The keys of objects, by what kind these say they are.
#[derive(Debug, Default)]
struct Kinds(Vec<(Option<String>, Keys)>);

impl Kinds {
    fn take(&mut self, flat: Flat) -> Result<()> {
        let at = self.0.iter().position(|(kind, _)| *kind == flat.kind).unwrap_or(self.0.len());
        if at == self.0.len() {
            self.0.push((flat.kind.clone(), Keys::default()));
        }
        self.0[at].1.take(flat)
    }
}

#[derive(Debug, Default)]
struct Keys {
    /// Place of each, and whether it ever had a value.
    places: HashMap<String, (usize, bool)>,
}

impl Keys {
    fn take(&mut self, flat: Flat) -> Result<()> {
        for field in flat.fields {
            let next = self.places.len();
            let known = self.places.entry(field.name).or_insert((next, false));
            known.1 |= !field.text.is_empty();
        }
        if self.places.len() > MOST_COLUMNS {
            let what = format!("its objects have more than {MOST_COLUMNS} keys");
            return Err(Fault::whole(what, "export the columns that matter, or CSV").into());
        }
        Ok(())
    }

    /// Without those that are an object elsewhere, and nothing where they are not: an empty `Owner` beside `Owner.Name`.
    fn header(self) -> Vec<String> {
        let parents: std::collections::HashSet<String> =
            self.places.keys().filter_map(|name| Some(name.rsplit_once('.')?.0.to_string())).collect();
        let mut named: Vec<(usize, String)> = self
            .places
            .into_iter()
            .filter(|(name, (_, has_value))| *has_value || !parents.contains(name))
            .map(|(name, (place, _))| (place, name))
            .collect();
        named.sort_unstable();
        named.into_iter().map(|(_, name)| name).collect()
    }
}

/// The objects of one kind as records.
pub struct Json<R: Read> {
    from: From<R>,
    kind: Option<String>,
    places: HashMap<String, usize>,
}

enum From<R: Read> {
    Lines(Lines<R>),
    /// The parser stands in the array; how many elements it has passed.
    Array(Parser<BufReader<R>>, u64),
    /// Not read yet.
    Single(Option<Parser<BufReader<R>>>),
}

impl<R: Read> Json<R> {
    /// # Errors
    /// It is no JSON any more.
    pub fn open(text: R, objects: &Objects) -> Result<Json<R>> {
        let from = match &objects.shape {
            Shape::Lines => From::Lines(Lines::new(text)),
            Shape::Single => From::Single(Some(Parser::new(BufReader::new(text)))),
            Shape::Array(keys) => {
                let mut parser = Parser::new(BufReader::new(text));
                keys.iter().try_for_each(|key| go_to(&mut parser, key))?;
                parser.enter(b'[')?;
                From::Array(parser, 0)
            }
        };
        let places = objects.header.iter().enumerate().map(|(place, name)| (name.clone(), place)).collect();
        Ok(Json { from, kind: objects.kind.clone(), places })
    }

    fn next(&mut self) -> Result<Option<(u64, std::result::Result<Flat, Broken>)>> {
        match &mut self.from {
            From::Lines(lines) => Ok(lines.next()?.map(|read| (lines.line, read))),
            From::Single(parser) => parser.take().map(|mut parser| Ok((1, Ok(read_object(&mut parser)?)))).transpose(),
            From::Array(parser, count) => {
                if !parser.next_element()? {
                    return Ok(None);
                }
                *count += 1;
                parser.begin();
                if parser.peek_token()? == Some(b'{') {
                    return Ok(Some((*count, Ok(read_object(parser)?))));
                }
                let text = parser.copy()?;
                let reason = "it is no object".into();
                Ok(Some((*count, Err(Broken { line: *count, reason, raw: as_csv(text.as_bytes()) }))))
            }
        }
    }

    fn fill(&self, flat: Flat, line: u64, to: &mut Record) {
        let mut cells: Vec<(&str, bool)> = vec![("", false); self.places.len()];
        for field in &flat.fields {
            if let Some(place) = self.places.get(&field.name) {
                cells[*place] = (&field.text, field.is_number);
            }
        }
        to.begin(line);
        cells.into_iter().for_each(|(text, is_number)| to.push(text.as_bytes(), is_number));
    }
}

impl<R: Read> Records for Json<R> {
    fn step(&mut self, to: &mut Record) -> Result<Step> {
        while let Some((line, read)) = self.next()? {
            match read {
                Ok(flat) if flat.kind == self.kind => {
                    self.fill(flat, line, to);
                    return Ok(Step::Row);
                }
                // It is of another table of the file.
                Ok(_) => {}
                Err(broken) => return Ok(Step::Broken(broken)),
            }
        }
        Ok(Step::End)
    }
}

/// Goes behind a key of the object that comes next.
fn go_to<R: BufRead>(parser: &mut Parser<R>, key: &str) -> Result<()> {
    parser.enter(b'{')?;
    while let Some(found) = parser.next_key()? {
        parser.begin();
        if found == key {
            return Ok(());
        }
        parser.skip()?;
    }
    Err(Fault::whole("it changed while it was read", "load it again when it is whole").into())
}

fn as_csv(text: &[u8]) -> String {
    raw(&csv::ByteRecord::from(vec![text]), usize::MAX)
}

/// A text of one object a line.
struct Lines<R> {
    text: BufReader<R>,
    buffer: Vec<u8>,
    /// The number of the line that was read last.
    line: u64,
}

impl<R: Read> Lines<R> {
    fn new(text: R) -> Lines<R> {
        Lines { text: BufReader::new(text), buffer: vec![], line: 0 }
    }

    /// The object of the next line that is not blank, or what is wrong with it.
    fn next(&mut self) -> Result<Option<std::result::Result<Flat, Broken>>> {
        loop {
            self.buffer.clear();
            let read = (&mut self.text).take(MOST_ROW_BYTES).read_until(b'\n', &mut self.buffer)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if read as u64 == MOST_ROW_BYTES && self.buffer.last() != Some(&b'\n') {
                let what = format!("a line has more than {} MB", MOST_ROW_BYTES >> 20);
                return Err(Fault { line: self.line, what, hint: HOW.into() }.into());
            }
            let text = self.buffer.trim_ascii();
            if !text.is_empty() {
                return Ok(Some(read_line(text, self.line)?));
            }
        }
    }
}

fn read_line(text: &[u8], line: u64) -> Result<std::result::Result<Flat, Broken>> {
    let mut parser = Parser::new(text);
    let read = match parser.peek_token()? {
        Some(b'{') => read_object(&mut parser).and_then(|flat| parser.end().map(|()| flat)),
        _ => Err(Fault::whole("it is no object", HOW).into()),
    };
    match read {
        Ok(flat) => Ok(Ok(flat)),
        Err(error) => match Fault::of(&error) {
            Some(fault) => Ok(Err(Broken { line, reason: fault.what, raw: as_csv(text) })),
            None => Err(error),
        },
    }
}

#[cfg(test)]
mod tests;
