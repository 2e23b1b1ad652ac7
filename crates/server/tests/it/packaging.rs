//! What is around the program: completions, the Debian package, the container's health check, and the table of the
//! configuration in the documentation.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Arg;
use gridfolio_testkit::files;

use crate::program::{Program, gridfolio, request};
use crate::reference::succeeded;

const BINARY: &str = env!("CARGO_BIN_EXE_gridfolio");

fn run(command: &mut Command) -> String {
    succeeded(&command.output().unwrap())
}

/// Whether a shell can read a script.
fn is_read_by(shell: &str, script: &Path) -> bool {
    Command::new(shell).arg("-n").arg(script).status().unwrap().success()
}

#[test]
fn completions_are_scripts_that_know_the_subcommands() {
    let folder = tempfile::tempdir().unwrap();
    let script = |shell: &str| run(gridfolio().args(["completions", shell]));
    for shell in ["bash", "zsh", "fish"] {
        let text = script(shell);
        assert!(text.contains("doctor") && text.contains("trusted-proxies"), "{shell}: {text}");
    }
    let file = folder.path().join("gridfolio.bash");
    fs::write(&file, script("bash")).unwrap();
    assert!(is_read_by("bash", &file));
    let complete = format!(
        "source {}; COMP_WORDS=(gridfolio doc); COMP_CWORD=1; _gridfolio gridfolio doc gridfolio; echo \"${{COMPREPLY[*]}}\"",
        file.display()
    );
    assert_eq!(run(Command::new("bash").args(["-c", &complete])).trim(), "doctor");
    assert!(!gridfolio().args(["completions", "tcsh"]).output().unwrap().status.success());
}

#[test]
fn every_script_of_the_repository_can_be_read() {
    for folder in ["scripts", "packaging/debian"] {
        let mut seen = 0;
        for entry in fs::read_dir(files::repository(folder)).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let shell = if text.starts_with("#!/usr/bin/env bash\n") {
                "bash"
            } else if text.starts_with("#!/bin/sh\n") {
                "sh"
            } else {
                continue;
            };
            seen += 1;
            assert!(is_read_by(shell, &path), "{}", path.display());
        }
        assert!(seen > 2, "{folder}");
    }
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken");
    fs::write(&broken, "if true; then\n").unwrap();
    assert!(!is_read_by("bash", &broken));
}

fn package(folder: &Path) -> PathBuf {
    let script = files::repository("scripts/package-deb");
    let mut command = Command::new("bash");
    command.arg(script).arg(BINARY).arg(folder).env("PACKAGE_COMPRESSION", "none");
    run(&mut command).trim().into()
}

#[test]
fn the_debian_package_holds_a_program_that_serves_with_its_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let deb = package(folder.path());
    let info = run(Command::new("dpkg-deb").arg("--info").arg(&deb));
    for line in ["Package: gridfolio", "Depends: libc6 (>= 2.", "postinst", "prerm", "postrm", "conffiles"] {
        assert!(info.contains(line), "{line}: {info}");
    }
    let contents = run(Command::new("dpkg-deb").arg("--contents").arg(&deb));
    for (mode, path) in [
        ("-rwxr-xr-x root/root", "./usr/bin/gridfolio"),
        ("-rw-r--r-- root/root", "./lib/systemd/system/gridfolio.service"),
        ("-rw-r----- root/root", "./etc/gridfolio/gridfolio.toml"),
        ("-rw-r--r-- root/root", "./usr/share/bash-completion/completions/gridfolio"),
        ("-rw-r--r-- root/root", "./usr/share/doc/gridfolio/copyright"),
        ("-rw-r--r-- root/root", "./usr/share/doc/gridfolio/operations.md"),
    ] {
        let found = contents.lines().any(|line| line.starts_with(mode) && line.ends_with(path));
        assert!(found, "{mode} {path}: {contents}");
    }
    let (root, control) = (folder.path().join("root"), folder.path().join("control"));
    run(Command::new("dpkg-deb").arg("--extract").arg(&deb).arg(&root));
    run(Command::new("dpkg-deb").arg("--control").arg(&deb).arg(&control));
    assert_eq!(fs::read_to_string(control.join("conffiles")).unwrap(), "/etc/gridfolio/gridfolio.toml\n");
    let binary = root.join("usr/bin/gridfolio");
    let version = run(Command::new(&binary).arg("--version"));
    assert_eq!(version.trim(), concat!("gridfolio ", env!("CARGO_PKG_VERSION")));

    // The command of the unit, with the package's files in place of the system's.
    let unit = fs::read_to_string(root.join("lib/systemd/system/gridfolio.service")).unwrap();
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/gridfolio ")).unwrap();
    let configuration = root.join("etc/gridfolio/gridfolio.toml").display().to_string();
    let words: Vec<String> =
        start.split(' ').map(|word| word.replace("/etc/gridfolio/gridfolio.toml", &configuration)).collect();
    let mut command = Command::new(&binary);
    command.args(&words).arg("--data").arg(folder.path().join("data"));
    let program = Program::start(command, "listens on ");
    assert_eq!(request(&program.address, "GET", "/ready", None, "").0, 200);
    assert!(program.stop().success());
}

