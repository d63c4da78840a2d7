//! The table of figures: what, how much, its goal, and who was beside it.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// One row.
#[derive(Debug, Clone)]
pub struct Figure {
    pub what: String,
    pub measured: Measured,
    pub goal: Option<Goal>,
    pub peer: Option<Peer>,
}

/// What a peer took for the same, in the same unit; then the ratio decides.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    pub took: Measured,
    /// The most that ours may be of it.
    pub most: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub enum Measured {
    Time(Duration),
    /// Of memory.
    Bytes(u64),
    /// Something counted, such as rows or pages.
    PerSecond(f64),
}

#[derive(Debug, Clone, Copy)]
pub enum Goal {
    Below(Measured),
    AtLeast(Measured),
}

#[derive(Default)]
pub struct Sheet(Vec<Figure>);

pub const fn ms(ms: u64) -> Option<Goal> {
    Some(Goal::Below(Measured::Time(Duration::from_millis(ms))))
}

pub const fn mega_bytes(mega_bytes: u64) -> Option<Goal> {
    Some(Goal::Below(Measured::Bytes(mega_bytes * 1_000_000)))
}

impl Sheet {
    pub fn time(&mut self, what: impl Into<String>, took: Duration, goal: Option<Goal>) {
        self.add(Figure { what: what.into(), measured: Measured::Time(took), goal, peer: None });
    }

    pub fn bytes(&mut self, what: impl Into<String>, bytes: u64, goal: Option<Goal>) {
        self.add(Figure { what: what.into(), measured: Measured::Bytes(bytes), goal, peer: None });
    }

    pub fn per_second(&mut self, what: impl Into<String>, per_second: f64, goal: Option<Goal>) {
        self.add(Figure { what: what.into(), measured: Measured::PerSecond(per_second), goal, peer: None });
    }

    pub fn beside(&mut self, what: impl Into<String>, ours: Measured, theirs: Measured) {
        self.within(what, ours, theirs, 1.0);
    }

    /// As [`Sheet::beside`], where ours may be at most so many times theirs.
    pub fn within(&mut self, what: impl Into<String>, ours: Measured, theirs: Measured, most: f64) {
        self.add(Figure { what: what.into(), measured: ours, goal: None, peer: Some(Peer { took: theirs, most }) });
    }

    /// Tells it on stderr at once as well: a run takes minutes.
    fn add(&mut self, figure: Figure) {
        eprintln!("{figure}");
        self.0.push(figure);
    }
}

impl Figure {
    /// Empty where nothing is to be reached.
    fn verdict(&self) -> &'static str {
        let holds = match (self.peer, self.goal) {
            (Some(peer), _) => self.ratio(peer) <= peer.most,
            (None, Some(Goal::Below(most))) => self.measured < most,
            (None, Some(Goal::AtLeast(least))) => self.measured >= least,
            (None, None) => return "",
        };
        if holds { "ok" } else { "over" }
    }

    fn goal(&self) -> String {
        match (self.peer, self.goal) {
            (Some(Peer { most: 1.0, .. }), _) => "the peer's".into(),
            (Some(Peer { most, .. }), _) => format!("{most} of the peer's"),
            (None, Some(Goal::Below(most))) => format!("< {most}"),
            (None, Some(Goal::AtLeast(least))) => format!("≥ {least}"),
            (None, None) => String::new(),
        }
    }

    fn peer(&self) -> (String, String) {
        let Some(peer) = self.peer else { return Default::default() };
        (peer.took.to_string(), format!("{:.2}", self.ratio(peer)))
    }

    fn ratio(&self, peer: Peer) -> f64 {
        self.measured.number() / peer.took.number()
    }
}

impl Measured {
    fn number(self) -> f64 {
        match self {
            Measured::Time(took) => took.as_secs_f64(),
            Measured::Bytes(bytes) => bytes as f64,
            Measured::PerSecond(count) => count,
        }
    }
}

impl Display for Measured {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Measured::Time(took) if *took >= Duration::from_secs(10) => write!(f, "{:.1} s", took.as_secs_f64()),
            Measured::Time(took) if *took >= Duration::from_millis(10) => write!(f, "{} ms", took.as_millis()),
            Measured::Time(took) => write!(f, "{:.2} ms", took.as_secs_f64() * 1e3),
            Measured::Bytes(bytes) => write!(f, "{} MB", bytes / 1_000_000),
            Measured::PerSecond(count) => write!(f, "{count:.0} /s"),
        }
    }
}

impl Display for Figure {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let (peer, ratio) = self.peer();
        let (measured, goal, verdict) = (self.measured, self.goal(), self.verdict());
        write!(f, "| {} | {measured} | {goal} | {verdict} | {peer} | {ratio} |", self.what)
    }
}

impl Display for Sheet {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        writeln!(f, "| what | ours | goal | | the peer's | ours ÷ theirs |\n| --- | --- | --- | --- | --- | --- |")?;
        self.0.iter().try_for_each(|figure| writeln!(f, "{figure}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(measured: u64, goal: Option<Goal>, peer: Option<u64>) -> String {
        let time = |ms| Measured::Time(Duration::from_millis(ms));
        let peer = peer.map(|ms| Peer { took: time(ms), most: 1.0 });
        Figure { what: "w".into(), measured: time(measured), goal, peer }.to_string()
    }

    #[test]
    fn a_goal_is_met_or_not_and_a_peer_decides() {
        assert_eq!(row(99, ms(100), None), "| w | 99 ms | < 100 ms | ok |  |  |");
        assert_eq!(row(100, ms(100), None), "| w | 100 ms | < 100 ms | over |  |  |");
        assert_eq!(row(100, ms(50), Some(200)), "| w | 100 ms | the peer's | ok | 200 ms | 0.50 |");
        assert_eq!(row(300, None, Some(200)), "| w | 300 ms | the peer's | over | 200 ms | 1.50 |");
        assert_eq!(row(5, None, None), "| w | 5.00 ms |  |  |  |  |");
        let peer = Some(Peer { took: Measured::Bytes(10_000_000), most: 1.05 });
        let figure = Figure { what: "w".into(), measured: Measured::Bytes(11_000_000), goal: None, peer };
        assert_eq!(figure.to_string(), "| w | 11 MB | 1.05 of the peer's | over | 10 MB | 1.10 |");
    }
}
