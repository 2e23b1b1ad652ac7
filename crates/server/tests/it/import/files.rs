//! Files that go in.

use gridfolio::timeseries::import::{self, Request, report};
use gridfolio_testkit::both;

use super::{SOURCE, regular, request, run, said, stored};

both! {
    async fn a_file_goes_in_with_the_tree_it_names(app) {
        let content = "time,power,note\n2022-01-01 00:00,1.50,x\n\n2022-01-01 00:15,-2e-3,\n2022-01-01 00:30,,\n";
        let wanted = Request { zone: Some("America/Denver".into()), ..request(&app, "m.csv", content) };
        let outcome = run(&app, &wanted).await.unwrap();
        assert_eq!((outcome.import.added, outcome.import.replaced, outcome.unchanged), (2, 0, 0));
        assert_eq!(outcome.made.len(), 3);
        assert_eq!(said(&stored(&app).await), ["2022-01-01T07:00:00Z watts 1.5", "2022-01-01T07:15:00Z watts -0.002"]);
        let project = app.get("/projects/P").await.ok();
        assert_eq!(project["project"]["timezone"], "America/Denver");
        assert_eq!(project["project"]["startDate"], "2022-01-01");
        assert_eq!(project["project"]["sites"]["S1"]["systems"]["R1"]["type"], "generation");
        let text = report::list(&import::list(&app.app).await.unwrap());
        assert!(text.contains("done") && text.contains("m.csv") && text.contains(SOURCE), "{text}");
    }

    async fn one_file_twice_is_one(app) {
        let wanted = request(&app, "m.csv", &regular((0..20).map(|i| (i, i * i)), 15));
        run(&app, &wanted).await.unwrap();
        let once = stored(&app).await;
        let again = run(&app, &wanted).await.unwrap();
        assert_eq!((again.import.added, again.import.replaced, again.unchanged), (0, 0, 20));
        assert_eq!(again.import.id, 2);
        assert!(again.made.is_empty());
        assert_eq!(stored(&app).await, once);
    }

    async fn a_later_file_replaces_and_adds(app) {
        run(&app, &request(&app, "a.csv", &regular((0..10).map(|i| (i, 1)), 15))).await.unwrap();
        let second = run(&app, &request(&app, "b.csv", &regular((8..12).map(|i| (i, 2)), 15))).await.unwrap();
        assert_eq!((second.import.added, second.import.replaced), (2, 2));
        let watts: Vec<String> = stored(&app).await.iter().map(|d| d.instantaneous["watts"].to_string()).collect();
        assert_eq!(watts.concat(), "111111112222");
    }

    async fn repeated_lines_count_as_the_file_says(app) {
        let content = "time,power\n2022-01-01T00:00Z,1\n2022-01-01T00:15Z,2\n2022-01-01T00:15Z,2.0\n2022-01-01T00:00Z,9\n";
        let outcome = run(&app, &request(&app, "m.csv", content)).await.unwrap();
        assert_eq!(said(&stored(&app).await), ["2022-01-01T00:00:00Z watts 9", "2022-01-01T00:15:00Z watts 2"]);
        let text = report::outcome(&outcome);
        assert!(text.contains("2 datums of 4 lines are in"), "{text}");
        assert!(text.contains("1 line repeats a time with equal values"), "{text}");
        assert!(text.contains("2022-01-01T00:00:00Z: line 5 replaces line 2"), "{text}");
    }

    async fn good_lines_go_in_and_bad_ones_into_a_file(app) {
        let content = "time,power\n2022-01-01T00:00Z,1\n2022-01-01T00:15Z,x\n2022-01-01T00:30Z,3\n";
        let outcome = run(&app, &Request { skip_bad: true, ..request(&app, "m.csv", content) }).await.unwrap();
        assert_eq!(stored(&app).await.len(), 2);
        let rejects = outcome.rejects.unwrap();
        assert_eq!(rejects, app.db.path("m.rejected.csv"));
        assert_eq!(
            std::fs::read_to_string(rejects).unwrap(),
            "time,power,rejected_line,rejected_reason\n\
             2022-01-01T00:15Z,x,3,\"column \"\"power\"\": \"\"x\"\" is not a decimal number\"\n"
        );
    }

    async fn a_node_of_ones_own(app) {
        let wanted = Request { node: Some(7), ..request(&app, "m.csv", &regular([(0, 1)], 15)) };
        let outcome = run(&app, &wanted).await.unwrap();
        assert_eq!(outcome.import.node, 7);
        let text = report::outcome(&outcome);
        assert!(text.contains("1 datum of 1 line is in") && text.contains("0 were there already"), "{text}");
        assert_eq!(stored(&app).await.len(), 1);
    }

    async fn a_dry_run_says_what_is_in_the_file_and_writes_nothing(app) {
        let mut content = regular((0..10).chain(15..20).map(|i| (i, i)), 15);
        content.push_str("2022-01-01T05:00Z,x\n");
        let wanted = request(&app, "m.csv", &content);
        let checked = import::check(&app.app, &wanted, &mut |_, _| {}).await.unwrap();
        let text = report::preview(&checked);
        for part in [
            "lines        16, columns divided by comma, oldest line first",
            "times        iso (in UTC where they have no offset)",
            "range        2022-01-01 00:00:00+00:00 to 2022-01-01 04:45:00+00:00",
            "rhythm       15 min",
            "gaps         1 (5 datums missing)",
            "bad lines    1",
            "line 17, column \"power\": \"x\" is not a decimal number",
            "watts (i) from column \"power\" in none, kept in none: 15 values, 0 to 19",
            "line 2: 2022-01-01 00:00:00+00:00  watts 0",
            "would make   system \"R1\" of site \"S1\" in project \"P\" first",
            "Nothing was written",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
        assert!(import::list(&app.app).await.unwrap().is_empty());
        assert_eq!(app.get("/projects/P").await.status.as_u16(), 404);
    }
}
