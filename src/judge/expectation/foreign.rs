//! What an expectation is worth where others wrote the backend: our reader follows its answers, and
//! its protocol need not carry everything.

use std::borrow::Cow;

use crate::eligibility::{
    CertificatePhase, Eligibility, Ground, MedicalKind, Qualification, Text, Validity,
};
use crate::judge::Verdict;
use crate::judge::cert::backend::{refused_in_transition, silent};
use crate::judge::expectation::asked;
use crate::judge::facts::{Exchange, Facts};
use crate::judge::outcome::{Outcome, text};
use crate::judge::refusal::is_new_elsewhere;
use crate::scenario::{AnswerFields, Presence};
use crate::transcript::Role;

/// Takes back a difference in what the reader showed or asked that follows from what a foreign
/// backend answered before entry `n`: the backend is judged by the rows on its answers.
pub(super) fn excused(facts: &Facts<'_>, n: u64, outcome: Outcome) -> Outcome {
    if outcome.verdict != Verdict::Fail || !facts.backend_is_foreign() {
        return outcome;
    }
    let asked: Vec<&Exchange<'_>> = asked(facts, n)
        .into_iter()
        .filter(|exchange| exchange.from == Role::Reader)
        .collect();
    let Some(last) = asked.last() else {
        return outcome;
    };
    if let Some(lost) = asked.iter().find(|exchange| exchange.answer().is_none()) {
        return Outcome::open(&lost.entries(), silent());
    }
    let entries = last.entries();
    let at = last.answer_n();
    match last.refusal().map(|refusal| refusal.ground) {
        Some(Ground::Unstated) => Outcome {
            entries,
            ..Outcome::absent(text!(
                "照会先は理由を伝えずに断った(項目{at})ので、その後の画面は期待と異なりうる",
                "the backend refused at entry {at} without a reason, so what follows may differ from what was expected"
            ))
        },
        Some(_) => Outcome {
            entries,
            ..Outcome::absent(text!(
                "照会先が項目{at}で断った。別の理由や段階での拒否も同じく厳しい",
                "the backend refused at entry {at}; another ground or stage is as strict"
            ))
        },
        None => Outcome::open(
            &entries,
            text!(
                "照会先の回答(項目{at})に従った結果なので、照会先の要件で判定する",
                "this follows from what the backend answered at entry {at}, and is judged by the rows on the backend"
            ),
        ),
    }
}

/// Returns the expectation without what the protocol of the backend does not carry.
pub(super) fn owed<'e>(facts: &Facts<'_>, expected: &'e AnswerFields) -> Cow<'e, AnswerFields> {
    if !facts.backend_is_foreign() {
        return Cow::Borrowed(expected);
    }
    let mut owed = expected.clone();
    let unless = |wanted: &mut Option<Presence>, seen: fn(&Eligibility) -> bool| {
        if *wanted == Some(Presence::Present) && !facts.carries(seen) {
            *wanted = None;
        }
    };
    unless(&mut owed.limit, |answer| answer.limit.is_some());
    unless(&mut owed.specific_diseases, |answer| {
        !answer.specific_diseases.is_empty()
    });
    unless(&mut owed.side_information, |answer| {
        answer.side_information.is_some()
    });
    // No protocol need carry the address (DISC-07 does not ask a foreign one for it either).
    let shows_address = |answer: &Eligibility| {
        let person = answer.person.as_ref();
        person.is_some_and(|person| person.address.is_some() || person.postcode.is_some())
    };
    let mut answers = facts.exchanges.iter().filter_map(Exchange::eligibility);
    if owed.address == Some(Presence::Present) && !answers.any(shows_address) {
        owed.address = None;
    }
    if owed.preschool == Some(true)
        && !facts.carries(|answer| {
            let qualification = answer.qualification.as_ref();
            qualification.is_some_and(|it| it.preschool.is_some())
        })
    {
        owed.preschool = None;
    }
    if owed.share.is_some() && !facts.carries(carries_elderly) && is_elderly(facts) {
        owed.share = None;
    }
    owed_of_insurance(facts, &mut owed);
    if owed.consents.is_some() && !facts.carries(|answer| !answer.consents.is_empty()) {
        owed.consents = None;
    }
    if owed.validity == Some(Validity::InvalidNewerExists)
        && !facts.carries(|answer| answer.validity == Validity::InvalidNewerExists)
    {
        owed.validity = Some(Validity::Invalid);
    }
    Cow::Owned(owed)
}

