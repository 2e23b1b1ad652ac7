//! Imports that are taken back.

use gridfolio::timeseries::import::{self, report};
use gridfolio_series::Datum;
use gridfolio_testkit::both;

use super::{SOURCE, deriving, instant, refusal, regular, request, run, said, stored, undo};

both! {
    async fn what_was_added_goes_and_what_was_replaced_comes_back(app) {
        run(&app, &request(&app, "a.csv", &regular((0..10).map(|i| (i, 1)), 15))).await.unwrap();
        let before = stored(&app).await;
        run(&app, &request(&app, "b.csv", &regular((5..6000).map(|i| (i, 2)), 15))).await.unwrap();
        let undone = undo(&app, 2).await.unwrap();
        assert_eq!((undone.removed, undone.restored), (5990, 5));
        assert_eq!(stored(&app).await, before);
        let text = report::list(&import::list(&app.app).await.unwrap());
        assert!(text.contains("undone"), "{text}");
        assert_eq!(refusal(undo(&app, 2).await), "import 2 is taken back already");
        assert_eq!(refusal(undo(&app, 3).await), "there is no import 3");
        undo(&app, 1).await.unwrap();
        assert!(stored(&app).await.is_empty());
    }

    async fn later_writes_are_not_lost(app) {
        run(&app, &request(&app, "a.csv", &regular((0..30).map(|i| (i, 1)), 15))).await.unwrap();
        let at = instant(75).as_millisecond();
        app.measure(SOURCE, &[Datum::at(at).i("watts", 77), Datum::at(at + 1).i("watts", 5)]).await;
        let before = stored(&app).await;
        let message = refusal(undo(&app, 1).await);
        assert!(message.contains("nothing was changed"), "{message}");
        assert!(message.contains("1 of its datums is not what it wrote"), "{message}");
        assert!(message.contains("2022-01-01T01:15:00Z has other values now"), "{message}");
        assert_eq!(stored(&app).await, before);
        // the same value again: nothing stands in the way, and what is not the import's own stays
        app.measure(SOURCE, &[Datum::at(at).i("watts", 1)]).await;
        undo(&app, 1).await.unwrap();
        assert_eq!(said(&stored(&app).await), ["2022-01-01T01:15:00.001Z watts 5"]);
    }

    async fn later_imports_go_first(app) {
        run(&app, &request(&app, "a.csv", &regular((0..30).map(|i| (i, 1)), 15))).await.unwrap();
        let confirming = run(&app, &request(&app, "b.csv", &regular((29..40).map(|i| (i, 1)), 15))).await.unwrap();
        assert_eq!((confirming.import.added, confirming.unchanged), (10, 1));
        run(&app, &request(&app, "c.csv", &regular((50..60).map(|i| (i, 1)), 15))).await.unwrap();
        let message = refusal(undo(&app, 1).await);
        assert!(message.ends_with("later imports speak of the same times; take them back first: 2"), "{message}");
        undo(&app, 2).await.unwrap();
        undo(&app, 1).await.unwrap();
        assert_eq!(stored(&app).await.len(), 10);
    }

    async fn a_derived_meter_follows(app) {
        run(&app, &deriving(&app, "a.csv", &regular((10..20).map(|i| (i, 100)), 15))).await.unwrap();
        let before = stored(&app).await;
        run(&app, &request(&app, "b.csv", &regular((5..12).map(|i| (i, 400)), 15))).await.unwrap();
        assert_ne!(stored(&app).await, before);
        undo(&app, 2).await.unwrap();
        assert_eq!(stored(&app).await, before);
        undo(&app, 1).await.unwrap();
        assert!(stored(&app).await.is_empty());
    }

    async fn the_meter_goes_with_the_last_import_that_asked_for_it(app) {
        run(&app, &request(&app, "a.csv", &regular((0..10).map(|i| (i, 100)), 15))).await.unwrap();
        let bare = stored(&app).await;
        run(&app, &deriving(&app, "b.csv", &regular((10..12).map(|i| (i, 100)), 15))).await.unwrap();
        run(&app, &deriving(&app, "c.csv", &regular((12..14).map(|i| (i, 100)), 15))).await.unwrap();
        undo(&app, 2).await.unwrap();
        let meter = |datum: &Datum| datum.accumulating.get("wattHours").map(ToString::to_string);
        assert_eq!(stored(&app).await.last().and_then(meter).as_deref(), Some("325"));
        undo(&app, 3).await.unwrap();
        assert_eq!(stored(&app).await, bare);
    }
}
