//! CERT: what the backend makes of the certificate, by the scenario's facts at the inquiry.

use crate::eligibility::{CertificatePhase, ConsentFlag, ConsentKind};
use crate::judge::difference::{ABSENT, Difference, PRESENT, flag};
use crate::judge::facts::{Case, Facts, Told, Truth, not_carried};
use crate::judge::outcome::{Outcome, text};
use crate::judge::refusal::{WrongRefusal, wrong_refusal};
use crate::judge::rule::{Rule, rule};
use crate::requirement::{Id, Subject::Backend, catalogue};

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("CERT-01", Backend, cert_01),
    rule("CERT-02", Backend, cert_02),
    rule("CERT-03", Backend, cert_03),
];

/// Judges each card inquiry whose facts are known and undisturbed.
pub(in crate::judge) fn each_truth(
    facts: &Facts<'_>,
    id: &'static str,
    judge: impl Fn(&Case, &Truth) -> Vec<Outcome>,
) -> Vec<Outcome> {
    facts.each_case(Id::literal(id), |case| {
        let Some(truth) = facts.truth(case) else {
            return Vec::new();
        };
        let outcomes = judge(case, &truth);
        if outcomes.is_empty() {
            return outcomes;
        }
        let auth = &facts.exchanges[case.auth];
        if truth.other_certificate {
            return vec![Outcome::open(
                &[auth.n],
                text!(
                    "送られた証明書がカードのものと確かめられない(ACC-04を参照)ので、照会先を判定できない",
                    "the certificate sent is not known to be the card's (see ACC-04), so the backend cannot be judged"
                ),
            )];
        }
        if let Some(n) = facts.disturbed(case) {
            return vec![Outcome::open(
                &[n],
                text!(
                    "照会に障害を起こす設定(項目{n})なので、判定しない",
                    "a declared fault struck the inquiry (entry {n}), so this is not judged"
                ),
            )];
        }
        if auth.answer().is_none() {
            return vec![Outcome::open(&auth.entries(), silent())];
        }
        outcomes
    })
}

/// The backend did not answer.
pub(in crate::judge) fn silent() -> crate::eligibility::Text {
    text!(
        "照会先が答えなかったので、判定できない",
        "the backend did not answer, so this cannot be decided"
    )
}

/// Returns the breach of a phase told that cannot be.
pub(in crate::judge) fn wrong_phase(
    facts: &Facts<'_>,
    case: &Case,
    truth: &Truth,
) -> Option<Outcome> {
    let Told::Accepted(accepted) = facts.told(case) else {
        return None;
    };
    let told = accepted.phase?;
    if truth.phases.contains(&told) {
        return None;
    }
    let auth = &facts.exchanges[case.auth];
    let (told, is) = (phase_name(told), truth.phase().map_or("?", phase_name));
    let (last, day) = (truth.last_day, auth.at.day());
    Some(
        Outcome::fail(
            &auth.entries(),
            text!(
                "期限{last}の証明書を{day}に{told}とした。正しくは{is}",
                "on {day} a certificate good until {last} was said to be {told}; {is} is right"
            ),
        )
        .differs("phase", is, told),
    )
}

pub(in crate::judge) fn phase_name(phase: CertificatePhase) -> &'static str {
    match phase {
        CertificatePhase::Valid => "valid",
        CertificatePhase::Ending => "ending",
        CertificatePhase::Grace => "grace",
        CertificatePhase::Lapsed => "lapsed",
    }
}

/// Judges service in a phase: a wrong phase or a wrong refusal on the certificate breaks `row`.
fn served(facts: &Facts<'_>, case: &Case, truth: &Truth, row: &'static str) -> Outcome {
    if let Some(breach) = wrong_phase(facts, case, truth) {
        return breach;
    }
    let auth = &facts.exchanges[case.auth];
    let (last, day) = (truth.last_day, auth.at.day());
    if let Some(wrong) = wrong_refusal(facts, case) {
        let (ground, other) = (wrong.ground.title(), wrong.row);
        return if other == row {
            wrong.breach(text!([ground], "期限{last}の証明書を{day}に断った({ground})。この時期は使える",
                    "on {day} a certificate good until {last} was refused ({ground}); it allows service then"
                ),
            )
        } else {
            Outcome::open(
                &wrong.entries,
                text!("{other}の違反として示す", "reported as a breach of {other}"),
            )
        };
    }
    if let Some((exchange, refusal)) = facts.refusal(case) {
        let ground = refusal.ground.title();
        return Outcome::open(
            &exchange.entries(),
            text!(
                [ground],
                "別の理由({ground})で断られる場面なので、証明書の扱いは見られない",
                "refused on another ground ({ground}), so the handling of the certificate is not seen"
            ),
        );
    }
    let told = matches!(facts.told(case), Told::Accepted(accepted) if accepted.phase.is_some());
    match facts.eligibility(case) {
        Some((confirm, _)) => {
            let mut entries = auth.entries();
            entries.extend(confirm.entries());
            Outcome::pass(
                &entries,
                text!(
                    "期限{last}の証明書で、{day}に資格が答えられた",
                    "on {day} eligibility was answered for a certificate good until {last}"
                ),
            )
        }
        None if told => Outcome::pass(
            &auth.entries(),
            text!(
                "期限{last}の証明書を、{day}に正しい時期とした",
                "on {day} a certificate good until {last} was put in the right phase"
            ),
        ),
        None => Outcome::open(
            &auth.entries(),
            text!(
                "資格の照会まで進まなかったので、判定できない",
                "eligibility was never asked for, so this cannot be decided"
            ),
        ),
    }
}

