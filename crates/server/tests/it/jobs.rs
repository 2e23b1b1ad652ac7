//! The job queue on both databases.

use gridfolio::kit::jobs::{self, Claimed, Job};
use gridfolio_db::query;
use gridfolio_testkit::{NOW, TestApp, both};

async fn put(app: &TestApp, id: &str, kind: &str, due_at: i64) {
    let mut tx = app.app.db.write().await.unwrap();
    jobs::enqueue(&mut tx, id, kind, "{}", due_at).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(app: &TestApp) -> Option<Claimed> {
    jobs::claim(&app.app.db, app.app.clock.now_ms()).await.unwrap()
}

const KNOWN: &[Job] = &[
    Job { kind: "panics", run: |_, _| Box::pin(async { panic!("on purpose") }) },
    Job { kind: "good", run: |_, _| Box::pin(async { Ok(()) }) },
    Job {
        kind: "bad",
        run: |_, _| Box::pin(async { Err(gridfolio::kit::error::ApiError::internal("no luck")) }),
    },
];

both! {
    async fn a_job_exists_only_if_its_write_does(app) {
        let mut tx = app.app.db.write().await.unwrap();
        jobs::enqueue(&mut tx, "a", "good", "{}", NOW).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(claim(&app).await, None);
    }

    async fn the_most_overdue_is_claimed_once(app) {
        put(&app, "late", "good", NOW - 5).await;
        put(&app, "later", "good", NOW - 10).await;
        put(&app, "future", "good", NOW + 1).await;
        let first = claim(&app).await.unwrap();
        assert_eq!((first.id.as_str(), first.attempts), ("later", 1));
        assert_eq!(claim(&app).await.unwrap().id, "late");
        assert_eq!(claim(&app).await, None);
        assert!(jobs::complete(&app.app.db, &first).await.unwrap());
    }

    async fn nothing_is_claimed_and_nobody_is_ready_while_a_copy_writes_the_database(app) {
        put(&app, "a", "good", NOW).await;
        let change = async |sql: &'static str| {
            let mut tx = app.app.db.write().await.unwrap();
            query(sql).execute(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        change("INSERT INTO setting (name, value) VALUES ('copy.unfinished', 'x')").await;
        assert_eq!(claim(&app).await, None);
        let ready = app.get("/ready").await;
        assert!(ready.status.is_server_error(), "{}", ready.text());
        change("DELETE FROM setting WHERE name = 'copy.unfinished'").await;
        assert_eq!(app.get("/ready").await.ok()["status"], "ok");
        assert_eq!(claim(&app).await.unwrap().id, "a");
    }

    async fn a_dead_workers_job_is_taken_up_again(app) {
        put(&app, "a", "good", NOW).await;
        let first = claim(&app).await.unwrap();
        app.app.clock.advance(jobs::LEASE_MS);
        let second = claim(&app).await.unwrap();
        assert_eq!((second.id.as_str(), second.attempts), ("a", 2));
        assert!(!jobs::complete(&app.app.db, &first).await.unwrap(), "the first worker lost its lease");
        assert!(jobs::complete(&app.app.db, &second).await.unwrap());
    }

    async fn two_workers_never_have_the_same_job(app) {
        for n in 0..40 {
            put(&app, &format!("job{n:02}"), "good", NOW).await;
        }
        let workers: Vec<_> = (0..4).map(|_| {
            let app = app.app.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = jobs::claim(&app.db, NOW).await.unwrap() {
                    mine.push(job.id);
                }
                mine
            })
        }).collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        all.sort();
        let mut unique = all.clone();
        unique.dedup();
        assert_eq!(all, unique);
        // A worker that lost a race sees nothing to do; what it missed is still there.
        while let Some(job) = claim(&app).await {
            all.push(job.id);
        }
        assert_eq!(all.len(), 40);
    }

    async fn a_panic_ends_the_job_and_not_the_worker(app) {
        put(&app, "a", "panics", NOW).await;
        put(&app, "b", "good", NOW + 1).await;
        app.app.clock.advance(1);
        assert!(jobs::work_once(&app.app, KNOWN).await.unwrap());
        assert!(jobs::work_once(&app.app, KNOWN).await.unwrap());
        let mut snapshot = app.app.db.read().await.unwrap();
        let left: Vec<(String, String)> =
            gridfolio_db::query("SELECT id, last_error FROM job").all(&mut snapshot).await.unwrap();
        assert_eq!(left.len(), 1);
        assert!(left[0].0 == "a" && left[0].1.contains("panicked"), "{left:?}");
    }

    async fn a_failed_job_is_tried_later(app) {
        put(&app, "a", "bad", NOW).await;
        put(&app, "b", "unknown", NOW).await;
        put(&app, "c", "good", NOW).await;
        for _ in 0..3 {
            assert!(jobs::work_once(&app.app, KNOWN).await.unwrap());
        }
        assert!(!jobs::work_once(&app.app, KNOWN).await.unwrap());
        let mut snapshot = app.app.db.read().await.unwrap();
        let left: Vec<(String, i64, String)> =
            gridfolio_db::query("SELECT id, due_at, last_error FROM job ORDER BY id").all(&mut snapshot).await.unwrap();
        assert_eq!(left, [
            ("a".to_owned(), NOW + 2000, "no luck".to_owned()),
            ("b".to_owned(), NOW + 2000, "this program knows no job \"unknown\"".to_owned()),
        ]);
    }
}
