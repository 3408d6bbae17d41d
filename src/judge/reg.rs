//! REG: registration for insurance use.

pub(super) mod spot;

use super::cert::backend::{each_truth, silent};
use super::dates::Renewal;
use super::difference::{ABSENT, PRESENT};
use super::facts::case::discloses;
use super::facts::{Case, Exchange, Facts, Told, Truth};
use super::outcome::{Outcome, text};
use super::refusal::{has_changed, registered_here, wrong_refusal};
use super::rule::{Rule, rule};
use crate::eligibility::{Answer, Text};
use crate::requirement::{Id, Subject::Backend};

pub(super) const RULES: &[Rule] = &[
    rule("REG-03", Backend, reg_03),
    rule("REG-04", Backend, reg_04),
    rule("REG-05", Backend, reg_05),
    rule("REG-06", Backend, reg_06),
    rule("REG-07", Backend, reg_07),
];

/// Judges that a registration on record is known, for the row under which this case falls.
fn known(facts: &Facts<'_>, case: &Case, truth: &Truth) -> Vec<Outcome> {
    let auth = &facts.exchanges[case.auth];
    let applies = truth.on_record
        && !truth.certificate_refused()
        && !truth.may_be_lapsed()
        && !truth.withheld;
    if !applies {
        return Vec::new();
    }
    if truth.renewal == Some(Renewal::Unknown) {
        return vec![Outcome::open(
            &auth.entries(),
            text!(
                "猶予の制度より前に更新が遅れた登録がどうなったか、資料にない",
                "no source says what became of a registration renewed too late before there was any grace"
            ),
        )];
    }
    let unknown = match facts.told(case) {
        Told::Accepted(accepted) => !accepted.registered,
        Told::Refused(_) | Told::Nothing => false,
    };
    let wrong = wrong_refusal(facts, case).filter(|wrong| matches!(wrong.row, "REG-03" | "REG-04"));
    let message = text!(
        "登録してあるカードを未登録とした",
        "a card on record as registered was taken for unregistered"
    );
    vec![if let Some(wrong) = wrong {
        wrong.breach(message)
    } else if unknown {
        Outcome::fail(&auth.entries(), message).differs("registered", "true", "false")
    } else if matches!(facts.told(case), Told::Accepted(_)) {
        Outcome::pass(
            &auth.entries(),
            text!(
                "登録してあるものとして扱った",
                "the registration on record was known"
            ),
        )
    } else {
        Outcome::open(
            &auth.entries(),
            text!(
                "別の理由で断られたので、登録の扱いは見られない",
                "refused on another ground, so the handling of the registration is not seen"
            ),
        )
    }]
}

fn reg_03(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "REG-03", |case, truth| {
        let n = facts.exchanges[case.auth].n;
        if truth.renewal.is_some() || has_changed(facts, truth.person, n) {
            return Vec::new();
        }
        known(facts, case, truth)
    })
}

fn reg_04(facts: &Facts<'_>) -> Vec<Outcome> {
    let listed = facts.lists(Id::literal("REG-04"));
    each_truth(facts, "REG-04", |case, truth| {
        let n = facts.exchanges[case.auth].n;
        match truth.renewal {
            Some(Renewal::TooLate) => ended(facts, case, truth),
            Some(_) => known(facts, case, truth)
                .into_iter()
                .map(|outcome| outcome.part("renewal"))
                .collect(),
            None if listed || has_changed(facts, truth.person, n) => known(facts, case, truth),
            None => Vec::new(),
        }
    })
}

/// Judges that a registration is over that was not taken over by G (convention 5).
fn ended(facts: &Facts<'_>, case: &Case, truth: &Truth) -> Vec<Outcome> {
    let applies = truth.has_outlived()
        && !truth.certificate_refused()
        && !truth.may_be_lapsed()
        && !truth.withheld;
    if !applies {
        return Vec::new();
    }
    let served = facts
        .eligibility(case)
        .filter(|(_, answer)| discloses(answer) && !registered_here(facts, case))
        .map(|(confirm, _)| confirm);
    let kept = text!(
        "更新が遅れて登録が終わったものとして扱った",
        "the registration was taken for ended, the renewal having come too late"
    );
    vec![as_unregistered(facts, case, served, kept, outlived).part("lapse")]
}

/// Judges that a card that is not registered was not taken for one that is: nothing was `served`,
/// and the backend did not say that it is registered.
fn as_unregistered(
    facts: &Facts<'_>,
    case: &Case,
    served: Option<&Exchange<'_>>,
    kept: Text,
    breach: fn(&[u64]) -> Outcome,
) -> Outcome {
    let auth = &facts.exchanges[case.auth];
    match (facts.told(case), served) {
        (_, Some(confirm)) => breach(&confirm.entries()).answered_wrongly(confirm),
        (Told::Accepted(accepted), None) if accepted.registered => {
            breach(&auth.entries()).differs("registered", "false", "true")
        }
        (Told::Accepted(_) | Told::Refused(_), None) => Outcome::pass(&auth.entries(), kept),
        (Told::Nothing, None) => Outcome::open(&auth.entries(), silent()),
    }
}

