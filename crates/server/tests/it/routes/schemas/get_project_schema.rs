use gridfolio_testkit::{both, samples};

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        super::super::describes(&app, "project", &samples::project("X1")).await;
    }
}
