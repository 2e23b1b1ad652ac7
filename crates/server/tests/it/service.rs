//! What the service manager hears: ready when the port answers, reloading, alive, stopping.

use std::os::unix::net::UnixDatagram;
use std::process::Stdio;

use crate::program::{Program, gridfolio, request};

struct Manager {
    socket: UnixDatagram,
    folder: tempfile::TempDir,
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        Self { socket, folder }
    }

    fn serve(&self) -> std::process::Command {
        let mut command = gridfolio();
        command.args(["serve", "--data"]).arg(self.folder.path().join("data"));
        command.env("NOTIFY_SOCKET", self.folder.path().join("notify"));
        command
    }

    /// The next message that is not a sign of life.
    fn hears(&self) -> String {
        loop {
            let message = self.next();
            if message != "WATCHDOG=1\n" {
                return message;
            }
        }
    }

    fn next(&self) -> String {
        let mut bytes = [0; 512];
        let length = self.socket.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }
}

#[test]
fn it_is_ready_when_the_port_answers_and_says_when_it_stops() {
    let manager = Manager::new();
    let program = Program::start(manager.serve(), "listens on ");
    assert_eq!(manager.hears(), "READY=1\n");
    assert_eq!(request(&program.address, "GET", "/ready", None, "").0, 200);
    program.signal("HUP");
    let reloading = manager.hears();
    assert!(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{reloading}");
    assert_eq!(manager.hears(), "READY=1\n");
    program.signal("TERM");
    assert_eq!(manager.hears(), "STOPPING=1\n");
    assert!(program.stop_told().success());
}

#[test]
fn it_gives_signs_of_life_where_they_are_asked_for() {
    let manager = Manager::new();
    let mut command = manager.serve();
    command.env("WATCHDOG_USEC", "20000");
    let program = Program::start(command, "listens on ");
    let mut alive = 0;
    while alive < 3 {
        alive += usize::from(manager.next() == "WATCHDOG=1\n");
    }
    // Somebody goes on listening, as systemd does: a socket that is full holds up who speaks into it.
    let listening = manager.socket.try_clone().unwrap();
    std::thread::spawn(move || while listening.recv(&mut [0; 64]).is_ok() {});
    assert!(program.stop().success());
}

#[test]
fn a_server_that_cannot_open_its_data_is_never_ready() {
    let manager = Manager::new();
    let mut command = manager.serve();
    let output = command
        .args(["--listen", "127.0.0.1:0", "--database", "mysql://nowhere/none"])
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(!output.status.success());
    manager.socket.set_nonblocking(true).unwrap();
    let nothing = manager.socket.recv(&mut [0; 16]).unwrap_err();
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
}
