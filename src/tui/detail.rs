//! Draws pane 5: the entry under the cursor, decoded down to each byte and field.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::transcript::{By, CommandApdu, Entry, Event, Reply, ResponseApdu};

use super::decode::{Kind, decode};
use super::describe;
use super::fields;
use super::model::Model;
use super::pane;
use super::play::Play;
use super::requirements;
use super::scene;
use super::standing::Standing;
use super::text;

/// Bytes of an answer that are shown; the rest is counted.
const BYTES_SHOWN: usize = 96;
/// Cells of the names in front of the values.
const NAME: usize = 12;

/// Cells before what belongs to the value above.
const INDENT: usize = NAME + 2;

/// Draws what is inside the pane; the caller draws its frame.
pub fn render(model: &Model, play: &Play, frame: &mut Frame<'_>, area: Rect) {
    let lines = lines(model, play, usize::from(area.width));
    let first = play.scroll_within(lines.len().saturating_sub(usize::from(area.height)));
    let rest = lines.get(first..).unwrap_or_default();
    pane::lines(model, frame, area, rest);
}

/// Returns how far the pane can be scrolled where it has this size inside.
pub fn scroll_limit(model: &Model, play: &Play, area: Rect) -> usize {
    let lines = lines(model, play, usize::from(area.width)).len();
    lines.saturating_sub(usize::from(area.height))
}

fn lines(model: &Model, play: &Play, cells: usize) -> Vec<Line<'static>> {
    let Some(entry) = play.scene().entry else {
        let nothing = model.wording().say("entries-none");
        return pane::paragraph(model, &nothing, cells, 1, model.theme.faint());
    };
    let mut lines = heading(model, play, entry, cells);
    match &entry.event {
        Event::Command(command) => lines.extend(self::command(model, play, entry, command, cells)),
        Event::Response(response) => {
            lines.extend(self::response(model, play, entry, response, cells));
        }
        Event::Inquiry(inquiry) => lines.extend(table(model, &fields::of(inquiry), cells)),
        Event::Answer(Reply::Answer(answer)) => {
            lines.extend(table(model, &fields::of(answer), cells));
        }
        Event::Answer(Reply::Outage(reason) | Reply::Malformed(reason)) => {
            lines.extend(pane::paragraph(
                model,
                reason,
                cells,
                1,
                model.theme.warning(),
            ));
        }
        Event::Screen(screen) => lines.extend(table(model, &fields::of(screen), cells)),
        Event::Stimulus(stimulus) => lines.extend(table(model, &fields::of(stimulus), cells)),
        Event::Card(event) => lines.extend(table(model, &fields::of(event), cells)),
        Event::Report(report) => lines.extend(table(model, &fields::of(report), cells)),
        Event::Note(note) => {
            // What kind of note it is stands above.
            let mut fields = fields::of(note);
            fields.retain(|(name, _)| name != "note");
            lines.extend(table(model, &fields, cells));
        }
        Event::Fault(what) => {
            lines.extend(pane::paragraph(
                model,
                what,
                cells,
                1,
                model.theme.warning(),
            ));
        }
    }
    lines.extend(findings(model, play, entry, cells));
    lines
}