/// The keys that are commented out in the example are keys all the same.
#[test]
fn the_example_configuration_is_right_with_every_line_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = files::read("packaging/gridfolio.toml");
    let lines = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if rest.contains(" = ") => rest,
        _ => line,
    });
    let whole: Vec<&str> = lines.collect();
    let file = folder.path().join("gridfolio.toml");
    fs::write(&file, whole.join("\n")).unwrap();
    let output =
        gridfolio().args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("tls-cert: /etc/gridfolio/fullchain.pem"),
        "all keys fit, the file is not there: {said}"
    );
}

#[test]
fn the_containers_health_check_sees_whether_the_server_is_ready() {
    let text = files::read("Containerfile");
    let line = text.lines().find(|line| line.starts_with("HEALTHCHECK ")).unwrap();
    let (_, words) = line.split_once(" CMD ").unwrap();
    let words: Vec<String> = serde_json::from_str(words).unwrap();
    assert!(words[2].contains("/8080 "), "the port of the image");
    let folder = tempfile::tempdir().unwrap();
    let mut command = gridfolio();
    command.args(["serve", "--data"]).arg(folder.path());
    let program = Program::start(command, "listens on ");
    let port = program.address.rsplit(':').next().unwrap().to_owned();
    let check = || {
        let script = words[2].replace("/8080 ", &format!("/{port} "));
        Command::new(&words[0]).arg(&words[1]).arg(script).output().unwrap().status.success()
    };
    assert!(check());
    assert!(program.stop().success());
    assert!(!check(), "nobody listens");
}

const BEGIN: &str =
    "<!-- The table is made from the program: scripts/test writes it with GRIDFOLIO_TEST_REGENERATE=1 -->\n";
const END: &str = "<!-- end of the table -->\n";

/// `identity-pool-id` → `identity.pool_id`
fn key(flag: &str) -> String {
    let sections = ["identity", "mail", "sms"];
    match flag.split_once('-') {
        Some((section, rest)) if sections.contains(&section) => {
            format!("{section}.{}", rest.replace('-', "_"))
        }
        _ => flag.replace('-', "_"),
    }
}

fn row(arg: &Arg) -> Option<String> {
    let flag = arg.get_long().filter(|flag| *flag != "help")?;
    let default: Vec<_> = arg.get_default_values().iter().map(|v| format!("`{}`", v.display())).collect();
    let help = arg.get_help()?.to_string().replace('\n', " ").replace('|', "\\|");
    Some(format!("| `{}` | {} | {help} |\n", key(flag), default.join(" ")))
}

fn table() -> String {
    let command = gridfolio::cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    let mut rows: Vec<String> = serve.get_arguments().filter_map(row).collect();
    rows.sort();
    format!("{BEGIN}\n| key | default | what |\n| --- | --- | --- |\n{}\n{END}", rows.concat())
}

#[test]
fn the_table_of_the_configuration_is_that_of_the_program() {
    let path = files::repository("docs/operations.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the beginning of the table");
    let (_, after) = rest.split_once(END).expect("the end of the table");
    let fresh = format!("{before}{}{after}", table());
    if std::env::var("GRIDFOLIO_TEST_REGENERATE").is_ok_and(|v| v == "1") {
        fs::write(&path, &fresh).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == fresh,
        "docs/operations.md has another table than the program"
    );
    assert!(fresh.contains("| `trusted_proxies` |") && fresh.contains("| `identity.pool_id` |"));
}
