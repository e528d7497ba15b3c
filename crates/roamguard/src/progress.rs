//! The bar on stderr: how far, how fast, how long still. Only where stderr is a terminal.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// A progress bar, or nothing.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    frames: std::rc::Rc<std::cell::Cell<u64>>,
}

impl Progress {
    /// `total` in octets of input; `None` when nobody knows (standard input).
    pub(crate) fn new(total: Option<u64>, wanted: bool) -> Self {
        let frames = std::rc::Rc::default();
        if !wanted || !std::io::stderr().is_terminal() {
            return Self { bar: None, frames };
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(8));
        let template = if total.is_some() {
            "{bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {msg}  {eta} left"
        } else {
            "{spinner} {bytes}  {bytes_per_sec}  {msg}  {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key(
                "eta",
                |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                    let _ = write!(out, "{}s", state.eta().as_secs());
                },
            ));
        }
        Self { bar: Some(bar), frames }
    }

    pub(crate) fn at(&self, octets: u64, frames: u64) {
        if let Some(bar) = &self.bar {
            self.frames.set(frames);
            bar.set_position(octets);
            let secs = bar.elapsed().as_secs_f64().max(0.001);
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let rate = frames as f64 / secs / 1000.0;
            bar.set_message(format!("{frames} frames, {rate:.0} k/s"));
        }
    }

    pub(crate) fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
