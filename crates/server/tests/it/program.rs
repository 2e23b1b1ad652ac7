//! The binary as a person meets it: first start, people, configuration, health check of the set-up, clean stop.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use serde_json::Value;

/// A running `gridfolio`; killed if a test fails before it is stopped.
pub(crate) struct Program {
    child: Child,
    /// The lines it printed until it listened.
    pub(crate) said: Vec<String>,
    /// `127.0.0.1:PORT`
    pub(crate) address: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn gridfolio() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gridfolio"));
    command.stdin(Stdio::null());
    command
}

impl Program {
    /// Starts it on a free port and waits for the line that ends in its address.
    pub(crate) fn start(mut command: Command, until: &str) -> Self {
        let mut child = command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        let address = loop {
            let line = lines.next().unwrap_or_else(|| panic!("it ended after {said:?}")).unwrap();
            let found = line
                .split_once(until)
                .map(|(_, rest)| rest.split_once("://").unwrap_or(("", rest)).1.to_owned());
            said.push(line);
            if let Some(address) = found {
                break address;
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, said, address }
    }

    /// What it logs, if the command's standard error was piped; asked for once.
    pub(crate) fn errors(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.child.stderr.take().unwrap())
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Tells it to stop and waits.
    pub(crate) fn stop(self) -> std::process::ExitStatus {
        self.signal("TERM");
        self.stop_told()
    }

    /// Waits for its end; it was told already.
    pub(crate) fn stop_told(mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }
}

/// One request over a plain connection; status and body.
pub(crate) fn request(
    address: &str,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: &str,
) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let auth = token.map(|t| format!("Authorization: {t}\r\n")).unwrap_or_default();
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{auth}Content-Length: {length}\r\n\r\n{body}")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("{answer}"));
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, body.to_owned())
}

/// The id token of a person, by the Cognito protocol.
pub(crate) fn sign_in(address: &str, client_id: &str, email: &str, password: &str) -> String {
    let body = serde_json::json!({"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client_id,
        "AuthParameters": {"USERNAME": email, "PASSWORD": password}})
    .to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         X-Amz-Target: AWSCognitoIdentityProviderService.InitiateAuth\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let answer: Value = serde_json::from_str(body).unwrap();
    answer["AuthenticationResult"]["IdToken"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

fn run(folder: &Path, words: &[&str]) -> Output {
    gridfolio().args(words).arg("--data").arg(folder).output().unwrap()
}

#[test]
fn the_first_start_says_how_to_add_an_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(&data);
    let program = Program::start(command, "listens on ");
    assert_eq!(request(&program.address, "GET", "/health", None, "").0, 200);
    assert_eq!(request(&program.address, "GET", "/ready", None, "").0, 200);
    assert_eq!(request(&program.address, "GET", "/projects", None, "").0, 401);
    assert!(program.stop().success(), "it stops cleanly");
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(data.join("secret.key")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!data.join("gridfolio.db-wal").exists(), "a clean stop leaves one file");
    let again = Program::start(
        {
            let mut command = gridfolio();
            command.args(["serve", "--data"]).arg(&data);
            command
        },
        "user add EMAIL",
    );
    assert!(again.said.iter().any(|line| line.contains("There is no user yet")), "{:?}", again.said);
}

#[test]
fn people_are_added_listed_and_get_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let add = |email: &str, password: &str| {
        let mut child = gridfolio()
            .args(["user", "add", email, "--first", "F", "--last", "L", "--password-stdin", "--data"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    assert!(add("one@example.org", "long enough for me").status.success());
    let twice = add("One@example.org", "long enough for me");
    assert!(!twice.status.success() && text(&twice).contains("exists already"), "{}", text(&twice));
    assert!(text(&add("two@example.org", "short")).contains("at least 12 characters"));
    assert!(text(&add("no address", "long enough for me")).contains("email: "));
    assert!(text(&add("three@example.org", "")).contains("holds no password"));
    let made =
        run(folder.path(), &["user", "add", "admin@example.org", "--first", "A", "--last", "B", "--admin"]);
    assert!(text(&made).contains("password: "), "{}", text(&made));
    let listed = text(&run(folder.path(), &["user", "list"]));
    assert!(
        listed.contains("administrator     admin@example.org")
            && listed.contains("viewer            one@example.org"),
        "{listed}"
    );
    assert!(run(folder.path(), &["user", "password", "one@example.org"]).status.success());
    let nobody = run(folder.path(), &["user", "password", "nobody@example.org"]);
    assert!(!nobody.status.success() && text(&nobody).contains("there is no user"), "{}", text(&nobody));
}

#[test]
fn configuration_comes_from_flag_variable_and_file_and_a_bad_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gridfolio.toml");
    let migrate = |toml: &str, variable: Option<(&str, &str)>| {
        fs::write(&file, toml).unwrap();
        let mut command = gridfolio();
        command.args(["migrate", "--data"]).arg(folder.path()).envs(variable);
        let output = command.output().unwrap();
        (output.status.success(), text(&output))
    };
    assert!(migrate("log = \"warn\"\n[identity]\npool_id = \"us-east-1_X\"\n", None).0);
    for (toml, variable, named) in [
        ("lissten = \"x\"", None, "unknown key lissten"),
        ("[identity]\npoolid = \"x\"", None, "unknown key identity.poolid"),
        ("log = [1]", None, "log: must be a text"),
        ("log = ", None, "gridfolio.toml"),
        ("", Some(("GRIDFOLIO_LISTN", "x")), "unknown variable GRIDFOLIO_LISTN"),
        ("log = \"a=b=c\"", None, "log: "),
        ("", Some(("GRIDFOLIO_LOG", "a=b=c")), "log: "),
    ] {
        let (success, said) = migrate(toml, variable);
        assert!(!success && said.contains(named), "{toml} {variable:?}: {said}");
    }
    let (_, said) = migrate("log = \"warn\"\ndatabase = \"postgres://u:secret@h/d\n", None);
    assert!(said.contains("gridfolio.toml: line 2: ") && !said.contains("secret"), "{said}");
    fs::write(&file, "listen = \"nowhere\"").unwrap();
    let said = text(&gridfolio().args(["serve", "--data"]).arg(folder.path()).output().unwrap());
    assert!(said.contains("gridfolio.toml: listen: invalid value \"nowhere\""), "{said}");
    fs::write(&file, "").unwrap();
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(folder.path()).env("GRIDFOLIO_LISTEN", "1.2.3");
    let said = text(&command.output().unwrap());
    assert!(said.contains("GRIDFOLIO_LISTEN: invalid value \"1.2.3\""), "{said}");
}

#[test]
fn a_pool_id_cannot_change_later() {
    let folder = tempfile::tempdir().unwrap();
    let start = |pool: &str| {
        let mut command = gridfolio();
        command.args(["serve", "--identity-pool-id", pool, "--data"]).arg(folder.path());
        command
    };
    Program::start(start("us-east-1_First"), "listens on ").stop();
    let refused = text(&start("us-east-1_Second").args(["--listen", "127.0.0.1:0"]).output().unwrap());
    assert!(refused.contains("identity.pool_id") && refused.contains("us-east-1_First"), "{refused}");
}

#[test]
fn a_command_before_the_first_start_keeps_the_configured_pool() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("gridfolio.toml"), "[identity]\npool_id = \"us-east-1_MINE\"\n").unwrap();
    let added = run(folder.path(), &["user", "add", "a@example.org", "--first", "A", "--last", "B"]);
    assert!(added.status.success(), "{}", text(&added));
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(folder.path());
    let program = Program::start(command, "listens on ");
    let (_, facts) = request(&program.address, "GET", "/users/authentication", None, "");
    assert!(facts.contains("us-east-1_MINE"), "{facts}");
}

