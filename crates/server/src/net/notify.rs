//! What systemd is told, where it asked for it (`NOTIFY_SOCKET`): ready, reloading, stopping, alive. Elsewhere
//! nothing happens.

use std::time::Duration;

use sd_notify::NotifyState;

/// The port answers.
pub fn ready() {
    send(&[NotifyState::Ready]);
}

/// The certificate is read again; [`ready`] ends it.
pub fn reloading() {
    // The service manager orders its own events by this time.
    match NotifyState::monotonic_usec_now() {
        Ok(now) => send(&[NotifyState::Reloading, now]),
        Err(_) => send(&[NotifyState::Reloading]),
    }
}

/// Open requests end, then the process.
pub fn stopping() {
    send(&[NotifyState::Stopping]);
}

/// Says that the process lives, as often as the service manager asks for it; for ever.
pub async fn keep_alive() {
    let Some(limit) = sd_notify::watchdog_enabled() else { return std::future::pending().await };
    let pause = (limit / 2).max(Duration::from_millis(1));
    loop {
        send(&[NotifyState::Watchdog]);
        tokio::time::sleep(pause).await;
    }
}

fn send(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager could not be told");
    }
}
