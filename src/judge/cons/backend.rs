//! CONS: what the backend records of a consent and what it returns on it.

use crate::eligibility::{
    Answer, Authenticated, CertificatePhase, ConsentAnswer, ConsentFlag, ConsentKind, Eligibility,
    SiteKind, Validity,
};

use crate::judge::cons::returned::returned;
use crate::judge::dates;
use crate::judge::difference::{ABSENT, Difference, PRESENT, flag, optional, word};
use crate::judge::facts::case::consents;
use crate::judge::facts::{Case, Exchange, Facts, Truth, not_carried};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::{Id, Subject::Backend};

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("CONS-06", Backend, cons_06),
    rule("CONS-07", Backend, cons_07),
    rule("CONS-08", Backend, cons_08),
    rule("CONS-09", Backend, cons_09),
    rule("CONS-14", Backend, cons_14),
];

/// Returns each undisturbed eligibility by card that is valid, outside grace and emergency.
pub(in crate::judge) fn ordinary<'f, 'a>(
    facts: &'f Facts<'a>,
    row: &'static str,
) -> Vec<(&'f Case, Truth, &'f Exchange<'a>, &'a Eligibility)> {
    let id = Id::literal(row);
    facts
        .cases
        .iter()
        .filter(|case| facts.disturbed(case).is_none())
        .filter(|case| Facts::in_force(id, facts.exchanges[case.auth].at.day()))
        .filter_map(|case| {
            let truth = facts.truth(case)?;
            let (confirm, answer) = facts.eligibility(case)?;
            // Midnight between the inquiries: either day's rule may decide (convention 10).
            if !Facts::in_force(id, confirm.at.day()) {
                return None;
            }
            let grace = truth.phases.contains(&CertificatePhase::Grace);
            let plain = truth.refused_by().is_none()
                && !truth.other_certificate
                && !grace
                && !truth.is_emergency()
                && answer.validity == Validity::Valid;
            plain.then_some((case, truth, confirm, answer))
        })
        .collect()
}

fn cons_06(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (case, _, confirm, answer) in ordinary(facts, "CONS-06") {
        let agreed = consents(confirm.inquiry)
            .iter()
            .any(|it| it.kind == ConsentKind::Limit && it.answer == ConsentAnswer::Agree);
        let n = confirm.answer_n();
        if answer.limit.is_some() && !agreed {
            outcomes.push(
                Outcome::fail(
                    &confirm.entries(),
                    text!(
                        "明示の同意がないのに、項目{n}で限度額を返した",
                        "the limit was returned at entry {n} without explicit consent"
                    ),
                )
                .differs("limit", ABSENT, PRESENT),
            );
            continue;
        }
        let later = case.limit.map(|index| &facts.exchanges[index]);
        let mut entries = confirm.entries();
        entries.extend(later.map(Exchange::entries).unwrap_or_default());
        outcomes.push(Outcome::pass(
            &entries,
            text!(
                "同意のない限度額は返されなかった",
                "no limit was returned without consent"
            ),
        ));
    }
    outcomes
}

fn cons_07(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (_, truth, confirm, answer) in ordinary(facts, "CONS-07") {
        let day = confirm.at.day();
        let on_record = facts
            .registry(truth.person, confirm.n)
            .and_then(|registry| registry.limit.as_ref())
            .is_some_and(|limit| limit.from <= day && day <= limit.until);
        if !on_record {
            continue;
        }
        let n = confirm.answer_n();
        let unsure = truth.site.kind == SiteKind::EligibilityOnly
            || !truth.site.offers.contains(&ConsentKind::Limit);
        outcomes.push(match (&answer.limit, unsure) {
            (Some(_), _) => Outcome::pass(
                &confirm.entries(),
                text!("限度額が尋ねずに返された", "the limit was returned without asking"),
            ),
            (None, true) => Outcome::open(
                &confirm.entries(),
                text!(
                    "この施設で限度額が扱われるか、資料で確かでない",
                    "the sources do not say whether this site gets the limit"
                ),
            ),
            (None, false) if !facts.carries(|answer| answer.limit.is_some()) => {
                Outcome::absent(not_carried())
            }
            (None, false) => Outcome::fail(
                &confirm.entries(),
                text!(
                    "記録のある限度額が、項目{n}で返されていない。カードでは尋ねずに返す",
                    "a limit is on record, but entry {n} does not return it; by card it comes without asking"
                ),
            )
            .differs("limit", PRESENT, ABSENT),
        });
    }
    outcomes
}

