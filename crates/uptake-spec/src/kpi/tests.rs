use super::*;

fn read(header: &str) -> Result<Kpi, Vec<String>> {
    let all = "code = \"X\"\ntitle = \"X\"\nasks = \"?\"\nmeans = \"!\"\nunit = \"days\"\nprivacy = \"A\"\ndimensions = [\"grade\"]\n";
    let text: String = format!("{all}{header}").lines().map(|line| format!("-- {line}\n")).collect();
    let told = |problems: Vec<Problem>| problems.iter().map(|p| format!("{} | {}", p.what, p.hint)).collect();
    read_kpi(Path::new("queries/kpis/x.sql"), &(text + "SELECT 1\n")).map_err(told)
}

#[track_caller]
fn check(header: &str, expected: &[&str]) {
    assert_eq!(read(header).err().unwrap_or_default(), expected);
}

#[test]
fn a_split_has_a_headline_and_differences() {
    let kpi =
        read("split = \"state\"\nheadline = \"gap\"\n[difference]\ngap = [\"leaders\", \"others\"]\n").expect("right");
    let gap = Difference { name: "gap".into(), of: "leaders".into(), less: "others".into() };
    let expected = Split { column: "state".into(), headline: Some("gap".into()), differences: vec![gap] };
    assert_eq!(kpi.split.as_ref(), Some(&expected));
    assert!(kpi.filters_by("state") && kpi.filters_by("grade") && !kpi.dimensions.contains(&"state".to_string()));
    assert_eq!(read("").expect("right").split, None);
}

#[test]
fn what_belongs_to_a_split_needs_one() {
    check(
        "headline = \"lapsed\"\n",
        &["\"headline\" stands without \"split\" | add -- split = \"…\", the column whose members it names"],
    );
    check(
        "split = \"grade\"\n",
        &["\"grade\" is the split and a dimension | leave it out of dimensions: grade always stands in the answer"],
    );
    check(
        "split = \"state\"\n[difference]\ngap = [\"leaders\"]\n",
        &["\"gap\" wants two members of the split | write gap = [\"leaders\", \"others\"]: the first less the second"],
    );
    check("splitt = \"state\"\n", &["unknown key \"splitt\" | did you mean \"split\"?"]);
}

#[test]
fn a_quantile_must_be_named_by_the_kpi_or_by_each_choice() {
    let statistic = "[option.statistic]\nmedian = { quantile = 0.5 }\n";
    let kpi = read(&format!("value = \"quantile\"\n{statistic}p90 = {{ quantile = 0.9 }}\n")).expect("right");
    let p90 = kpi.chosen(&[("statistic".to_string(), "p90".to_string())].into()).expect("there is one");
    assert_eq!((kpi.value_of, p90.quantile), (ValueOf::Quantile, Some(0.9)));
    let nothing = "the value is a quantile, and nothing says which | add quantile = 0.5, here or to each choice";
    check("value = \"quantile\"\n", &[nothing]);
    check(&format!("value = \"quantile\"\n{statistic}mean = {{}}\n"), &[nothing]);
    check("[option.statistic]\nmedian = { value = \"quantile\" }\n", &[nothing]);
    check("quantile = 50\n", &["\"quantile\" cannot be 50 | it lies between 0 and 1: 0.5 is the median"]);
}

#[test]
fn a_choice_can_leave_less_to_cut_by() {
    let kpi = read("[option.measure]\namount = {}\nattainment = { dimensions = [] }\n").expect("right");
    let chosen = |word: &str| kpi.chosen(&[("measure".to_string(), word.to_string())].into()).expect("there is one");
    assert_eq!((chosen("amount").dimensions, chosen("attainment").dimensions), (vec!["grade".to_string()], vec![]));
}

#[test]
fn the_first_choice_is_the_default_whether_or_not_it_is_said() {
    let kpi = read("[option.measure]\namount = {}\ncount = {}\n[option.window]\n").expect("right");
    let asked = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    assert!(kpi.is_by_default(&asked(&[])) && kpi.is_by_default(&asked(&[("measure", "amount")])));
    assert!(!kpi.is_by_default(&asked(&[("measure", "count")])));
    assert!(!kpi.is_by_default(&asked(&[("measure", "amount"), ("window", "28")])));
}
