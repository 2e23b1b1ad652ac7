//! The file `gridfolio.toml` and the variables, laid under the command line.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, Command, CommandFactory, FromArgMatches};

/// Parses the command line over the variables over the file. The error is ready to print; its exit code is clap's.
pub fn parse<C: CommandFactory + FromArgMatches>(args: Vec<OsString>) -> Result<C, clap::Error> {
    let command = C::command();
    let file = find_file(&args);
    let keys = match &file {
        Some(path) => read_keys(path, &Shapes::of(&command)).map_err(|e| fail(&command, &e))?,
        None => BTreeMap::new(),
    };
    let known = long_flags(&command);
    let variables = variables(&command);
    let file_name = file.as_deref().unwrap_or(Path::new("gridfolio.toml")).display().to_string();
    if let Some(unknown) = keys.keys().find(|key| !known.contains(&flag_of(key))) {
        return Err(fail(&command, &format!("{file_name}: unknown key {unknown}")));
    }
    check_variables(&variables).map_err(|e| fail(&command, &e))?;
    let prepared = prepare(command, &keys);
    let matches = prepared.try_get_matches_from(args).map_err(|e| name_the_key(e, &keys, &file_name))?;
    C::from_arg_matches(&matches)
}

fn fail(command: &Command, message: &str) -> clap::Error {
    command.clone().error(clap::error::ErrorKind::ValueValidation, message)
}

/// `identity.pool_id` → `identity-pool-id`
fn flag_of(key: &str) -> String {
    key.replace(['.', '_'], "-")
}

/// The variable of a flag: `listen` → `GRIDFOLIO_LISTEN`.
pub fn variable(flag: &str) -> String {
    format!("GRIDFOLIO_{}", flag.replace('-', "_").to_uppercase())
}

fn long_flags(command: &Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned));
    own.chain(command.get_subcommands().flat_map(long_flags)).collect()
}

/// The variables of all flags: those that a flag names itself, else the one that its name gives.
fn variables(command: &Command) -> Vec<String> {
    let of = |arg: &clap::Arg| {
        let own = arg.get_env().map(|name| name.to_string_lossy().into_owned());
        own.or_else(|| arg.get_long().map(variable))
    };
    let own: Vec<String> = command.get_arguments().filter_map(of).collect();
    own.into_iter().chain(command.get_subcommands().flat_map(variables)).collect()
}

/// Flags that are more than a text in the file.
struct Shapes {
    /// They take several values: lists of texts.
    lists: Vec<String>,
    /// Their value has parts of its own, JSON on the command line: lists of tables.
    json: Vec<String>,
}

impl Shapes {
    fn of(command: &Command) -> Self {
        let is_json = |arg: &clap::Arg| arg.get_value_names().is_some_and(|names| names == ["JSON"]);
        Self {
            lists: flags(command, &|arg| arg.get_value_delimiter().is_some()),
            json: flags(command, &is_json),
        }
    }
}

fn flags(command: &Command, wanted: &dyn Fn(&clap::Arg) -> bool) -> Vec<String> {
    let own = command.get_arguments().filter(|arg| wanted(arg));
    let own = own.filter_map(|arg| arg.get_long().map(str::to_owned));
    own.chain(command.get_subcommands().flat_map(|sub| flags(sub, wanted))).collect()
}

/// Gives every flag its variable, and the file's value as its default.
fn prepare(command: Command, keys: &BTreeMap<String, String>) -> Command {
    let by_flag: BTreeMap<String, &String> = keys.iter().map(|(key, value)| (flag_of(key), value)).collect();
    command
        .mut_args(|arg| {
            let Some(flag) = arg.get_long().map(str::to_owned) else { return arg };
            if matches!(arg.get_action(), ArgAction::Help | ArgAction::Version | ArgAction::HelpLong) {
                return arg;
            }
            let own = arg.get_env().is_some();
            let arg = if own { arg } else { arg.env(variable(&flag)) }.hide_env_values(true);
            match by_flag.get(&flag) {
                // An empty list.
                Some(value) if value.is_empty() && arg.get_value_delimiter().is_some() => arg,
                Some(value) => arg.default_value((*value).clone()).hide_default_value(true).required(false),
                None => arg,
            }
        })
        .mut_subcommands(|sub| prepare(sub, keys))
}