/// Takes back what no answer of the transcript shows that the protocol carries: the details of
/// limit, specific disease, ticket, class, loss and 高齢受給者証.
fn owed_of_insurance(facts: &Facts<'_>, owed: &mut AnswerFields) {
    if !facts.carries(|answer| answer.limit.is_some()) {
        owed.limit_class = None;
        owed.limit_kind = None;
    }
    if !facts.carries(|answer| !answer.specific_diseases.is_empty()) {
        owed.specific_disease = None;
    }
    if !facts.carries(|answer| !answer.tickets.is_empty()) {
        owed.tickets = None;
    }
    let of_qualification = |seen: fn(&Qualification) -> bool| {
        facts.carries(move |answer| answer.qualification.as_ref().is_some_and(seen))
    };
    if !of_qualification(|it| !it.class.is_general()) {
        owed.class = None;
    }
    if !of_qualification(|it| it.lost_because.is_some()) {
        owed.loss = None;
    }
    if !of_qualification(|it| it.elderly.is_some()) {
        owed.elderly_period = None;
    }
}

/// Returns the kinds of medical information that a foreign backend owes: those that were asked for.
/// Our reader asks by the flags of the answer, which not every protocol carries.
pub(super) fn owed_kinds(
    facts: &Facts<'_>,
    asked: &[&Exchange<'_>],
    expected: &[MedicalKind],
    found: &[MedicalKind],
) -> Vec<MedicalKind> {
    let was_asked = |kind: &MedicalKind| {
        let mut kinds = asked.iter().filter_map(|exchange| exchange.medical_kind());
        kinds.any(|asked| asked == *kind)
    };
    expected
        .iter()
        .filter(|kind| !facts.backend_is_foreign() || was_asked(kind) || found.contains(kind))
        .copied()
        .collect()
}

/// Takes back an answer that is missing because a foreign backend refused where a refusal is not
/// decided: in the first weeks of grace (CERT-05), and of a certificate not a day old (convention 12).
pub(super) fn undecided(facts: &Facts<'_>, asked: &[&Exchange<'_>]) -> Option<Outcome> {
    let (exchange, _) = facts
        .cases
        .iter()
        .filter(|case| {
            let in_grace = facts
                .truth(case)
                .is_some_and(|truth| truth.phases.contains(&CertificatePhase::Grace));
            (in_grace && refused_in_transition(facts, case)) || is_new_elsewhere(facts, case)
        })
        .filter_map(|case| facts.refusal(case))
        .find(|(refused, _)| asked.iter().any(|it| it.n == refused.n))?;
    Some(Outcome::open(
        &exchange.entries(),
        text!(
            "資料で確かでない時期に照会先が断ったので、判定しない",
            "the backend refused at a time of which the sources are not sure, so this is not judged"
        ),
    ))
}

/// The backend was never asked for what was expected of it.
pub(super) fn never_asked() -> Text {
    text!(
        "回答に同意のフラグがないため、期待された情報は照会されなかった",
        "what was expected was never asked for, as the answer carries no flag for it"
    )
}

fn carries_elderly(answer: &Eligibility) -> bool {
    let qualification = answer.qualification.as_ref();
    qualification.is_some_and(|it| it.elderly.is_some())
}

/// Tells whether somebody in the scenario has a share of their own from 高齢受給者証.
fn is_elderly(facts: &Facts<'_>) -> bool {
    facts
        .scenario
        .people
        .iter()
        .flat_map(|patient| &patient.registry.qualifications)
        .any(|qualification| qualification.elderly.is_some())
}

/// Judges by the word of somebody who saw the reader.
pub(super) fn told(n: u64, holds: bool) -> Outcome {
    if holds {
        let message = text!(
            "期待どおりであることを、操作者が確認した",
            "as expected, by the word of who watched the reader"
        );
        return Outcome::pass(&[n], message);
    }
    let message = text!(
        "期待どおりではないと操作者が答えた",
        "not as expected, by the word of who watched the reader"
    );
    Outcome::fail(&[n], message).differs("told", "yes", "no")
}