#[test]
fn a_bad_pool_id_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |pool: &str| {
        let mut command = gridfolio();
        command.args(["serve", "--identity-pool-id", pool, "--data"]).arg(folder.path());
        command
    };
    let refused = text(&serve("bad").args(["--listen", "127.0.0.1:0"]).output().unwrap());
    assert!(refused.contains("must have the form us-east-1_NAME"), "{refused}");
    Program::start(serve("us-east-1_Good"), "listens on ").stop();
}

#[test]
fn the_demo_keeps_out_of_data_that_is_somebodys() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["user", "add", "a@example.org", "--first", "A", "--last", "B"]);
    let refused = text(&run(folder.path(), &["demo", "--listen", "127.0.0.1:0"]));
    assert!(refused.contains("has people of its own"), "{refused}");
    assert!(!folder.path().join("demo.json").exists());
}

#[test]
fn a_client_that_never_ends_does_not_keep_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(folder.path());
    let program = Program::start(command, "listens on ");
    let mut stream = TcpStream::connect(&program.address).unwrap();
    write!(stream, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n").unwrap();
    assert_eq!(request(&program.address, "GET", "/health", None, "").0, 200);
    assert!(program.stop().success());
    drop(stream);
}

#[test]
fn doctor_says_what_is_wrong_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let doctor = || {
        let output = run(&data, &["doctor"]);
        (output.status.success(), text(&output))
    };
    let (right, said) = doctor();
    assert!(!right && said.contains("there is no data folder"), "{said}");
    run(&data, &["user", "add", "a@example.org", "--first", "A", "--last", "B"]);
    let (right, said) = doctor();
    assert!(right && said.contains("1 users") && said.contains("is private"), "{said}");
    fs::set_permissions(data.join("secret.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let (right, said) = doctor();
    assert!(!right && said.contains("chmod go-rwx"), "{said}");
    fs::remove_file(data.join("gridfolio.db")).unwrap();
    let (right, said) = doctor();
    assert!(!right && said.contains("there is no database yet"), "{said}");
}

#[test]
fn the_documents_are_printed() {
    let output = gridfolio().arg("openapi").output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["paths"]["/projects"].is_object());
    let operations = text(&gridfolio().args(["openapi", "--operations"]).output().unwrap());
    assert!(operations.contains("GET /projects list_projects catalogue\n"), "{operations}");
}