fn cert_01(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "CERT-01", |case, truth| {
        let applies =
            truth.phase() == Some(CertificatePhase::Valid) && !truth.certificate_refused();
        if applies {
            vec![served(facts, case, truth, "CERT-01")]
        } else {
            Vec::new()
        }
    })
}

fn cert_02(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "CERT-02", |case, truth| {
        if truth.phase() != Some(CertificatePhase::Ending) || truth.certificate_refused() {
            return Vec::new();
        }
        // A must is breached as well, ELIG-01: this row binds a backend as a should alone.
        if let Some(wrong) = wrong_refusal(facts, case).filter(WrongRefusal::is_of_certificate) {
            let last = truth.last_day;
            let ground = wrong.ground.title();
            return vec![wrong.breach(text!([ground], "{last}まで有効な証明書を、期限が近いだけで断った({ground})",
                "a certificate good until {last} was refused ({ground}), though it is only about to end"
            ))];
        }
        let service = served(facts, case, truth, "CERT-02");
        if service.verdict != crate::judge::Verdict::Pass {
            return vec![service];
        }
        let Some((confirm, answer)) = facts.eligibility(case) else {
            return vec![service];
        };
        let last = truth.last_day;
        vec![if answer.side_information.is_some() {
            Outcome::pass(
                &confirm.entries(),
                text!(
                    "期限{last}が近いことを付帯情報に示した",
                    "the side information says that the certificate is about to end ({last})"
                ),
            )
        } else if !facts.carries(|answer| answer.side_information.is_some()) {
            Outcome::absent(not_carried())
        } else {
            Outcome::fail(
                &confirm.entries(),
                text!(
                    "証明書の期限{last}が近いのに、正常な結果に付帯情報がない",
                    "the certificate ends on {last}, but the normal result carries no side information"
                ),
            )
            .differs("side-information", PRESENT, ABSENT)
        }]
    })
}

fn cert_03(facts: &Facts<'_>) -> Vec<Outcome> {
    each_truth(facts, "CERT-03", |case, truth| {
        let applies = truth.phase() == Some(CertificatePhase::Grace)
            && !truth.certificate_refused()
            && !truth.is_emergency();
        if !applies {
            return Vec::new();
        }
        grace(facts, case, truth)
    })
}

fn grace(facts: &Facts<'_>, case: &Case, truth: &Truth) -> Vec<Outcome> {
    let leaked = case
        .medical
        .iter()
        .map(|index| &facts.exchanges[*index])
        .find(|exchange| exchange.returned_records());
    if let Some(exchange) = leaked {
        let n = exchange.answer_n();
        return vec![Outcome::fail(
            &exchange.entries(),
            text!(
                "猶予期間なのに、項目{n}で診療情報などを返した。資格だけを返す",
                "medical information was returned at entry {n} in the grace period; eligibility only"
            ),
        )
        .returned_wrongly(exchange)];
    }
    let mut outcomes = vec![in_transition(
        facts,
        case,
        served(facts, case, truth, "CERT-03"),
    )];
    if let Some((confirm, answer)) = facts.eligibility(case) {
        let flagged: Vec<Difference> = answer
            .consents
            .iter()
            .filter(|state| state.flag == ConsentFlag::Given && state.kind != ConsentKind::Limit)
            .map(|state| flag(state.kind, ConsentFlag::No, Some(state)))
            .collect();
        if !flagged.is_empty() {
            let n = confirm.answer_n();
            let message = text!(
                "猶予期間なのに、項目{n}の結果に同意あり(1)のフラグがある",
                "the result at entry {n} flags a consent as given in the grace period"
            );
            let breach = Outcome::fail(&confirm.entries(), message).all_differ(flagged);
            outcomes.push(breach.part("consent-flag"));
        }
    }
    outcomes
}

/// Tells whether a foreign backend refused in the first weeks of grace, which is not decided (CERT-05).
pub(in crate::judge) fn refused_in_transition(facts: &Facts<'_>, case: &Case) -> bool {
    let day = facts.exchanges[case.auth].at.day();
    let transition = catalogue()
        .get("CERT-05")
        .and_then(|row| row.exception("foreign-transition"))
        .and_then(|exception| exception.period.as_ref())
        .is_some_and(|period| period.contains(day));
    transition && facts.refusal(case).is_some() && facts.backend_is_foreign()
}

fn in_transition(facts: &Facts<'_>, case: &Case, outcome: Outcome) -> Outcome {
    if outcome.verdict == crate::judge::Verdict::Fail && refused_in_transition(facts, case) {
        return Outcome::open(
            &outcome.entries,
            text!(
                "猶予期間の始まった日は資料で確かでないので、この時期の拒否は判定しない",
                "the day on which grace started is not sure, so a refusal in these weeks is not judged"
            ),
        );
    }
    outcome
}
