//! Consent flags of a result, in both directions (eligibility.md §1.5, OQSCD001, OQSCD016).
//!
//! One answer of ours governs several flags of the folder: past care is drugs, and diagnoses since
//! 2022-09-11. Limit and specific disease have no end of availability there.

use jiff::civil::{Date, date};

use super::Unreadable;
use super::code::CONSENT;
use super::field::{self, optional};
use super::xml::Element;
use crate::eligibility::{ConsentFlag, ConsentKind, ConsentState, Eligibility, Moment};

/// The flags of each question, in the order in which they are read.
const FLAGS: &[(ConsentKind, &[&str])] = &[
    (ConsentKind::Care, &["PharmacistsInfo", "DiagnosisInfo"]),
    (ConsentKind::Checkup, &["SpecificHealthCheckupsInfo"]),
    (ConsentKind::Surgery, &["OperationInfo"]),
    (
        ConsentKind::SpecificDisease,
        &["SpecificDiseasesCertificateRelated"],
    ),
    (ConsentKind::Limit, &["LimitApplicationCertificateRelated"]),
];

/// Since when diagnoses are shown (診療情報).
const DIAGNOSIS_FROM: Date = date(2022, 9, 11);

/// Writes the flags. A limit that is returned without a recorded consent has flag 1 and no time:
/// agreed to by word, or given unasked.
pub(super) fn write(found: &Eligibility, now: Moment, element: &mut Element) {
    for (kind, names) in FLAGS {
        let state = found.consents.iter().find(|state| state.kind == *kind);
        if state.is_none() && *kind == ConsentKind::Limit && found.limit.is_some() {
            put(
                element,
                "LimitApplicationCertificateRelated",
                "ConsFlg",
                "1",
            );
        }
        for name in *names {
            if *name == "DiagnosisInfo" && now.day() < DIAGNOSIS_FROM {
                continue;
            }
            if let Some(state) = state {
                write_state(element, name, state);
            }
        }
    }
}

fn put(element: &mut Element, name: &str, what: &str, value: &str) {
    element.put(&format!("{name}{what}"), value);
}

fn write_state(element: &mut Element, name: &str, state: &ConsentState) {
    put(element, name, "ConsFlg", CONSENT.code(state.flag));
    if let Some(at) = state.at {
        put(element, name, "ConsTime", &field::date_time(at));
    }
    if let Some(until) = state.until.filter(|_| has_end(state.kind)) {
        put(element, name, "AvailableTime", &field::date_time(until));
    }
}

fn has_end(kind: ConsentKind) -> bool {
    !matches!(kind, ConsentKind::Limit | ConsentKind::SpecificDisease)
}

/// Reads the flags. Where one answer governs several that differ, the one that shows more counts.
pub(super) fn read(element: &Element) -> Result<Vec<ConsentState>, Unreadable> {
    let mut states = Vec::new();
    for (kind, names) in FLAGS {
        let mut shown: Option<ConsentState> = None;
        for name in *names {
            let Some(state) = read_state(element, *kind, name)? else {
                continue;
            };
            let open = |state: &ConsentState| {
                matches!(state.flag, ConsentFlag::Given | ConsentFlag::Unobtainable)
            };
            if shown.as_ref().is_none_or(|one| !open(one) && open(&state)) {
                shown = Some(state);
            }
        }
        states.extend(shown);
    }
    Ok(states)
}

fn read_state(
    element: &Element,
    kind: ConsentKind,
    name: &str,
) -> Result<Option<ConsentState>, Unreadable> {
    let time = |what: &str| optional(element, &format!("{name}{what}"), field::parse_date_time);
    let flag = optional(element, &format!("{name}ConsFlg"), |code| {
        CONSENT.value(code)
    })?;
    let Some(flag) = flag else {
        return Ok(None);
    };
    let at = time("ConsTime")?;
    // A limit without a time was not agreed to at a reader.
    if kind == ConsentKind::Limit && flag == ConsentFlag::Given && at.is_none() {
        return Ok(None);
    }
    Ok(Some(ConsentState {
        kind,
        flag,
        at,
        until: time("AvailableTime")?,
    }))
}
