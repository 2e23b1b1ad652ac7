//! `gridfolio streams`: what it tells of each stream, and which are silent.

use gridfolio_testkit::{both, samples};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{command, done, refused, text};

/// A datum every so many minutes from an instant on.
fn every(minutes: i64, from: &str, count: i64) -> Vec<gridfolio_series::Datum> {
    let from: Timestamp = from.parse().unwrap();
    let at = |n: i64| Timestamp::from_second(from.as_second() + n * minutes * 60).unwrap();
    (0..count).map(|n| samples::meter(&at(n).to_string(), 5, n)).collect()
}

both! {
    async fn streams_tell_what_they_hold_and_when_they_fall_silent(app) {
        app.make_tree("P1").await;
        app.measure("/P1/S1/R1/GEN/1", &every(5, "2025-06-01T00:00:00Z", 288)).await;
        app.measure("/P1/S1/R1/CON/1", &every(60, "2025-06-01T00:00:00Z", 24)).await;
        app.measure("/P1/S1/R1/WEA/1", &every(60, "2025-06-01T23:00:00Z", 1)).await;
        let streams = |more: &[&str]| {
            let mut streams = command(&["streams", "--database", &app.db.url], app.db.folder.path());
            streams.args(more).env("GRIDFOLIO_SECRET_KEY", gridfolio_testkit::SECRET_KEY);
            streams
        };
        let json = |more: &[&str]| -> Value {
            let output = streams(more).arg("--json").output().unwrap();
            assert!(output.status.success(), "{}", text(&output));
            serde_json::from_slice(&output.stdout).unwrap()
        };
        let sources = |lines: &Value| -> Vec<String> {
            lines.as_array().unwrap().iter().map(|line| line["source"].as_str().unwrap().to_owned()).collect()
        };
        let all = json(&["--at", "2025-06-02T00:10:00Z"]);
        assert_eq!(sources(&all), ["/P1/S1/R1/CON/1", "/P1/S1/R1/GEN/1", "/P1/S1/R1/WEA/1"]);
        let expected = json!({
            "node": 1, "source": "/P1/S1/R1/GEN/1", "zone": "America/Denver",
            "first": "2025-05-31T18:00:00-06:00", "last": "2025-06-01T17:55:00-06:00",
            "count": 288, "rhythmSeconds": 300.0, "lastImport": null, "silent": false,
        });
        assert_eq!(all[1], expected);
        assert_eq!((&all[0]["rhythmSeconds"], &all[2]["rhythmSeconds"]), (&json!(3600.0), &Value::Null));
        for (at, silent) in [
            ("2025-06-02T00:10:00Z", &[][..]),
            ("2025-06-02T00:10:01", &["/P1/S1/R1/GEN/1"]),
            ("2025-06-02T02:00:01Z", &["/P1/S1/R1/CON/1", "/P1/S1/R1/GEN/1"]),
            ("2025-06-03", &["/P1/S1/R1/CON/1", "/P1/S1/R1/GEN/1", "/P1/S1/R1/WEA/1"]),
        ] {
            assert_eq!(sources(&json(&["--silent", "--at", at])), silent, "{at}");
        }
        assert_eq!(sources(&json(&["--source", "/P1/**/GEN/?"])), ["/P1/S1/R1/GEN/1"]);
        assert!(sources(&json(&["--node", "2"])).is_empty());
        let said = done(streams(&["--silent", "--at", "2025-06-02T02:00:01Z"]));
        assert!(said.contains("SILENT") && !said.contains("WEA") && said.contains("300 s"), "{said}");
        assert!(refused(streams(&["--at", "soon"])).contains("must have a form such as"));
    }
}

#[test]
fn the_last_import_is_named_and_no_database_is_made() {
    let data = tempfile::tempdir().unwrap();
    assert!(refused(command(&["streams"], data.path())).contains("there is no database"));
    assert!(super::files_in(data.path()).is_empty());
    super::meter_file(&data.path().join("m.csv"), 10);
    done(super::import(&data.path().join("m.csv"), data.path()));
    let said = done(command(&["streams"], data.path()));
    assert!(said.contains("60 s") && said.contains("  1 done 20"), "{said}");
    done(command(&["import", "undo", "1"], data.path()));
    let said = done(command(&["streams", "--silent"], data.path()));
    assert!(said.contains(" -  -") || said.contains("-  SILENT"), "{said}");
}
