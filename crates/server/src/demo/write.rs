//! Writes made measurements as they arrive. Making and writing go on side by side; what is written is noted in the
//! same transaction, so that an interrupted start goes on where it stopped.

use std::ops::ControlFlow;

use gridfolio_series::{StreamKey, ensure_stream};
use tokio::sync::mpsc;

use crate::app::App;
use crate::demo::generate::{Batch, generate};
use crate::demo::model::Model;
use crate::demo::progress::{self, Stage};
use crate::kit::access::Actor;
use crate::kit::error::{ApiError, ApiResult};
use crate::kit::tx::Tx;
use crate::timeseries::service;

/// Batches that may wait for the database.
const AHEAD: usize = 8;

/// Writes the measurements of a model from a batch on; tells how many datums were written.
pub(crate) async fn write(app: &App, model: &Model, done: usize) -> ApiResult<usize> {
    let streams = streams(app, model).await?;
    let (sender, mut arriving) = mpsc::channel::<(usize, Batch)>(AHEAD);
    let making = {
        let model = model.clone();
        tokio::task::spawn_blocking(move || make(&model, done, &sender))
    };
    let mut datums = 0;
    while let Some((number, Batch { stream, datums: batch })) = arriving.recv().await {
        let Some(stream) = streams.get(stream) else {
            return Err(ApiError::internal("a batch of an unknown stream"));
        };
        datums += batch.len();
        let mut tx = app.db.write().await?;
        gridfolio_series::write(&mut tx, *stream, batch).await.map_err(ApiError::from)?;
        progress::note(&mut tx, &model.project, Stage::Measured(number + 1)).await?;
        tx.commit().await?;
    }
    making.await.map_err(ApiError::internal)??;
    Ok(datums)
}

fn make(model: &Model, done: usize, sender: &mpsc::Sender<(usize, Batch)>) -> ApiResult<bool> {
    let mut number = 0;
    generate(model, &mut |batch| {
        let this = number;
        number += 1;
        if this >= done && sender.blocking_send((this, batch)).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })
}

/// The streams of a model, made where there are none.
async fn streams(app: &App, model: &Model) -> ApiResult<Vec<i64>> {
    let mut tx = Tx::begin(app, Actor::command("demo")).await?;
    let node = service::ensure_node(&mut tx, &model.project.parse()?).await?;
    let mut streams = Vec::new();
    for source in model.sources() {
        streams.push(ensure_stream(tx.raw(), &StreamKey::new(node, source), model.zone).await?.id);
    }
    tx.commit_unlogged("a stream is no asset").await?;
    Ok(streams)
}
