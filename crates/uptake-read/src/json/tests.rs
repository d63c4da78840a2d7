use super::*;
use crate::Rows;
use proptest::prelude::*;

/// Header and rows of the only table, cells separated by `|`, records by ` / `.
fn read(text: &str, lines: bool) -> std::result::Result<String, String> {
    let all = objects(text.as_bytes(), lines).map_err(|error| error.to_string())?;
    let tables = all.iter().map(|objects| {
        let mut rows = Rows::new(Json::open(text.as_bytes(), objects).map_err(|error| error.to_string())?);
        let mut out = vec![objects.header.join("|")];
        loop {
            match rows.step().map_err(|error| error.to_string())? {
                Step::End => return Ok(out.join(" / ")),
                Step::Broken(broken) => out.push(format!("{}: {}", broken.line, broken.reason)),
                Step::Row => {
                    let cells = rows.record.cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned());
                    out.push(cells.collect::<Vec<_>>().join("|"));
                }
            }
        }
    });
    Ok(tables.collect::<std::result::Result<Vec<String>, String>>()?.join(" // "))
}

#[test]
fn objects_are_found_where_they_lie() {
    let rows = "a|b / 1|x / |y";
    for text in [
        r#"[{"a":1,"b":"x"},{"b":"y","a":null}]"#,
        r#"{"records":[{"a":1,"b":"x"},{"b":"y"}]}"#,
        r#"{"status":0,"result":{"done":true,"records":[{"a":1,"b":"x"},{"b":"y"}]},"also":[{"z":1}]}"#,
        r#"{"items":[{"a":1,"b":"x"},{"b":"y"}],"tags":["t"]}"#,
        r#"{"success":true,"data":[{"a":1,"b":"x"},{"b":"y"}],"related":{"user":{"7":{"mails":[{"m":1}]}}}}"#,
    ] {
        assert_eq!(read(text, false), Ok(rows.into()), "{text}");
    }
    assert_eq!(read("{\"a\":1,\"b\":\"x\"}\n\r\n{\"b\":\"y\"}", true), Ok(rows.into()));
    assert_eq!(read(r#"{"a":1,"n":{"b":[1, 2]}}"#, false), Ok("a|n.b / 1|[1, 2]".into()));
    assert_eq!(read("[]", false), Ok(String::new()));
    for text in [r#"{"data":[{"x":1}],"items":[{"y":1}]}"#, r#"{"errors":[{"x":1}],"result":{"rows":[{"y":1}]}}"#] {
        assert!(read(text, false).is_err_and(|what| what.contains("several arrays")), "{text}");
    }
    assert!(read(r#"{"a":[{"x":1}],"b":[{"y":1}]}"#, false).is_err_and(|what| what.contains("several arrays")));
}

#[test]
fn what_lies_in_an_object_has_a_point_in_its_name() {
    let text =
        r#"[{"Owner":null,"Id":"1"},{"Owner":{"Name":"Ann","Manager":{"Name":"Bob"}},"Tags":["x", {"y":1}],"Id":"2"}]"#;
    assert_eq!(
        read(text, false),
        Ok(r#"Id|Owner.Name|Owner.Manager.Name|Tags / 1||| / 2|Ann|Bob|["x", {"y":1}]"#.into())
    );
}

#[test]
fn a_tree_says_of_which_object_a_record_is_and_how_others_call_it() {
    let text = r#"{"records":[{"attributes":{"type":"Account","referenceId":"AccountRef1"},"Name":"Oak"},
        {"attributes":{"type":"Contact","url":"/1"},"Id":"7","AccountId":"@AccountRef1"}]}"#;
    assert_eq!(read(text, false), Ok("Name|Id / Oak|@AccountRef1 // Id|AccountId / 7|@AccountRef1".into()));
    let kinds: Vec<_> =
        objects(text.as_bytes(), false).expect("JSON").into_iter().map(|objects| objects.kind).collect();
    assert_eq!(kinds, [Some("Account".into()), Some("Contact".into())]);
}

#[test]
fn numbers_keep_their_digits_and_texts_their_letters() {
    let text =
        "[{\"id\":404427000000249265123,\"x\":1.50,\"e\":1.5E7,\"s\":\"\\u00e9\\uD83D\\uDE00\\n\\\"\\/\",\"t\":true}]";
    assert_eq!(read(text, false), Ok("id|x|e|s|t / 404427000000249265123|1.50|15000000|é😀\n\"/|true".into()));
}

#[test]
fn a_bad_line_is_a_reject_and_a_bad_file_is_refused() {
    let told = read("{\"a\":1}\n{\"a\":\n[1]\n{\"a\":2} x\n{\"a\":3,\"a\":4}\n{\"a\":5}", true).expect("lines");
    assert!(told.starts_with("a / 1 / 2: ") && told.contains("4: ") && told.ends_with(" / 5"), "{told}");
    assert!(told.contains("3: it is no object") && told.contains("\"a\" stands twice"), "{told}");
    for bad in [
        "[{\"a\":1},]",
        "[{\"a\":01}]",
        "[{a:1}]",
        "[{\"a\":\"x\n\"}]",
        "[{\"a\":1}",
        "[{\"a\":nul}]",
        "a,b\n1,2",
        "[{}] []",
    ] {
        assert!(read(bad, false).is_err(), "{bad}");
    }
    let line =
        objects("[{\"a\":1},\n{\"a\":}]".as_bytes(), false).map_err(|error| Fault::of(&error).map(|fault| fault.line));
    assert_eq!(line, Err(Some(2)));
    assert_eq!(read("[{\"a\":1}, 7]", false), Ok("a / 1 / 2: it is no object".into()));
}

#[test]
fn nothing_is_deeper_than_can_be_thought() {
    for deep in ["[".repeat(1_000_000), "{\"a\":".repeat(1_000_000), format!("[{{\"a\":{}", "[".repeat(1_000_000))] {
        assert!(read(&deep, false).is_err_and(|what| what.contains("brackets are open")));
    }
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "\\PC*".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map("[a-z\"\\\\é]{1,4}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// What another reader of JSON wrote is read, and each value comes out as that one sees it.
    #[test]
    fn another_reader_agrees(values in prop::collection::vec(value(), 1..5), pretty: bool) {
        let rows: Vec<_> = values.iter().map(|value| serde_json::json!({ "v": value })).collect();
        let text = if pretty { serde_json::to_string_pretty(&rows) } else { serde_json::to_string(&rows) }.expect("JSON");
        let mut parser = Parser::new(text.as_bytes());
        parser.enter(b'[').expect("an array");
        for row in &rows {
            prop_assert!(parser.next_element().expect("an element"));
            let flat = read_object(&mut parser).expect("an object");
            match &row["v"] {
                serde_json::Value::String(v) => prop_assert_eq!(&flat.fields[0].text, v),
                serde_json::Value::Null => prop_assert_eq!(&flat.fields[0].text, ""),
                serde_json::Value::Object(_) => {}
                array @ serde_json::Value::Array(_) => {
                    prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&flat.fields[0].text).expect("JSON"), array)
                }
                other => prop_assert_eq!(&flat.fields[0].text, &other.to_string()),
            }
        }
        prop_assert!(!parser.next_element().expect("the end"));
    }

    /// Whatever the bytes are, it ends, and takes no text that another reader refuses.
    #[test]
    fn no_text_makes_it_fall(text in "[\\[\\]{}\",:0-9eE.+a-z\\\\ \n-]{0,60}") {
        let ours = Parser::new(text.as_bytes()).skip_all().is_ok();
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // The other one refuses numbers that are too large for it.
        if theirs.is_ok() || !text.contains(['e', 'E']) {
            prop_assert_eq!(ours, theirs.is_ok(), "{}", text);
        }
    }
}

impl<R: BufRead> Parser<R> {
    fn skip_all(&mut self) -> Result<()> {
        self.skip()?;
        self.end()
    }
}
