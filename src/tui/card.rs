//! Draws pane 3: the card, as the traffic so far shows it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::scenario::Patient;
use crate::transcript::Entry;

use super::arrangement::PaneId;
use super::describe;
use super::model::Model;
use super::pane;
use super::play::Play;
use super::scene::{Scene, TRIES_MAX, Use, Whereabouts};
use super::symbols::Symbols;
use super::text;

/// Draws the pane.
pub fn render(model: &Model, play: &Play, scene: &Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let focused = play.pane == PaneId::Card;
    let wording = model.wording();
    let where_is_it = wording.say(whereabouts(scene));
    let title = pane::title(
        model,
        PaneId::Card.digit(),
        &wording.say("pane-card"),
        &where_is_it,
        focused,
    );
    render_within(model, scene, frame, area, title, focused);
}

/// Draws the pane under a title of the caller's.
pub fn render_within(
    model: &Model,
    scene: &Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
    title: Line<'static>,
    focused: bool,
) {
    let inner = pane::frame(model, frame, area, title, focused);
    let lines = lines(model, scene, usize::from(inner.width));
    pane::lines(model, frame, inner, &lines);
}

fn whereabouts(scene: &Scene<'_>) -> &'static str {
    match scene.card.whereabouts {
        Whereabouts::Nowhere => "card-nowhere",
        Whereabouts::Powered => "card-powered",
        Whereabouts::Unpowered => "card-unpowered",
        Whereabouts::Taken => "card-taken",
    }
}

fn lines(model: &Model, scene: &Scene<'_>, cells: usize) -> Vec<Line<'static>> {
    let wording = model.wording();
    let where_is_it = wording.say(whereabouts(scene));
    let mut lines = vec![row(
        model,
        "card-state",
        vec![(where_is_it, model.theme.text())],
    )];
    if let Some(patient) = scene.patient {
        let name = format!("{}  {}", patient.registry.person.name, patient.name);
        lines.push(row(
            model,
            "card-holder",
            vec![(name, model.theme.strong())],
        ));
        lines.push(pin(model, scene, patient));
        if let Some(entry) = scene.entry {
            lines.push(certificate(model, patient, entry));
        }
        if !patient.card.photo {
            lines.push(row(
                model,
                "card-photo",
                vec![(wording.say("card-photo-none"), model.theme.text())],
            ));
        }
    }
    lines.extend(present(model, scene, cells));
    if !scene.card.used.is_empty() {
        let heading = format!(
            " {} {} ",
            Symbols::row(model.symbols.rule, 2),
            wording.say("card-used")
        );
        let rest = cells.saturating_sub(text::width(&heading));
        let rule = format!("{heading}{}", Symbols::row(model.symbols.rule, rest));
        lines.push(Line::styled(rule, model.theme.faint()));
    }
    for (place, how) in scene.card.used.iter().rev() {
        lines.push(used(model, describe::file(*place, wording), *how, cells));
    }
    lines
}

/// What was answered about the card, what is selected on it, and what it has accepted.
fn present(model: &Model, scene: &Scene<'_>, cells: usize) -> Vec<Line<'static>> {
    let wording = model.wording();
    let mut lines = Vec::new();
    if let Some(phase) = scene.phase {
        let said = wording.say(describe::phase(phase));
        lines.push(row(model, "card-phase", vec![(said, model.theme.text())]));
    }
    if let Some(application) = scene.card.place.application {
        let application = wording.say(application.key());
        lines.push(row(
            model,
            "card-selected",
            vec![(application, model.theme.text())],
        ));
        let file = describe::file(scene.card.place, wording);
        if !file.is_empty() {
            lines.push(row(model, "card-file", vec![(file, model.theme.text())]));
        }
    }
    if scene.card.stand_in {
        let stand_in = format!(
            "{} {}",
            model.symbols.convention,
            wording.say("card-stand-in")
        );
        lines.extend(pane::paragraph(
            model,
            &stand_in,
            cells,
            1,
            model.theme.warning(),
        ));
    }
    lines
}

/// Makes a row: a label, then values side by side.
fn row(model: &Model, label: &str, values: Vec<(String, Style)>) -> Line<'static> {
    let label = text::pad(&model.wording().say(label), 10, model.symbols);
    let mut spans = vec![pane::span(
        model,
        &format!(" {label} "),
        model.theme.faint(),
    )];
    for (value, style) in values {
        spans.push(pane::span(model, &value, style));
    }
    Line::from(spans)
}

fn pin(model: &Model, scene: &Scene<'_>, patient: &Patient) -> Line<'static> {
    let wording = model.wording();
    let theme = model.theme;
    if patient.card.user_pin.is_none() {
        return row(
            model,
            "card-pin",
            vec![(wording.say("card-pin-none"), theme.text())],
        );
    }
    let left = scene.tries().unwrap_or(0);
    let full = usize::from(left.min(TRIES_MAX));
    let empty = usize::from(TRIES_MAX).saturating_sub(full);
    let dots = format!(
        "{}{}  ",
        Symbols::row(model.symbols.full, full),
        Symbols::row(model.symbols.empty, empty)
    );
    let (words, style) = match left {
        0 => (wording.say("status-locked"), theme.bad()),
        left => (
            wording.say_with("tries-left", &[("left", &left.to_string())]),
            theme.text(),
        ),
    };
    row(model, "card-pin", vec![(dots, style), (words, style)])
}

fn certificate(model: &Model, patient: &Patient, entry: &Entry) -> Line<'static> {
    let wording = model.wording();
    let theme = model.theme;
    let end = patient.card.not_after;
    let (word, style) = if end < entry.at {
        (wording.say("certificate-expired"), theme.warning())
    } else if entry.at < patient.card.not_before {
        (wording.say("certificate-not-yet"), theme.warning())
    } else {
        (wording.say("certificate-in-time"), theme.text())
    };
    let values = vec![(format!("{}  ", end.day()), theme.text()), (word, style)];
    row(model, "card-certificate", values)
}

fn used(model: &Model, file: String, how: Use, cells: usize) -> Line<'static> {
    let wording = model.wording();
    let (how, style) = match how {
        Use::Read(bytes) => (
            wording.say_with("use-read", &[("bytes", &bytes.to_string())]),
            model.theme.text(),
        ),
        Use::Unlocked => (wording.say("use-unlocked"), model.theme.good()),
        Use::Signed => (wording.say("use-signed"), model.theme.text()),
        Use::Refused => (wording.say("use-refused"), model.theme.warning()),
    };
    let room = cells.saturating_sub(text::width(&how) + 3);
    Line::from(vec![
        pane::span(
            model,
            &format!(" {} ", text::pad(&file, room, model.symbols)),
            model.theme.text(),
        ),
        pane::span(model, &how, style),
    ])
}
