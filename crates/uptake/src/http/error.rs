//! What can go wrong with a request, and the one place that knows which status that is.

use crate::query::Wrong;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use uptake_lake::AnswerError;
use uptake_spec::Problem;

/// A request without the answer it wanted.
#[derive(Debug)]
pub enum Trouble {
    NoSuchPage {
        asked: String,
        /// Slug and title of the pages there are.
        pages: Vec<(String, String)>,
    },
    NoSuchBlock {
        asked: String,
        page: String,
        /// What there is instead: `worked.csv`.
        files: Vec<String>,
    },
    NoSuchFont,
    /// Somebody wanted to write.
    OnlyRead,
    /// The viewer's choice cannot be meant so.
    WrongQuery {
        page: String,
        wrong: Vec<Wrong>,
    },
    /// Somebody asked under a name that is not ours.
    NotThisHost {
        /// Where we listen.
        address: SocketAddr,
    },
    /// The page's own file has mistakes, and there was never a sound one.
    Mistaken {
        page: String,
        mistakes: Vec<Problem>,
    },
    /// A block whose data was asked for by itself, and is not to be had.
    NoAnswer {
        status: StatusCode,
        why: String,
    },
    /// Our own fault.
    Broken,
}

impl Trouble {
    pub fn no_answer(error: &AnswerError) -> Trouble {
        let status = match error {
            AnswerError::NotLoaded { .. } => StatusCode::NOT_FOUND,
            wrong if wrong.mistake().is_some() => StatusCode::BAD_REQUEST,
            AnswerError::TimedOut { .. } | AnswerError::TooLarge(_) => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Trouble::NoAnswer { status, why: error.to_string() }
    }

    pub fn response(&self) -> Response {
        (self.status(), [(CONTENT_TYPE, "text/html; charset=utf-8")], self.page()).into_response()
    }

    fn status(&self) -> StatusCode {
        match self {
            Trouble::NoSuchPage { .. } | Trouble::NoSuchBlock { .. } | Trouble::NoSuchFont => StatusCode::NOT_FOUND,
            Trouble::OnlyRead => StatusCode::METHOD_NOT_ALLOWED,
            Trouble::WrongQuery { .. } => StatusCode::BAD_REQUEST,
            Trouble::NotThisHost { .. } => StatusCode::MISDIRECTED_REQUEST,
            Trouble::NoAnswer { status, .. } => *status,
            Trouble::Mistaken { .. } | Trouble::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn page(&self) -> String {
        match self {
            Trouble::NoSuchPage { asked, pages } => {
                let links = pages.iter().map(|(slug, title)| link(&format!("/d/{slug}"), title));
                told(&format!("There is no page \"{asked}\""), "These pages there are:", links)
            }
            Trouble::NoSuchBlock { asked, page, files } => {
                let links = files.iter().map(|file| link(&format!("/c/{page}/{file}"), file));
                told(&format!("There is no \"{asked}\" on the page \"{page}\""), "These there are:", links)
            }
            Trouble::NoSuchFont => told("There is no such font", "", []),
            Trouble::OnlyRead => told("Pages are only read", "Ask for them with GET.", [link("/", "All pages")]),
            Trouble::WrongQuery { page, wrong } => {
                let mistakes =
                    wrong.iter().map(|Wrong { what, hint }| format!("{}<br>{}", escaped(what), escaped(hint)));
                let way_out = link(&format!("/d/{page}"), "Show the page without any choice");
                told("The page cannot be shown like this", "", mistakes.chain([way_out]))
            }
            Trouble::NotThisHost { address } => {
                let way_out = format!("uptake answers on this machine only: http://{address}");
                told("This is not the server you asked for", &way_out, [])
            }
            Trouble::Mistaken { page, mistakes } => {
                let lines = mistakes.iter().map(|problem| escaped(&problem.to_string()).replace('\n', "<br>"));
                told(&format!("The page \"{page}\" has mistakes"), "It shows as soon as they are mended.", lines)
            }
            Trouble::NoAnswer { why, .. } => told("There is no answer", why, [link("/", "All pages")]),
            Trouble::Broken => {
                told("Something broke", "It is in the server's log. Other pages go on.", [link("/", "All pages")])
            }
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        self.response()
    }
}

/// A page of words; `lines` are HTML, the other two are not.
fn told(title: &str, words: &str, lines: impl IntoIterator<Item = String>) -> String {
    let title = escaped(title);
    let words = if words.is_empty() { String::new() } else { format!("<p>{}</p>\n", escaped(words)) };
    let lines: String = lines.into_iter().map(|line| format!("<li>{line}</li>\n")).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"icon\" href=\"{icon}\">\n<style>{style}</style>\n</head>\n<body>\n<main id=\"main\">\n<h1>{title}</h1>\n\
         {words}<ul>\n{lines}</ul>\n</main>\n</body>\n</html>\n",
        icon = uptake_draw::ICON,
        style = uptake_draw::stylesheet(),
    )
}

fn link(to: &str, words: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(to), escaped(words))
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut html, c| {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
        html
    })
}