/// The file named by `--config` or its variable; else `gridfolio.toml` here, else in the data folder.
fn find_file(args: &[OsString]) -> Option<PathBuf> {
    if let Some(named) = said(args, "config") {
        return Some(named.into());
    }
    let data = said(args, "data").unwrap_or_else(|| "gridfolio-data".to_owned());
    [PathBuf::from("gridfolio.toml"), Path::new(&data).join("gridfolio.toml")]
        .into_iter()
        .find(|p| p.is_file())
}

/// What a flag or its variable says, before the command line is parsed.
fn said(args: &[OsString], flag: &str) -> Option<String> {
    let long = format!("--{flag}");
    let mut words = args.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        if word == long {
            return words.next().map(std::borrow::Cow::into_owned);
        }
        if let Some(value) = word.strip_prefix(&long).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value.to_owned());
        }
    }
    std::env::var(variable(flag)).ok()
}

fn read_keys(path: &Path, shapes: &Shapes) -> Result<BTreeMap<String, String>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let table: toml::Table =
        text.parse().map_err(|e| format!("{}: {}", path.display(), without_the_line(&e, &text)))?;
    let mut keys = BTreeMap::new();
    flatten("", &table, shapes, &mut keys).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(keys)
}

/// Where the file is no TOML, and why. Never the line itself, as the parser's own words have it: it may hold a password.
fn without_the_line(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(String::new(), |before| format!("line {}: ", before.matches('\n').count() + 1));
    format!("{line}{}", error.message())
}

fn flatten(
    prefix: &str,
    table: &toml::Table,
    shapes: &Shapes,
    keys: &mut BTreeMap<String, String>,
) -> Result<(), String> {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        let text = match value {
            toml::Value::Table(inner) => {
                flatten(&key, inner, shapes, keys)?;
                continue;
            }
            toml::Value::Array(items) if shapes.lists.contains(&flag_of(&key)) => {
                let texts: Option<Vec<&str>> = items.iter().map(toml::Value::as_str).collect();
                texts.ok_or_else(|| format!("{key}: must be a list of texts"))?.join(",")
            }
            // What has parts of its own is JSON in a flag or a variable.
            toml::Value::Array(items) if shapes.json.contains(&flag_of(&key)) => {
                serde_json::to_string(items).map_err(|e| format!("{key}: {e}"))?
            }
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(switch) => switch.to_string(),
            _ => return Err(format!("{key}: must be a text, a whole number, true or false")),
        };
        keys.insert(key, text);
    }
    Ok(())
}

/// A variable that no flag has is a slip of the pen. Those of the tests are not ours to judge.
fn check_variables(wanted: &[String]) -> Result<(), String> {
    let names = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    let unknown = names
        .filter(|name| name.starts_with("GRIDFOLIO_") && !name.starts_with("GRIDFOLIO_TEST_"))
        .find(|name| !wanted.contains(name));
    unknown.map_or(Ok(()), |name| Err(format!("unknown variable {name}")))
}

/// Says where a value that does not fit came from, if not from the command line.
fn name_the_key(error: clap::Error, keys: &BTreeMap<String, String>, file: &str) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let (Some(arg), Some(value)) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue)) else {
        return error;
    };
    let flag = arg.trim_start_matches("--").split([' ', '=']).next().unwrap_or_default().to_owned();
    // Of a list, the message names the one that does not fit.
    let says = |said: &str| said == value || said.split(',').any(|part| part == value);
    let from_file = keys.iter().find(|(key, said)| flag_of(key) == flag && says(said));
    let place = match from_file {
        Some((key, _)) => format!("{file}: {key}"),
        None if std::env::var(variable(&flag)).is_ok_and(|said| says(&said)) => variable(&flag),
        None => return error,
    };
    let reason = std::error::Error::source(&error).map(|e| format!(": {e}")).unwrap_or_default();
    clap::Error::raw(
        clap::error::ErrorKind::ValueValidation,
        format!("{place}: invalid value {value:?}{reason}\n"),
    )
}
