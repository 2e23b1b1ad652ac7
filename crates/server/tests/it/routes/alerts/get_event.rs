use gridfolio_testkit::both;

both! {
    async fn an_unknown_id_does_not_exist(app) {
        let id = "00000000-0000-4000-8000-000000000000";
        assert_eq!(app.get(&format!("/events/{id}")).await.message(404), format!("there is no event {id:?}"));
        assert_eq!(app.get("/events/no-id").await.message(404), "there is no event \"no-id\"");
    }
}
