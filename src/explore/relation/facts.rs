//! What a play told of people, as plain facts that can be compared across plays.

use std::collections::BTreeSet;

use crate::eligibility::{Answer, Eligibility, Inquiry, InquiryKind, Moment, Qualification};
use crate::explore::trial::Played;
use crate::transcript::{Event, Reply};

/// An inquiry with its answer.
pub(super) struct Exchange<'a> {
    pub(super) visit: u32,
    /// When the answer came.
    pub(super) at: Moment,
    pub(super) inquiry: &'a Inquiry,
    pub(super) answer: &'a Answer,
}

/// Returns the exchanges of a play, in order. What met an outage is left out.
pub(super) fn exchanges(played: &Played) -> Vec<Exchange<'_>> {
    let entries = &played.transcript.entries;
    let asked = |n: u64| {
        entries.iter().find_map(|entry| match &entry.event {
            Event::Inquiry(inquiry) if entry.n == n => Some(inquiry),
            _ => None,
        })
    };
    entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Answer(Reply::Answer(answer)) => Some(Exchange {
                visit: entry.visit,
                at: entry.at,
                inquiry: asked(entry.re?)?,
                answer,
            }),
            _ => None,
        })
        .collect()
}

/// Returns every piece of information that a play gave, with the way on which it was given. Times
/// and identifiers are no information.
pub(super) fn told(played: &Played) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for exchange in exchanges(played) {
        let way = way(exchange.inquiry.kind());
        match exchange.answer {
            Answer::Eligibility(answer) => told_by(way, answer, &mut told),
            Answer::Medical(answer) => {
                let number = match exchange.inquiry {
                    Inquiry::Medical { key, .. } => key.number.as_str(),
                    _ => "",
                };
                told.extend(answer.records.iter().map(|it| {
                    let (kind, month, text) = (it.kind, &it.month, &it.text);
                    format!("{way} of {number}: record {kind:?} {month} {text}")
                }));
            }
            Answer::Portal(view) => {
                told.extend(
                    view.shown
                        .iter()
                        .map(|section| format!("{way}: section {section:?}")),
                );
            }
            Answer::Limit(answer) => {
                told.extend(
                    answer
                        .limit
                        .iter()
                        .map(|limit| format!("{way}: limit {}", limit.class)),
                );
            }
            Answer::Authenticated(_) | Answer::Refused(_) | Answer::Registered => {}
        }
    }
    told
}

fn told_by(way: &str, answer: &Eligibility, told: &mut BTreeSet<String>) {
    let who = answer.person.as_ref().map(|person| person.name.as_str());
    let way = format!("{way} of {}", who.unwrap_or("nobody"));
    if let Some(one) = &answer.qualification {
        told.insert(format!(
            "{way}: insured {}, {} %",
            qualification(one),
            one.share
        ));
    }
    if let Some(address) = answer
        .person
        .as_ref()
        .and_then(|person| person.address.as_ref())
    {
        told.insert(format!("{way}: address {address}"));
    }
    told.extend(
        answer
            .limit
            .iter()
            .map(|limit| format!("{way}: limit {}", limit.class)),
    );
    let diseases = answer.specific_diseases.iter();
    told.extend(diseases.map(|disease| format!("{way}: disease {}", disease.category)));
    told.extend(
        answer
            .tickets
            .iter()
            .map(|ticket| format!("{way}: ticket {}", ticket.number)),
    );
}

/// Returns who insures, under which number: what every protocol carries.
pub(super) fn qualification(one: &Qualification) -> String {
    let insurer = one.insurer.trim().trim_start_matches('0');
    format!("{insurer} {}", one.number)
}

fn way(kind: InquiryKind) -> &'static str {
    match kind {
        InquiryKind::Number => "number",
        InquiryKind::Person => "search",
        InquiryKind::Portal => "portal",
        InquiryKind::Medical => "fetch",
        InquiryKind::Authenticate
        | InquiryKind::Register
        | InquiryKind::Confirm
        | InquiryKind::Limit => "card",
    }
}