/// Says who to whom, what, when, and what it answers.
fn heading(model: &Model, play: &Play, entry: &Entry, cells: usize) -> Vec<Line<'static>> {
    let wording = model.wording();
    let theme = model.theme;
    let route = format!(
        " {} {} {}  {}",
        wording.say(describe::role(entry.from)),
        model.symbols.right,
        wording.say(describe::role(entry.to)),
        wording.say(describe::kind(&entry.event)),
    );
    let mut more = vec![time(entry)];
    if let Some(re) = entry.re {
        more.push(wording.say_with("answers-entry", &[("entry", &re.to_string())]));
    }
    if play.asked == Some(entry.n) {
        more.push(wording.say("by-asked"));
    } else if let Some(by) = entry.by {
        more.push(wording.say(match by {
            By::Confirmed => "by-confirmed",
            By::Driven => "by-driven",
            By::Declared => "by-declared",
        }));
    }
    if let Some(elapsed) = entry.elapsed_ms {
        more.push(wording.say_with("elapsed", &[("ms", &elapsed.to_string())]));
    }
    let more = more.join("  ");
    let mut first = Line::from(pane::span(model, &route, theme.strong()));
    let mut lines = Vec::new();
    if text::width(&route) + text::width(&more) + 2 <= cells {
        first.push_span(pane::span(model, &format!("  {more}"), theme.faint()));
        lines.push(first);
    } else {
        lines.push(first);
        lines.extend(pane::paragraph(model, &more, cells, 1, theme.faint()));
    }
    let label = match &entry.event {
        Event::Stimulus(stimulus) => describe::act(&stimulus.act, model.language),
        _ => describe::label(play, entry, model.language),
    };
    if !matches!(entry.event, Event::Command(_) | Event::Response(_)) {
        lines.extend(pane::paragraph(model, &label, cells, 1, theme.accent()));
    }
    if describe::is_stand_in(play, entry) {
        // In both languages, because what follows is no fact about the real card.
        let words = format!(
            "{} harness convention 本ハーネスの取り決め",
            model.symbols.convention
        );
        lines.extend(pane::paragraph(model, &words, cells, 1, theme.warning()));
    }
    lines
}

/// Returns the time of an entry, to the millisecond.
fn time(entry: &Entry) -> String {
    let local = entry.at.zoned().datetime();
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        local.hour(),
        local.minute(),
        local.second(),
        local.subsec_nanosecond() / 1_000_000
    )
}

fn row(model: &Model, key: &str, value: &str, style: Style) -> Line<'static> {
    let name = text::pad(&model.wording().say(key), NAME, model.symbols);
    Line::from(vec![
        pane::span(model, &format!(" {name} "), model.theme.faint()),
        pane::span(model, value, style),
    ])
}

fn command(
    model: &Model,
    play: &Play,
    entry: &Entry,
    command: &CommandApdu,
    cells: usize,
) -> Vec<Line<'static>> {
    let wording = model.wording();
    let theme = model.theme;
    let place = play.place_before(entry.n);
    let decoded = decode(&command.apdu.0, place);
    let mut bytes = fields::spaced(&hex::encode(&command.apdu.0));
    if let Some(secret) = &command.secret {
        bytes = format!("{bytes} <{}>", secret.alias);
    }
    let mut lines = pane::paragraph(model, &bytes, cells, 1, theme.accent());
    let name = match decoded.kind {
        Kind::PinStatus => format!("VERIFY  {}", wording.say("pin-status")),
        kind => kind.name().to_owned(),
    };
    lines.push(row(model, "field-command", &name, theme.strong()));
    if let Some(application) = decoded.place.application {
        lines.push(row(
            model,
            "field-application",
            &wording.say(application.key()),
            theme.text(),
        ));
    }
    let file = describe::file(decoded.place, wording);
    if !file.is_empty() {
        lines.push(row(model, "field-file", &file, theme.text()));
    }
    if let Kind::ReadBinary(offset) = decoded.kind {
        lines.push(row(
            model,
            "field-offset",
            &offset.to_string(),
            theme.text(),
        ));
    }
    if let Some(secret) = &command.secret {
        lines.push(row(
            model,
            "field-secret",
            &secret.to_string(),
            theme.text(),
        ));
    }
    if let [class, instruction, p1, p2, ..] = *command.apdu.0.as_slice() {
        let parts = format!("CLA {class:02X}  INS {instruction:02X}  P1 {p1:02X}  P2 {p2:02X}");
        lines.push(row(model, "field-header", &parts, theme.faint()));
    }
    lines
}

