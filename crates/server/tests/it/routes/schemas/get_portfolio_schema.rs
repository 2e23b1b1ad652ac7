use gridfolio_testkit::{both, samples};

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        super::super::describes(&app, "portfolio", &samples::portfolio("N", &[])).await;
    }

    async fn the_id_is_not_written_and_a_code_stands_once(app) {
        let schema = app.get("/schemas/portfolio").await.ok();
        assert_eq!(schema["properties"]["id"]["readOnly"], true);
        assert_eq!(schema["properties"]["projects"]["uniqueItems"], true);
    }
}
