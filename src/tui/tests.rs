//! Tests of the terminal UI as a whole: what it shows, and that nothing upsets it.

mod behaviour;
mod film;
mod films;
mod live;
mod reading;
mod screens;
mod tester;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::keys::Action;
use super::model::{Message, Model, Played, Request};
use super::symbols::{ASCII, Symbols, UNICODE};
use super::text;
use super::theme::Theme;
use super::view::view;
use super::{Listed, Stage};
use crate::wording::Language;
use films::Films;

fn model(language: Language, symbols: &'static Symbols) -> Model {
    Model::new(
        Films::new().scenarios(),
        language,
        symbols,
        Theme::new(true),
    )
}

/// Does what the worker would do.
fn perform(model: &mut Model, request: Option<Request>) {
    let ids = match request {
        Some(Request::Play(id)) => vec![id],
        Some(Request::PlayLater(ids)) => ids,
        _ => return,
    };
    for id in ids {
        let played = Films::new().play(&id);
        let outcome = played.map(|(transcript, judgement)| {
            Box::new(Played {
                transcript,
                judgement,
            })
        });
        model.update(Message::Finished { id, outcome });
    }
}

fn press(model: &mut Model, actions: &[Action]) {
    for action in actions {
        let request = model.update(Message::Key(*action));
        perform(model, request);
    }
}

fn open(model: &mut Model, id: &str) {
    let request = model.open(id);
    perform(model, Some(request));
    assert!(model.play().is_some(), "{id} is open");
}

/// Draws the model, as text: the cell after a wide character is skipped.
fn drawn(model: &mut Model, width: u16, height: u16) -> String {
    model.update(Message::Resized(width, height));
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view(model, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    lines(buffer).join("\n") + "\n"
}

fn lines(buffer: &Buffer) -> Vec<String> {
    let width = usize::from(buffer.area.width);
    buffer
        .content
        .chunks(width.max(1))
        .map(|row| {
            let mut line = String::new();
            let mut skip = 0;
            for cell in row {
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = text::width(cell.symbol()).saturating_sub(1);
                line.push_str(cell.symbol());
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// Every action that a key may cause.
fn all_actions() -> Vec<Action> {
    let mut actions: Vec<Action> = super::keys::BINDINGS
        .iter()
        .map(|binding| binding.action)
        .filter(|action| *action != Action::Suspend)
        .collect();
    actions.extend([Action::Type('あ'), Action::Type('p')]);
    actions
}
