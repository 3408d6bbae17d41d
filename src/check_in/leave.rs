//! The end of a reception: power off, and the card may be taken.

use super::{Effect, Stage, Turn};
use crate::screen::Screen;

/// Shows `screens`, takes the power off the card so that no security status stays open (ACC-07),
/// and only then says that the card may be taken (ACC-11).
pub(super) fn leave(screens: impl IntoIterator<Item = Screen>) -> Turn {
    let mut effects: Vec<Effect> = screens.into_iter().map(Effect::Show).collect();
    effects.push(Effect::PowerOff);
    effects.push(Effect::Show(Screen::TakeCard));
    (Stage::Leave, effects)
}