fn response(
    model: &Model,
    play: &Play,
    entry: &Entry,
    response: &ResponseApdu,
    cells: usize,
) -> Vec<Line<'static>> {
    let wording = model.wording();
    let theme = model.theme;
    let mut lines = Vec::new();
    match &response.status {
        Some(word) => {
            let meaning = describe::status(word, wording);
            lines.push(Line::from(vec![
                pane::span(
                    model,
                    &format!(" {}  ", fields::spaced(word)),
                    theme.accent(),
                ),
                pane::span(model, &meaning, theme.strong()),
            ]));
        }
        None => {
            let label = describe::label(play, entry, model.language);
            lines.push(pane::line(model, &format!(" {label}"), theme.warning()));
        }
    }
    let data = &response.data.0;
    if !data.is_empty() {
        let bytes = wording.say_with("bytes", &[("count", &data.len().to_string())]);
        lines.push(row(model, "field-data", &bytes, theme.text()));
        let shown = data.get(..BYTES_SHOWN.min(data.len())).unwrap_or_default();
        // Rows of 16 bytes as in any dump, of 8 where the pane is narrow.
        let per_row = if cells >= INDENT + 16 * 3 { 16 } else { 8 };
        for row in shown.chunks(per_row) {
            let digits = fields::spaced(&hex::encode(row));
            let row = format!("{}{digits}", " ".repeat(INDENT));
            lines.push(pane::line(model, &row, theme.faint()));
        }
        if shown.len() < data.len() {
            lines.push(pane::line(
                model,
                &format!("{}...", " ".repeat(INDENT)),
                theme.faint(),
            ));
        }
    }
    if let Some(asked) = scene::answered(play.transcript(), entry)
        && let Event::Command(asked_command) = &asked.event
    {
        lines.push(Line::default());
        let number = asked.n.to_string();
        let words = wording.say_with("answers-entry", &[("entry", &number)]);
        lines.push(pane::line(model, &format!(" {words}"), theme.faint()));
        lines.extend(command(model, play, asked, asked_command, cells));
    }
    lines
}

/// Sets fields out as a table, long values on lines of their own.
fn table(model: &Model, fields: &[(String, String)], cells: usize) -> Vec<Line<'static>> {
    let fields: Vec<(String, String)> = fields
        .iter()
        // What has no name here stands above, in the words of its kind.
        .filter(|(name, value)| {
            !matches!(name.as_str(), "answer" | "inquiry")
                || describe::values(name, value, model.wording()) != *value
        })
        .map(|(name, value)| {
            let wording = model.wording();
            let value = describe::values(name, value, wording);
            (fields::name(name, wording), value)
        })
        .collect();
    let names = fields::name_width(&fields, cells / 2);
    let mut lines = Vec::new();
    for (name, value) in &fields {
        let value = text::clean(value, model.symbols);
        let wrapped = text::wrap(&value, cells.saturating_sub(names + 4));
        for (index, piece) in wrapped.iter().enumerate() {
            let name = if index == 0 { name.as_str() } else { "" };
            let name = text::pad(&text::clean(name, model.symbols), names, model.symbols);
            lines.push(Line::from(vec![
                pane::span(model, &format!(" {name}  "), model.theme.faint()),
                pane::span(model, piece, model.theme.text()),
            ]));
        }
    }
    lines
}

/// Lists the findings that rest on this entry.
fn findings(model: &Model, play: &Play, entry: &Entry, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for finding in play.findings() {
        let Standing::Decided(verdict) = play.standing(finding) else {
            continue;
        };
        let here = finding.decided_at == Some(entry.n) || finding.entries.contains(&entry.n);
        if !here {
            continue;
        }
        if lines.is_empty() {
            lines.push(Line::default());
        }
        let (symbol, key, style) = requirements::verdict(model, verdict);
        let word = model.wording().say(key);
        let message = finding.message.get(model.language);
        let words = format!("{symbol} {word} {}  {message}", finding.requirement);
        lines.extend(pane::paragraph(model, &words, cells, 1, style));
    }
    lines
}
