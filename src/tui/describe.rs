//! Says in a few words what an entry is: on the arrows, on the slider and above the details.

mod insurance;
mod value;

use crate::eligibility::{Answer, CertificatePhase, SiteKind, Validity};
use crate::scenario::{ConsentSubject, Decision, DeskStep, FaceShown, Probe, Step, UnderTest};
use crate::screen::Screen;
use crate::transcript::{CardEvent, Entry, Event, Reply, Report, ResponseApdu, Role};
use crate::wording::{Language, Wording};

mod inquiry;
mod note;

use inquiry::{inquiry, medical, reason};

pub use value::values;

use super::decode::{self, Meaning, Place};
use super::play::Play;
use super::scene;

/// Returns the key of a role's name.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Patient => "role-patient",
        Role::Desk => "role-desk",
        Role::Card => "role-card",
        Role::Reader => "role-reader",
        Role::Backend => "role-backend",
        Role::Tester => "role-tester",
        Role::Harness => "role-harness",
    }
}

/// Returns the key of the name of an entry's kind.
pub fn kind(event: &Event) -> &'static str {
    match event {
        Event::Stimulus(_) => "kind-stimulus",
        Event::Screen(_) => "kind-screen",
        Event::Command(_) => "kind-command",
        Event::Response(_) => "kind-response",
        Event::Inquiry(_) => "kind-inquiry",
        Event::Answer(_) => "kind-answer",
        Event::Card(_) => "kind-card",
        Event::Fault(_) => "kind-fault",
        Event::Report(_) => "kind-report",
        Event::Note(_) => "kind-note",
    }
}

/// Returns what an entry is, short enough for an arrow.
pub fn label(play: &Play, entry: &Entry, language: Language) -> String {
    let wording = language.wording();
    match &entry.event {
        Event::Stimulus(stimulus) => short(&stimulus.act, language),
        Event::Screen(Screen::Consent { kind, .. }) => {
            let about = wording.pick(&kind.title());
            wording.say_with("screen-about-consent", &[("what", &about)])
        }
        Event::Screen(screen) => wording.pick(&screen.id().title()),
        Event::Command(command) => {
            let secret = command.secret.as_ref().map(|masked| masked.alias.as_str());
            decode::decode(&command.apdu.0, play.place_before(entry.n)).short(secret)
        }
        Event::Response(response) => response_label(response, wording),
        Event::Inquiry(asked) => wording.say(inquiry(asked)),
        Event::Answer(reply) => reply_label(reply, wording),
        Event::Card(event) => match event {
            CardEvent::Presented { person } => {
                wording.say_with("card-presented", &[("person", person)])
            }
            CardEvent::Removed => wording.say("card-removed"),
            CardEvent::PowerOff => wording.say("card-power-off"),
            CardEvent::Reset => wording.say("card-reset"),
            CardEvent::PowerLost => wording.say("card-power-lost"),
        },
        Event::Fault(what) => wording.say_with("fault", &[("what", what)]),
        Event::Report(report) => report_label(report, wording),
        Event::Note(note) => note::label(play, entry.n, note, language),
    }
}

/// Tells whether an entry belongs to the stand-in for the unpublished terminal unlock.
pub fn is_stand_in(play: &Play, entry: &Entry) -> bool {
    let transcript = play.transcript();
    let command = match &entry.event {
        Event::Response(_) => scene::answered(transcript, entry),
        _ => Some(entry),
    };
    match command.map(|command| (command.n, &command.event)) {
        Some((n, Event::Command(command))) => {
            let kind = decode::decode(&command.apdu.0, play.place_before(n)).kind;
            kind.is_stand_in()
        }
        _ => false,
    }
}

/// Returns what a status word says.
pub fn status(word: &str, wording: &Wording) -> String {
    match decode::status(word) {
        Meaning::Done => wording.say("status-done"),
        Meaning::Left(0) => wording.say("status-locked"),
        Meaning::Left(left) => wording.say_with("status-left", &[("left", &left.to_string())]),
        Meaning::Fixed(key) => wording.say(key),
    }
}

/// Returns the name of a file or key, with its number.
pub fn file(place: Place, wording: &Wording) -> String {
    let number = place.file.map(|file| format!("{file:04X}"));
    match (place.key(), number) {
        (Some(key), Some(number)) => format!("{number} {}", wording.say(key)),
        (None, Some(number)) => number,
        _ => String::new(),
    }
}

fn response_label(response: &ResponseApdu, wording: &Wording) -> String {
    match (&response.status, response.lost.as_deref()) {
        (Some(word), _) => match decode::status(word) {
            Meaning::Left(left) => {
                let left = wording.say_with("tries-left", &[("left", &left.to_string())]);
                format!("{word} {left}")
            }
            _ if response.data.0.is_empty() => word.clone(),
            _ => format!("{word} +{}", response.data.0.len()),
        },
        (None, Some("gone")) => wording.say("lost-gone"),
        (None, Some("mute")) => wording.say("lost-mute"),
        (None, other) => other.unwrap_or("?").to_owned(),
    }
}

fn reply_label(reply: &Reply, wording: &Wording) -> String {
    match reply {
        Reply::Outage(_) => wording.say("answer-outage"),
        Reply::Malformed(_) => wording.say("answer-malformed"),
        Reply::Answer(answer) => match answer {
            Answer::Authenticated(found) => match found.phase {
                Some(at) if found.registered => wording.say(phase(at)),
                _ if found.registered => wording.say("answer-authenticated"),
                _ => wording.say("answer-unregistered"),
            },
            Answer::Refused(refusal) => wording.say_with(
                "answer-refused",
                &[("ground", &wording.pick(&refusal.ground.title()))],
            ),
            Answer::Registered => wording.say("answer-registered"),
            Answer::Eligibility(found) => insurance::label(found, wording),
            Answer::Limit(_) => wording.say("answer-limit"),
            Answer::Medical(found) => wording.say_with(
                "answer-medical",
                &[
                    ("kind", &wording.say(medical(found.kind))),
                    ("count", &found.records.len().to_string()),
                ],
            ),
            Answer::Portal(_) => wording.say("answer-portal"),
        },
    }
}