fn outlived(entries: &[u64]) -> Outcome {
    Outcome::fail(
        entries,
        text!(
            "猶予を過ぎてから新しい証明書を受けた人を、登録済みとして扱った。登録は終わっている",
            "the new certificate came after the grace of the one before, yet the card was taken for registered; the registration has ended"
        ),
    )
}

fn reg_06(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "REG-06", |case, truth| {
        // Reported as REG-04.
        if truth.has_outlived() {
            return Vec::new();
        }
        let applies = !truth.registered
            && !truth.certificate_refused()
            && !truth.may_be_lapsed()
            && !truth.withheld;
        if !applies {
            return Vec::new();
        }
        let disclosed = facts
            .eligibility(case)
            .filter(|(_, answer)| discloses(answer))
            .map(|(confirm, _)| confirm);
        let kept = text!(
            "未登録のカードに資格を答えなかった",
            "no eligibility was answered for an unregistered card"
        );
        let outcome = as_unregistered(facts, case, disclosed, kept, breach);
        vec![if truth.cancelled {
            outcome.part("cancelled")
        } else {
            outcome
        }]
    })
}

fn breach(entries: &[u64]) -> Outcome {
    Outcome::fail(
        entries,
        text!(
            "登録していないか登録を取り消したカードを、登録済みとして扱った",
            "a card never registered, or no longer, was taken for registered"
        ),
    )
}

/// Judges that registration is refused where `applies`.
fn registration_refused(
    facts: &Facts<'_>,
    id: &'static str,
    applies: fn(&Facts<'_>, &Exchange<'_>) -> bool,
    why: &Text,
) -> Vec<Outcome> {
    let (ja, en) = (&why.ja, &why.en);
    facts.each_case(Id::literal(id), |case| {
        let Some(register) = case.register.map(|index| &facts.exchanges[index]) else {
            return Vec::new();
        };
        if !applies(facts, register) {
            return Vec::new();
        }
        if register.fault.is_some() {
            return vec![Outcome::open(&register.entries(), silent())];
        }
        vec![match register.answer() {
            Some(Answer::Registered) => Outcome::fail(
                &register.entries(),
                text!(
                    "{ja}のに登録した。断る",
                    "{en}, yet the card was registered; it is refused"
                ),
            )
            .answered_wrongly(register),
            Some(Answer::Refused(refusal)) if !refusal.message.is_empty() || id != "REG-07" => {
                Outcome::pass(
                    &register.entries(),
                    text!("登録を断った", "registration was refused"),
                )
            }
            Some(Answer::Refused(_)) => Outcome::fail(
                &register.entries(),
                text!(
                    "登録を断ったが、理由の文がない",
                    "registration was refused without a message"
                ),
            )
            .differs("refusal.message", PRESENT, ABSENT),
            _ => Outcome::open(&register.entries(), silent()),
        }]
    })
}

fn reg_05(facts: &Facts<'_>) -> Vec<Outcome> {
    let withheld = |facts: &Facts<'_>, register: &Exchange<'_>| {
        register
            .person
            .and_then(|person| facts.registry(person, register.n))
            .is_some_and(|registry| !registry.withheld_by.is_empty())
    };
    let why = text!("自己情報提供不可である", "自己情報提供不可 is set");
    let mut outcomes = registration_refused(facts, "REG-05", withheld, &why);
    // Refused before registration could be asked for is as strict.
    outcomes.extend(each_truth(facts, "REG-05", |case, truth| {
        let earlier = truth.withheld && !truth.registered && case.register.is_none();
        match facts.refusal(case) {
            Some((exchange, _)) if earlier => vec![Outcome::pass(
                &exchange.entries(),
                text!(
                    "登録に進む前に断った",
                    "refused before registration could be asked for"
                ),
            )],
            _ => Vec::new(),
        }
    }));
    outcomes
}

fn reg_07(facts: &Facts<'_>) -> Vec<Outcome> {
    let unrecorded = |facts: &Facts<'_>, register: &Exchange<'_>| {
        register
            .person
            .and_then(|person| facts.registry(person, register.n))
            .is_some_and(|registry| {
                registry.qualifications.is_empty() && registry.withheld_by.is_empty()
            })
    };
    let why = text!(
        "保険者がまだ資格を記録していない",
        "the insurer has recorded nothing yet"
    );
    registration_refused(facts, "REG-07", unrecorded, &why)
}
