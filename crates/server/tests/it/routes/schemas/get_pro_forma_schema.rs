use gridfolio_testkit::{both, samples};
use serde_json::json;

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        super::super::describes(&app, "pro-forma", &samples::pro_forma()).await;
        let schema = app.get("/schemas/pro-forma").await.ok();
        assert_eq!(schema["properties"]["projectLife"]["maximum"], json!(50));
        assert_eq!(
            schema["$defs"]["PaymentType"]["enum"],
            json!(["amortization", "generation", "recurring", "scheduled", "size", "tariff"])
        );
    }
}