fn report_label(report: &Report, wording: &Wording) -> String {
    match report {
        Report::Log { text, .. } => wording.say_with("report-log", &[("text", text)]),
        Report::Kept { images } => {
            let count = images.len().to_string();
            wording.say_with("report-kept", &[("count", &count)])
        }
    }
}

/// Returns what a step does, its parameter first where an arrow has little room.
pub fn short(step: &Step, language: Language) -> String {
    let wording = language.wording();
    let say = |key, what: String| wording.say_with(key, &[("what", &what)]);
    match step {
        Step::EnterPin(secret) => {
            let alias = secret.masked().map(|masked| masked.alias.clone());
            say("act-pin", alias.unwrap_or_default())
        }
        Step::Probe(probes) if probes.len() == 1 => written(probes),
        Step::Choose(chosen) => say("act-choose", wording.pick(&chosen.title())),
        Step::Agree(about) => say("act-agree", subject(*about, wording)),
        Step::Refuse(about) => say("act-refuse", subject(*about, wording)),
        Step::ExpectScreen(expected) => {
            say("act-screen", wording.pick(&expected.fields().id.title()))
        }
        other => act(other, language),
    }
}

fn subject(subject: ConsentSubject, wording: &Wording) -> String {
    match subject.kind() {
        Some(kind) => wording.pick(&kind.title()),
        None => wording.say("consent-everything"),
    }
}

/// Returns what a tester does, as it stands in a file.
fn written(probes: &[Probe]) -> String {
    let written: Vec<String> = probes.iter().map(Probe::written).collect();
    written.join(", ")
}

/// Returns what a step does, with its parameter.
pub fn act(step: &Step, language: Language) -> String {
    let wording = language.wording();
    let kind = step.kind();
    let name = match language {
        Language::Ja => kind.ja,
        Language::En => kind.en,
    };
    let parameter = match step {
        Step::Choose(chosen) => Some(wording.pick(&chosen.title())),
        Step::EnterPin(secret) => secret.masked().map(|masked| masked.alias.clone()),
        Step::ShowFace(face) | Step::Desk(DeskStep::VisualCheck(face)) => {
            Some(wording.say(match face {
                FaceShown::Match => "face-match",
                FaceShown::Mismatch => "face-mismatch",
            }))
        }
        Step::Register(decision) => Some(wording.say(match decision {
            Decision::Accept => "button-register",
            Decision::Decline => "button-not-now",
        })),
        Step::Agree(about) | Step::Refuse(about) => Some(subject(*about, wording)),
        Step::Desk(DeskStep::MedicalInquiry(inquiry)) => Some(wording.say(medical(inquiry.kind))),
        Step::Desk(DeskStep::PersonInquiry(inquiry)) => Some(wording.say(reason(inquiry.reason))),
        Step::ExpectScreen(expected) => Some(wording.pick(&expected.fields().id.title())),
        Step::ExpectPinTries(left) => Some(left.to_string()),
        Step::PresentCard(person) | Step::OpenPortal(person) => person.clone(),
        Step::Probe(probes) => Some(written(probes)),
        Step::ExpectCertificate(expected) => Some(expected.not_after.to_string()),
        Step::ExpectCard(expected) => Some(expected.expires.to_string()),
        _ => None,
    };
    match (parameter, language) {
        (None, _) => name.to_owned(),
        (Some(parameter), Language::Ja) => format!("{name}（{parameter}）"),
        (Some(parameter), Language::En) => format!("{name}: {parameter}"),
    }
}

/// Returns the key of where a certificate stands.
pub fn phase(phase: CertificatePhase) -> &'static str {
    match phase {
        CertificatePhase::Valid => "phase-valid",
        CertificatePhase::Ending => "phase-ending",
        CertificatePhase::Grace => "phase-grace",
        CertificatePhase::Lapsed => "phase-lapsed",
    }
}

fn validity(validity: Validity) -> &'static str {
    match validity {
        Validity::Valid => "validity-valid",
        Validity::Invalid => "validity-invalid",
        Validity::InvalidNewerExists => "validity-newer",
        Validity::None => "validity-none",
        Validity::Several => "validity-several",
        Validity::ValidUnregistered => "validity-unregistered",
    }
}

/// Returns the key of the name of a kind of site.
pub fn site(kind: SiteKind) -> &'static str {
    match kind {
        SiteKind::Clinic => "site-clinic",
        SiteKind::Hospital => "site-hospital",
        SiteKind::Pharmacy => "site-pharmacy",
        SiteKind::Ambulance => "site-ambulance",
        SiteKind::EligibilityOnly => "site-eligibility-only",
        SiteKind::HomeVisit => "site-home-visit",
        SiteKind::OnlineCare => "site-online-care",
        SiteKind::Disaster => "site-disaster",
    }
}

/// Returns the key of the name of what is judged.
pub fn under_test(under_test: UnderTest) -> &'static str {
    match under_test {
        UnderTest::Any => "under-test-any",
        UnderTest::Reader => "role-reader",
        UnderTest::Backend => "role-backend",
        UnderTest::Desk => "role-desk",
        UnderTest::Card => "role-card",
    }
}