#[test]
fn the_demo_is_made_once_and_served_again() {
    let folder = tempfile::tempdir().unwrap();
    let demo = || {
        let mut command = gridfolio();
        command.args(["demo", "--data"]).arg(folder.path());
        let program = Program::start(command, "Gridfolio demo on ");
        let facts: Value =
            serde_json::from_str(&fs::read_to_string(folder.path().join("demo.json")).unwrap()).unwrap();
        let answers = DEMO.map(|path| {
            let (status, body) = request(&program.address, "GET", path, facts["idToken"].as_str(), "");
            assert_eq!(status, 200, "{body}");
            serde_json::from_str::<Value>(&body).unwrap()
        });
        assert!(program.stop().success());
        (facts, answers)
    };
    let (first, answers) = demo();
    look_at_the_demo(&answers);
    let (second, again) = demo();
    assert_eq!((&first["password"], &first["poolId"]), (&second["password"], &second["poolId"]));
    assert_ne!(first["idToken"], second["idToken"]);
    assert_eq!(answers, again);
    assert_eq!(fs::metadata(folder.path().join("demo.json")).unwrap().permissions().mode() & 0o777, 0o600);
    for name in ["url", "email", "password", "idToken", "poolId", "clientId"] {
        assert!(first[name].is_string(), "{name}");
    }
}

/// What README calls, and what a new user looks at next.
const DEMO: [&str; 10] = [
    "/projects",
    "/energy/datums/projects/Orchard?start=2025-01-01&end=2026-01-01&aggregation=month",
    "/energy/datums?start=2025-06-21&end=2025-06-22&aggregation=hour",
    "/energy/datums/projects/SERF?start=2016-07-01&end=2016-10-01&aggregation=month",
    "/energy/datums/projects/Orchard?start=2025-03-09&end=2025-03-10&aggregation=hour",
    "/energy/datums/projects/Orchard?start=2025-11-02&end=2025-11-03&aggregation=hour",
    "/energy/datums/projects/Kaimana?start=2025-09-01&end=2026-01-01&aggregation=month",
    "/projects/Orchard/pro-forma",
    "/events?start=2025-01-01&end=2026-01-01",
    "/portfolios",
];

fn look_at_the_demo(answers: &[Value; 10]) {
    let [projects, year, fleet, serf, short, long, silent, pro_forma, events, portfolios] = answers;
    let codes: Vec<&Value> = projects["projects"].as_array().unwrap().iter().map(|p| &p["code"]).collect();
    assert_eq!(codes, ["Harbor", "Kaimana", "Lindau", "Orchard", "SERF", "Werk7"]);
    let buckets = |answer: &Value| answer["project"]["aggregatedTotals"].as_object().unwrap().clone();
    let months = buckets(year);
    let generation: f64 = months.values().map(|month| month["generation"].as_f64().unwrap()).sum();
    assert!(months.len() == 12 && (1.9e9..2.1e9).contains(&generation), "{generation} Wh of 1676 kW");
    let used: f64 = months.values().map(|month| month["consumption"].as_f64().unwrap()).sum();
    assert!((1.5e8..3e8).contains(&used), "{used} Wh");
    let members = |code: &str, name: &str| -> bool {
        let hours = fleet["projects"][code]["aggregatedTotals"].as_array().unwrap();
        let has = |hour: &Value| hour.as_object().unwrap().values().any(|totals| totals.get(name).is_some());
        hours.len() == 24 && hours.iter().any(has)
    };
    assert!(members("Werk7", "export") && members("Harbor", "storage") && members("Kaimana", "generation"));
    assert_eq!((buckets(serf).len(), buckets(short).len(), buckets(long).len()), (3, 23, 25));
    assert_eq!(buckets(silent).keys().collect::<Vec<_>>(), ["2025-09-01T00:00:00"]);
    let ppa = &pro_forma["proForma"]["cashFlows"][0];
    assert_eq!(
        (&ppa["account"], &ppa["payments"][0]["recurrence"]["startRate"]),
        (&"PPA/FIT".into(), &0.118.into())
    );
    assert_eq!(events["events"].as_array().unwrap().len(), 6);
    let names: Vec<&Value> =
        portfolios["portfolios"].as_array().unwrap().iter().map(|p| &p["name"]).collect();
    assert_eq!(names, ["Cooperatives", "United States"]);
}
