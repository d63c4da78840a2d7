//! The column that always stands in a KPI's answer: state, stage, reason, bar.

use crate::fields::Fields;

/// A column of the facts, beside those that were asked by `by`; its members are never added up.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    pub column: String,
    /// The member that tiles and prose tell of; `None`: the only one, where there is only one.
    pub headline: Option<String>,
    /// Further members, made from two of the others.
    pub differences: Vec<Difference>,
}

/// `gap = ["leaders", "others"]`: the value of leaders less that of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub name: String,
    pub of: String,
    pub less: String,
}

impl Split {
    /// Whether tiles and prose tell the distance between two members.
    pub fn tells_a_difference(&self) -> bool {
        self.headline.as_ref().is_some_and(|told| self.differences.iter().any(|one| one.name == *told))
    }
}

/// Reads `split`, `headline` and `[difference]`.
pub(super) fn read_split(f: &Fields, dimensions: &[String]) -> Option<Split> {
    let (column, headline) = (f.text("split"), f.text("headline"));
    let differences = f.table("difference", |f| Some(read_differences(f))).unwrap_or_default();
    let Some(column) = column else {
        for key in ["headline", "difference"].into_iter().filter(|key| f.has(key) && !f.has("split")) {
            let hint = "add -- split = \"…\", the column whose members it names";
            f.object(key, format!("\"{key}\" stands without \"split\""), hint);
        }
        return None;
    };
    if dimensions.contains(&column) {
        let hint = format!("leave it out of dimensions: {column} always stands in the answer");
        f.object("split", format!("\"{column}\" is the split and a dimension"), hint);
    }
    Some(Split { column, headline, differences })
}

fn read_differences(f: &Fields) -> Vec<Difference> {
    let mut differences = vec![];
    for (name, members) in f.all_texts() {
        match <[String; 2]>::try_from(members) {
            Ok([of, less]) => differences.push(Difference { name, of, less }),
            Err(_) => {
                let hint = format!("write {name} = [\"leaders\", \"others\"]: the first less the second");
                f.object(&name, format!("\"{name}\" wants two members of the split"), hint);
            }
        }
    }
    differences
}
