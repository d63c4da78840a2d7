//! What can be learned from SQL text without an engine: its `$names` and the relations it reads.

use sqlparser::ast::{Expr, ObjectName, Query, Statement, Value, Visit, Visitor};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// What one SELECT reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reads {
    /// Relations by name, `landing.x` as written; names of its own CTEs are left out.
    pub relations: BTreeSet<String>,
    /// `$from` as `from`.
    pub parameters: BTreeSet<String>,
    /// `grade IN ($grade)` as `grade` → `grade`: what is looked up in a list of this one parameter.
    pub looked_up: BTreeMap<String, String>,
}

/// # Errors
/// The parser's words, with line and column in them, or that it is no single SELECT.
pub fn reads(sql: &str) -> Result<Reads, String> {
    let in_words = |e: ParserError| e.to_string().trim_start_matches("sql parser error: ").to_string();
    let statements = Parser::parse_sql(&GenericDialect {}, sql).map_err(in_words)?;
    let [Statement::Query(query)] = &statements[..] else {
        return Err("it is not one SELECT".into());
    };
    let mut found = Finder::default();
    let _: ControlFlow<()> = query.visit(&mut found);
    let relations = found.relations.difference(&found.own).cloned().collect();
    Ok(Reads { relations, parameters: found.parameters, looked_up: found.looked_up })
}

/// Line and column (from 1) of the first `$name` in `sql`; `None` if it is not there.
pub fn place_of_parameter(sql: &str, name: &str) -> Option<(usize, usize)> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().ok()?;
    let wanted = format!("${name}");
    let found = tokens.iter().find(|t| matches!(&t.token, Token::Placeholder(p) if *p == wanted))?;
    Some((found.span.start.line as usize, found.span.start.column as usize))
}

/// Line and column (from 1) of the first place where `sql` says the name `word`; `None` if it does not.
pub fn place_of_word(sql: &str, word: &str) -> Option<(usize, usize)> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().ok()?;
    let found = tokens.iter().find(|t| matches!(&t.token, Token::Word(w) if w.value == word))?;
    Some((found.span.start.line as usize, found.span.start.column as usize))
}

#[derive(Default)]
struct Finder {
    relations: BTreeSet<String>,
    own: BTreeSet<String>,
    parameters: BTreeSet<String>,
    looked_up: BTreeMap<String, String>,
}

impl Visitor for Finder {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.own.insert(cte.alias.name.value.clone());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let parts = relation.0.iter().map(|part| part.to_string().trim_matches('"').to_string());
        self.relations.insert(parts.collect::<Vec<_>>().join("."));
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Value(value) = expr
            && let Value::Placeholder(name) = &value.value
        {
            self.parameters.insert(name.trim_start_matches('$').to_string());
        }
        if let Expr::InList { expr: column, list, .. } = expr
            && let [Expr::Value(value)] = &list[..]
            && let Value::Placeholder(name) = &value.value
        {
            self.looked_up.insert(name.trim_start_matches('$').to_string(), column.to_string());
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_and_parameters_are_found_and_ctes_are_not_relations() {
        let sql =
            "WITH p AS (SELECT 1 FROM people WHERE d < $to)\nSELECT * FROM p JOIN landing.x ON true WHERE a = $as_of";
        let found = reads(sql).expect("it is SQL");
        assert_eq!(found.relations.iter().map(String::as_str).collect::<Vec<_>>(), ["landing.x", "people"]);
        assert_eq!(found.parameters.iter().map(String::as_str).collect::<Vec<_>>(), ["as_of", "to"]);
        assert_eq!(place_of_parameter(sql, "as_of"), Some((2, 50)));
        assert_eq!(place_of_word(sql, "people"), Some((1, 26)));
        let looked_up = reads("SELECT 1 FROM t WHERE t.grade IN ($grade) AND a IN ($b, 'c')").expect("SQL").looked_up;
        assert_eq!(looked_up.into_iter().collect::<Vec<_>>(), [("grade".to_string(), "t.grade".to_string())]);
    }

    #[test]
    fn two_statements_or_a_write_are_refused() {
        assert!(reads("SELECT 1; SELECT 2").is_err());
        assert!(reads("DELETE FROM people").is_err());
    }
}
