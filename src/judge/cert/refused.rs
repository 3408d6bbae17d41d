//! CERT: certificates that the backend must refuse, or must not (rows 04–07, 09–11).

use crate::eligibility::{CertificatePhase, CertificateStatus, Ground, Validity};
use crate::judge::cert::backend::{each_truth, phase_name, wrong_phase};
use crate::judge::facts::case::discloses;
use crate::judge::facts::{Case, Facts, Told, Truth};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::{Id, Subject::Backend};

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("CERT-04", Backend, cert_04),
    rule("CERT-05", Backend, cert_05),
    rule("CERT-06", Backend, cert_06),
    rule("CERT-07", Backend, cert_07),
    rule("CERT-09", Backend, cert_09),
    rule("CERT-10", Backend, cert_10),
    rule("CERT-11", Backend, cert_11),
];

/// Judges that a card inquiry yields nothing.
pub(in crate::judge) fn must_be_refused(
    facts: &Facts<'_>,
    case: &Case,
    why: &crate::eligibility::Text,
) -> Outcome {
    let (ja, en) = (&why.ja, &why.en);
    let auth = &facts.exchanges[case.auth];
    let leaked = case
        .medical
        .iter()
        .map(|index| &facts.exchanges[*index])
        .find(|exchange| exchange.returned_records());
    let disclosed = facts
        .eligibility(case)
        .filter(|(_, answer)| discloses(answer))
        .map(|(confirm, _)| confirm);
    if let Some(exchange) = leaked.or(disclosed) {
        let n = exchange.answer_n();
        return Outcome::fail(
            &exchange.entries(),
            text!(
                "{ja}のに、項目{n}で情報を返した。断る",
                "{en}, yet entry {n} returns information; it is refused"
            ),
        )
        .returned_wrongly(exchange);
    }
    if let Some((exchange, refusal)) = facts.refusal(case) {
        let ground = refusal.ground.title();
        return Outcome::pass(
            &exchange.entries(),
            text!([ground], "断った({ground})", "refused ({ground})"),
        );
    }
    match facts.eligibility(case) {
        Some((confirm, answer)) if answer.validity == Validity::None => Outcome::pass(
            &confirm.entries(),
            text!("資格を答えなかった", "no eligibility was answered"),
        ),
        _ => Outcome::open(
            &auth.entries(),
            text!(
                "受け付けたが資格の照会まで進まなかったので、断るかどうか見られない",
                "accepted at first, but eligibility was never asked for, so no refusal is seen"
            ),
        ),
    }
}

fn lapsed(facts: &Facts<'_>, id: &'static str) -> Vec<Outcome> {
    each_truth(facts, id, |case, truth| {
        let applies = truth.phase() == Some(CertificatePhase::Lapsed)
            && !truth.certificate_refused()
            && !truth.phone;
        if !applies {
            return Vec::new();
        }
        let last = truth.last_day;
        let day = facts.exchanges[case.auth].at.day();
        let why = text!(
            "期限{last}の証明書は{day}には使えない",
            "a certificate good until {last} is of no use on {day}"
        );
        vec![wrong_phase(facts, case, truth).unwrap_or_else(|| must_be_refused(facts, case, &why))]
    })
}

fn cert_04(facts: &Facts<'_>) -> Vec<Outcome> {
    lapsed(facts, "CERT-04")
}

fn cert_05(facts: &Facts<'_>) -> Vec<Outcome> {
    lapsed(facts, "CERT-05")
}

fn cert_06(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "CERT-06", |case, truth| {
        if truth.untrusted {
            return Vec::new();
        }
        let why = match truth.status {
            CertificateStatus::Good => return Vec::new(),
            CertificateStatus::Revoked => {
                text!("証明書は失効している", "the certificate is revoked")
            }
            CertificateStatus::Suspended => {
                text!("証明書は一時停止されている", "the certificate is suspended")
            }
        };
        let outcome = not_accepted(facts, case, must_be_refused(facts, case, &why));
        vec![if truth.status == CertificateStatus::Suspended {
            outcome.part("suspended")
        } else {
            outcome
        }]
    })
}

fn cert_07(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "CERT-07", |case, truth| {
        if !truth.untrusted {
            return Vec::new();
        }
        let why = text!(
            "証明書か署名が信頼できない",
            "certificate or signature cannot be trusted"
        );
        vec![not_accepted(
            facts,
            case,
            must_be_refused(facts, case, &why),
        )]
    })
}

