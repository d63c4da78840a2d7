//! A proxy on loopback that lets requests meet what they meet on networks and at busy servers.

use crate::bucket::{Environment, environment};
use crate::remote::message::Message;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::Duration;

/// What a request can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// 503, and nothing was done.
    Busy,
    /// The connection ends, and nothing was done.
    Dropped,
    /// It was done, and the connection ends.
    Unheard,
    /// It was done, and the answer breaks off in its midst.
    Cut,
    /// It was done, and the answer takes its time.
    Late,
}

/// In the order in which they come.
pub const TROUBLES: [Trouble; 5] = [Trouble::Busy, Trouble::Dropped, Trouble::Unheard, Trouble::Cut, Trouble::Late];

const LATE: Duration = Duration::from_millis(200);

/// How many requests met each trouble.
pub type Met = BTreeMap<Trouble, usize>;

/// It listens until the program ends.
pub struct Proxy {
    port: u16,
    way: Arc<Way>,
}

struct Way {
    to: u16,
    traffic: Mutex<Traffic>,
    /// Whose request creates a key, holds it: S3 lets one of two do that, and moto, which looks first and writes then, maybe both.
    creating: Mutex<()>,
}

#[derive(Default)]
struct Traffic {
    requests: usize,
    /// Each n-th request meets trouble; 0 for none.
    each: usize,
    met: Met,
}

impl Proxy {
    pub fn before(port: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let own = listener.local_addr().expect("it is bound").port();
        let way = Arc::new(Way { to: port, traffic: Mutex::default(), creating: Mutex::default() });
        let passing = way.clone();
        spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let way = passing.clone();
                // Who hangs up on us gets no answer.
                spawn(move || _ = way.pass(&client));
            }
        });
        Proxy { port: own, way }
    }

    pub fn environment(&self) -> Environment {
        environment(self.port)
    }

    /// From now on each `each`-th request meets one trouble after the other; 0 ends it. Gives how many met which so far.
    pub fn trouble_each(&self, each: usize) -> Met {
        let mut traffic = self.way.traffic.lock().expect("no holder panics");
        traffic.each = each;
        traffic.met.clone()
    }
}

impl Way {
    fn pass(&self, mut client: &TcpStream) -> io::Result<()> {
        let Some(request) = Message::read(client)? else { return Ok(()) };
        let trouble = self.trouble();
        match trouble {
            Some(Trouble::Busy) => return client.write_all(BUSY.as_bytes()),
            Some(Trouble::Dropped) => return Ok(()),
            _ => {}
        }
        let creates = request.header("if-none-match") == Some("*");
        let one = creates.then(|| self.creating.lock().expect("no holder panics"));
        let answer = request.answered(self.to)?.bytes();
        drop(one);
        match trouble {
            Some(Trouble::Unheard) => Ok(()),
            Some(Trouble::Cut) => client.write_all(&answer[..answer.len() / 2]),
            Some(Trouble::Late) => {
                sleep(LATE);
                client.write_all(&answer)
            }
            _ => client.write_all(&answer),
        }
    }

    /// What the next request meets.
    fn trouble(&self) -> Option<Trouble> {
        let mut traffic = self.traffic.lock().expect("no holder panics");
        traffic.requests += 1;
        if traffic.each == 0 || !traffic.requests.is_multiple_of(traffic.each) {
            return None;
        }
        let trouble = TROUBLES[traffic.met.values().sum::<usize>() % TROUBLES.len()];
        *traffic.met.entry(trouble).or_default() += 1;
        Some(trouble)
    }
}

const BUSY: &str = "HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n\
    <Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