fn cons_08(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = returned(facts, "CONS-08");
    for exchange in &facts.exchanges {
        let crate::eligibility::Inquiry::Number {
            limit_consent,
            site,
            ..
        } = exchange.inquiry
        else {
            continue;
        };
        let n = exchange.answer_n();
        let Some(answer) = exchange.eligibility() else {
            continue;
        };
        // A consent on record may be told of; one that is not was made of this inquiry.
        let on_record = |kind| {
            let record = exchange.person.and_then(|person| {
                facts.consent_on_record(person, &site.institution, kind, exchange.n)
            });
            record.is_some_and(|record| record.answer == ConsentAnswer::Agree)
        };
        let flagged: Vec<Difference> = answer
            .consents
            .iter()
            .filter(|it| it.flag == ConsentFlag::Given && !on_record(it.kind))
            .map(|it| flag(it.kind, ConsentFlag::No, Some(it)))
            .collect();
        outcomes.push(if answer.limit.is_some() && !limit_consent {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "口頭の同意がないのに、項目{n}で限度額を返した",
                    "the limit was returned at entry {n} without the oral consent"
                ),
            )
            .differs("limit", ABSENT, PRESENT)
        } else if !answer.specific_diseases.is_empty() {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "番号での照会に、項目{n}で特定疾病を返した",
                    "entry {n} returns 特定疾病 to a number inquiry"
                ),
            )
            .differs("specific-diseases", ABSENT, PRESENT)
        } else if !flagged.is_empty() {
            Outcome::fail(
                &exchange.entries(),
                text!(
                    "番号での照会(項目{n})から、同意が記録された",
                    "the number inquiry at entry {n} was taken for a consent"
                ),
            )
            .all_differ(flagged)
        } else {
            Outcome::pass(
                &exchange.entries(),
                text!(
                    "番号での照会に、返せるものだけを返した",
                    "a number inquiry got no more than it may"
                ),
            )
        });
    }
    outcomes
}

fn cons_09(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_case(Id::literal("CONS-09"), |case| {
        let auth = &facts.exchanges[case.auth];
        let (Some(truth), Some(Answer::Authenticated(accepted))) =
            (facts.truth(case), auth.answer())
        else {
            return Vec::new();
        };
        // A site that asks nothing presets nothing.
        let settled = truth.refused_by().is_none()
            && !truth.is_emergency()
            && truth.site.kind != SiteKind::EligibilityOnly;
        if !settled
            || truth
                .phase()
                .is_none_or(|phase| phase == CertificatePhase::Grace)
        {
            return Vec::new();
        }
        carried_over(facts, auth, &truth, accepted)
    })
}

fn carried_over(
    facts: &Facts<'_>,
    auth: &Exchange<'_>,
    truth: &Truth,
    accepted: &Authenticated,
) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let birth = facts
        .person(truth.person)
        .map(|it| it.registry.person.birth_date);
    for kind in &truth.site.offers {
        if *kind == ConsentKind::Limit {
            continue;
        }
        let institution = &truth.site.institution;
        let record = facts
            .consent_on_record(truth.person, institution, *kind, auth.n)
            .filter(|record| record.at.day() >= dates::CARRY_OVER_STARTS);
        let turned_40 = *kind == ConsentKind::Checkup
            && record.zip(birth).is_some_and(|(record, birth)| {
                dates::age(birth, record.at.day()) < 40 && dates::age(birth, auth.at.day()) >= 40
            });
        let told = accepted
            .earlier
            .iter()
            .find(|it| it.kind == *kind)
            .map(|it| it.answer);
        let name = kind.title();
        let field = format!("earlier.{}", word(kind));
        outcomes.push(match (record.map(|record| record.answer), told) {
            (None, None) => continue,
            _ if turned_40 => continue,
            // Nothing says whether what was withdrawn is preset again.
            _ if record.is_some_and(|record| facts.withdrawn(record, auth)) => continue,
            (Some(recorded), Some(told)) if recorded == told => Outcome::pass(
                &auth.entries(),
                text!(
                    [name],
                    "{name}の前回の答えを伝えた",
                    "the last answer to {name} was told"
                ),
            ),
            (None, Some(_)) => Outcome::fail(
                &auth.entries(),
                text!(
                    [name],
                    "この施設で答えたことのない{name}に、前回の答えがある",
                    "an earlier answer to {name} was told that was never given at this institution"
                ),
            )
            .differs(field, ABSENT, optional(told.as_ref()))
            .part("fresh-elsewhere"),
            (Some(_), None) if facts.header.roles.backend == "fhir" => {
                Outcome::absent(not_carried())
            }
            (Some(recorded), _) => Outcome::fail(
                &auth.entries(),
                text!(
                    [name],
                    "この施設での前回の答え({name})が伝えられていない",
                    "the last answer to {name} at this institution was not told"
                ),
            )
            .differs(field, word(&recorded), optional(told.as_ref())),
        });
    }
    outcomes
}

fn cons_14(facts: &Facts<'_>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for case in &facts.cases {
        let Some((confirm, answer)) = facts.eligibility(case) else {
            continue;
        };
        let on_record = confirm
            .person
            .and_then(|person| facts.registry(person, confirm.n))
            .is_some_and(|registry| !registry.specific_diseases.is_empty());
        if !on_record && answer.specific_diseases.is_empty() {
            continue;
        }
        let agreed = consents(confirm.inquiry).iter().any(|consent| {
            consent.kind == ConsentKind::SpecificDisease && consent.answer == ConsentAnswer::Agree
        });
        outcomes.push(if !agreed && !answer.specific_diseases.is_empty() {
            Outcome::fail(
                &confirm.entries(),
                text!(
                    "同意がないのに特定疾病を返した",
                    "特定疾病 was returned without consent"
                ),
            )
            .differs("specific-diseases", ABSENT, PRESENT)
        } else {
            Outcome::pass(
                &confirm.entries(),
                text!(
                    "特定疾病は同意に従って扱われた",
                    "特定疾病 followed the consent"
                ),
            )
        });
    }
    outcomes
}
