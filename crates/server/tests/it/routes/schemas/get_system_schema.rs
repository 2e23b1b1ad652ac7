use gridfolio_testkit::{both, samples};

both! {
    async fn it_describes_what_bodies_are_checked_against(app) {
        super::super::describes(&app, "system", &samples::system("X1")).await;
    }
}
