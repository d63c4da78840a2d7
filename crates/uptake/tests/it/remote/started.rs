//! A server that others wrote, started for a story.

use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// It ends when dropped.
pub struct Started {
    program: Child,
    pub port: u16,
}

impl Started {
    /// Whatever `command` starts tells on which port of loopback it listens, once it does.
    pub fn by(mut command: Command) -> Started {
        let (told, tell) = std::io::pipe().expect("a pipe");
        command.stdin(Stdio::null()).stdout(tell.try_clone().expect("a pipe")).stderr(tell);
        let program = command.spawn().expect("it starts");
        // What is still open on our side of the pipe would keep the reader from its end.
        drop(command);
        // Made before it is asked for its port, so that it ends also where it never tells one.
        let mut started = Started { program, port: 0 };
        started.port = port(told);
        started
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The port that a starting server tells; it listens by then. Somebody reads on, or it would wait on a full pipe.
fn port(told: PipeReader) -> u16 {
    let (say, said) = mpsc::channel();
    std::thread::spawn(move || BufReader::new(told).lines().map_while(Result::ok).for_each(|line| _ = say.send(line)));
    let mut before = vec![];
    loop {
        let Ok(line) = said.recv_timeout(Duration::from_secs(60)) else {
            panic!("it never listens: {}", before.join("\n"));
        };
        match line.split_once(" http://127.0.0.1:") {
            Some((_, port)) => return port.trim().parse().expect("a port"),
            None => before.push(line),
        }
    }
}