/// The rows on physical cards do not speak of phones: theirs is this one.
fn cert_09(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "CERT-09", |case, truth| {
        let applies = truth.phone
            && truth.phase() == Some(CertificatePhase::Lapsed)
            && !truth.certificate_refused();
        let Some(physical) = facts
            .person(truth.person)
            .and_then(|patient| patient.card.physical_card)
            .filter(|_| applies)
        else {
            return Vec::new();
        };
        let (own, card, certificate) = (truth.last_day, physical.expires, physical.not_after.day());
        let day = facts.exchanges[case.auth].at.day();
        let why = text!(
            "スマートフォン(証明書{own}まで、実物のカード{card}まで、その証明書{certificate}まで)は{day}には使えない",
            "a phone (its certificate good until {own}, the physical card until {card}, that card's certificate until {certificate}) is of no use on {day}"
        );
        let outcome = must_be_refused(facts, case, &why);
        vec![wrong_phase(facts, case, truth).unwrap_or_else(|| not_accepted(facts, case, outcome))]
    })
}

/// A certificate that is put in a phase is accepted, even where nothing was asked for afterwards.
fn not_accepted(facts: &Facts<'_>, case: &Case, outcome: Outcome) -> Outcome {
    let phase = match facts.told(case) {
        Told::Accepted(accepted) => accepted.phase,
        _ => None,
    };
    match phase {
        Some(phase) if outcome.verdict == crate::judge::Verdict::Inconclusive => {
            let phase = phase_name(phase);
            Outcome::fail(
                &facts.exchanges[case.auth].entries(),
                text!(
                    "使ってはならない証明書を受け付けた({phase})",
                    "a certificate that must be refused was accepted ({phase})"
                ),
            )
            .answered_wrongly(&facts.exchanges[case.auth])
        }
        _ => outcome,
    }
}

/// The registry knows no earlier name or address, so the situation is the scenario's to state.
fn cert_10(facts: &Facts<'_>) -> Vec<Outcome> {
    if !facts.lists(Id::literal("CERT-10")) {
        return vec![Outcome::absent(text!(
            "氏名・住所の変更はこのシナリオの場面ではない",
            "the scenario is not about a change of name or address"
        ))];
    }
    each_truth(facts, "CERT-10", |case, truth| {
        vec![not_ended_by_itself(facts, case, truth)]
    })
}

fn cert_11(facts: &Facts<'_>) -> Vec<Outcome> {
    if !facts.lists(Id::literal("CERT-11")) {
        return vec![Outcome::absent(text!(
            "カードの期限切れはこのシナリオの場面ではない",
            "the scenario is not about an expired card"
        ))];
    }
    each_truth(facts, "CERT-11", |case, truth| {
        if truth.phase() == Some(CertificatePhase::Grace) {
            vec![not_ended_by_itself(facts, case, truth)]
        } else {
            Vec::new()
        }
    })
}

/// Judges that the certificate is not refused as ended although its dates allow service.
fn not_ended_by_itself(facts: &Facts<'_>, case: &Case, truth: &Truth) -> Outcome {
    let refused = facts.refusal(case).filter(|(_, refusal)| {
        matches!(
            refusal.ground,
            Ground::CertificateInvalid | Ground::CertificateRevoked | Ground::CertificateLapsed
        )
    });
    match refused {
        Some((exchange, refusal)) if truth.refused_by().is_none() => {
            let ground = refusal.ground.title();
            Outcome::fail(
                &exchange.entries(),
                text!(
                    [ground],
                    "まだ使える証明書を断った({ground})",
                    "a certificate that still allows service was refused ({ground})"
                ),
            )
            .refused_wrongly(exchange)
        }
        Some((exchange, _)) => Outcome::open(
            &exchange.entries(),
            text!("別の理由で断られる場面である", "refused on another ground"),
        ),
        None => match facts.eligibility(case) {
            Some((confirm, _)) => Outcome::pass(
                &confirm.entries(),
                text!("資格が答えられた", "eligibility was answered"),
            ),
            None => Outcome::open(
                &[],
                text!(
                    "資格の照会まで進まなかった",
                    "eligibility was never asked for"
                ),
            ),
        },
    }
}
